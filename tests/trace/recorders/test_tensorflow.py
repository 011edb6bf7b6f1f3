"""TensorFlow and Keras: losses as people write them, each with what it is, worked out by hand.

Batches have 6 examples of 12 entries, posteriors 4 latents. A term is (kind, verdict, reading, reduction,
weight); the weight is what multiplies the term as it is reduced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import klcli
from klcli.testing import assert_kl

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
if keras.backend.backend() != "tensorflow":
    pytest.skip("Keras computes with another framework", allow_module_level=True)

B, N, LATENTS = 6, 12, 4
Step = Callable[[], Any]
X = tf.constant(np.random.default_rng(0).random((B, N)), "float32")
ENCODER, DECODER = keras.layers.Dense(2 * LATENTS), keras.layers.Dense(N)


def heads() -> tuple[Any, Any]:
    mean, head = tf.split(ENCODER(X), 2, axis=1)
    return mean, head


def drawn(mean: Any, logvar: Any) -> Any:
    return mean + tf.exp(0.5 * logvar) * tf.random.normal(tf.shape(mean))


def kl_of(mean: Any, logvar: Any) -> Any:
    return tf.reduce_mean(-0.5 * tf.reduce_sum(1 + logvar - tf.square(mean) - tf.exp(logvar), axis=1))


def squares() -> Any:
    mean, logvar = heads()
    mse = keras.losses.MeanSquaredError()(X, DECODER(drawn(mean, logvar)))
    return mse + 0.00025 * kl_of(mean, logvar)


def of_keras() -> Any:
    """The operations of keras.ops, a cross-entropy of probabilities, noise with a seed of its own."""
    ops, seed = keras.ops, keras.random.SeedGenerator(1)
    z_mean, z_log_var = heads()
    z = z_mean + ops.exp(0.5 * z_log_var) * keras.random.normal(ops.shape(z_mean), seed=seed)
    images, probabilities = (ops.reshape(one, (B, 3, 4, 1)) for one in (X, ops.sigmoid(DECODER(z))))
    entropies = keras.losses.binary_crossentropy(images, probabilities)
    kl_loss = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
    return ops.mean(ops.sum(entropies, axis=(1, 2))) + ops.mean(ops.sum(kl_loss, axis=1))


def exchanged() -> Any:
    mean, logvar = heads()
    z = mean + tf.exp(logvar) * tf.random.normal(mean.shape)
    return tf.reduce_mean(tf.reduce_sum((DECODER(z) - X) ** 2, -1)) + kl_of(mean, logvar)


def squared_twice() -> Any:
    mean, logvar = heads()
    loss = tf.reduce_sum(tf.math.squared_difference(DECODER(drawn(mean, logvar)), X)) / B
    return loss - 0.5 * tf.reduce_sum(1 + logvar - mean**2 - tf.exp(2 * logvar)) / B


def log_normal_pdf(sample: Any, mean: Any, logvar: Any) -> Any:
    log2pi = tf.math.log(2.0 * np.pi)
    return tf.reduce_sum(-0.5 * ((sample - mean) ** 2.0 * tf.exp(-logvar) + logvar + log2pi), axis=1)


def from_a_sample() -> Any:
    mean, logvar = heads()
    z = tf.random.normal(mean.shape) * tf.exp(logvar * 0.5) + mean
    cross_ent = tf.nn.sigmoid_cross_entropy_with_logits(logits=DECODER(z), labels=X)
    log_px = -tf.reduce_sum(cross_ent, axis=[1])
    return -tf.reduce_mean(log_px + log_normal_pdf(z, 0.0, 0.0) - log_normal_pdf(z, mean, logvar))


MU = tf.Variable(np.full((N, 3), 0.1, "float32"))
RHO = tf.Variable(np.full((N, 3), 0.1, "float32"))
"""Of the same entries: only what TensorFlow reads tells them apart."""


def of_weights() -> Any:
    sigma = tf.nn.softplus(RHO)
    weights = tf.add(MU, sigma * tf.random.normal(MU.shape))
    kl = tf.reduce_sum(0.5 * (sigma**2 + tf.square(MU) - 1) - tf.math.log(sigma))
    return tf.reduce_mean(tf.abs(X @ weights)) + kl / 1000


LIKELY = ("likelihood", "", None)
EXACT = ("kl", "exact", "logvar", "sum-mean", 1)


@pytest.mark.parametrize(
    ("loss", "terms", "beta", "codes", "samples"),
    [
        # 2 sigma^2 beta / pixels: 0.00025 * 12 / 2
        (squares, [(*LIKELY, "mean", 1), (*EXACT[:4], 0.00025)], 0.0015, [], ["logvar"]),
        (of_keras, [(*LIKELY, "sum-mean", 1), EXACT], 1, [], ["logvar"]),
        (exchanged, [(*LIKELY, "sum-mean", 1), EXACT], 0.5, ["KL201"], ["logstd"]),
        (squared_twice, [(*LIKELY, "sum-mean", 1), ("kl", "wrong", "logvar", "sum-mean", 0.5)], 0.25, ["KL105"], None),
        (from_a_sample, [(*LIKELY, "sum-mean", 1), EXACT], 1, [], ["logvar"]),
        (of_weights, [("other", "", None, "", None), ("kl", "exact", "softplus", "sum", 0.001)], None, [], ["softplus"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
@pytest.mark.parametrize("is_compiled", [False, True], ids=["eager", "compiled"])
def test_losses(loss: Step, terms: Any, beta: Any, codes: Any, samples: Any, is_compiled: bool) -> None:
    def step() -> None:
        with tf.GradientTape() as tape:
            value = loss()
        trained = [MU, RHO, *ENCODER.trainable_variables, *DECODER.trainable_variables]
        assert any(slope is not None for slope in tape.gradient(value, trained))

    with klcli.watch() as seen:
        (tf.function(step) if is_compiled else step)()
    (one,) = seen.losses
    found = [
        (
            term.kind,
            term.verdict,
            term.parameterization and term.parameterization.name,
            term.reduction,
            term.weight and pytest.approx(term.weight, rel=1e-6),
        )
        for term in one.terms
    ]
    assert found == terms
    assert all(term.agreement is None or term.agreement.agrees for term in one.terms)
    assert all(slope.agrees for term in one.terms for slope in term.slopes if term.verdict == "exact")
    assert [finding.mistake.code for finding in seen.findings] == codes
    assert beta is None or float(one.weighing.beta) == pytest.approx(beta, rel=1e-6)
    if samples is not None:
        assert {sample.sampling.parameterization for sample in seen.samples} == set(samples)


def test_the_gradients_of_terms_are_told() -> None:
    with klcli.watch() as seen, tf.GradientTape() as tape:
        value = squares()
        tape.gradient(value, ENCODER.trainable_variables)
    kl = seen.terms[1]
    assert {slope.name for slope in kl.slopes} == {"mean", "logvar"}
    assert kl.agreement is not None


@pytest.mark.parametrize(
    ("reaches", "where"), [(tf.identity, "logvar"), (lambda kl: kl.numpy(), "is added as a number")]
)
def test_gradients_that_are_stopped(reaches: Any, where: str) -> None:
    """In a part of the KL, and on the way from it to the loss: one finding of one KL."""
    with klcli.watch() as seen:
        with tf.GradientTape() as tape:
            mean, logvar = heads()
            kl = kl_of(mean, tf.stop_gradient(logvar) if where == "logvar" else logvar)
            loss = tf.reduce_mean((DECODER(drawn(mean, logvar)) - X) ** 2) + reaches(kl)
        tape.gradient(loss, ENCODER.trainable_variables)
    assert [finding.mistake.code for finding in seen.findings] == ["KL134"]
    assert where in seen.findings[0].message


@tf.custom_gradient
def fused(mean: Any, logvar: Any) -> Any:
    return kl_of(mean, logvar), lambda slope: (slope * mean / B, slope * 0.5 * (tf.exp(logvar) - 1) / B)


@tf.custom_gradient
def fused_wrongly(mean: Any, logvar: Any) -> Any:
    return kl_of(mean, logvar), lambda slope: (slope * mean / B, slope * 0.5 * tf.exp(logvar) / B)


@pytest.mark.parametrize(("kl", "codes"), [(fused, []), (fused_wrongly, ["KL134"])])
def test_gradients_that_a_program_gives_by_itself(kl: Any, codes: list[str]) -> None:
    with klcli.watch() as seen, tf.GradientTape() as tape:
        tape.gradient(kl(*heads()), ENCODER.trainable_variables)
    assert [term.verdict for term in seen.terms] == ["exact"]
    assert [finding.mistake.code for finding in seen.findings] == codes


def test_what_is_differentiated_together_is_one_loss() -> None:
    with klcli.watch() as seen:
        with tf.GradientTape() as tape:
            mean, logvar = heads()
            error, kl = tf.reduce_mean((DECODER(mean) - X) ** 2), kl_of(mean, logvar)
        tape.gradient([error, kl], ENCODER.trainable_variables)
    (loss,) = seen.losses
    assert [term.kind for term in loss.terms] == ["likelihood", "kl"]
    assert loss.loss.value == pytest.approx(float(error + kl))
    assert all(slope.agrees for slope in seen.terms[1].slopes)


def test_a_penalty_on_a_gradient_is_no_loss_by_itself() -> None:
    points = tf.constant(X)
    with klcli.watch() as seen:
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(points)
                out = DECODER(ENCODER(points)[:, :LATENTS])
            slope = inner.gradient(out, points)
            loss = tf.reduce_mean((tf.norm(slope, axis=1) - 1) ** 2)
        outer.gradient(loss, ENCODER.trainable_variables)
    assert [one.loss.value for one in seen.losses] == [pytest.approx(float(loss))]


@pytest.mark.parametrize(("factor", "codes"), [(1.0, []), (2.0, ["KL105"])])
def test_kls_that_stand_side_by_side(factor: float, codes: list[str]) -> None:
    """Of two layers; the exponent of a wrong one has a factor that it should not have."""
    arrays = [(tf.Variable(X[:, :4]), tf.Variable(0.5 * X[:, 4:8])) for _ in range(2)]
    with klcli.watch() as seen, tf.GradientTape() as tape:
        kls = [-0.5 * tf.reduce_sum(1 + logvar - mu**2 - tf.exp(factor * logvar), 1) for mu, logvar in arrays]
        loss = tf.reduce_mean(tf.reduce_sum(tf.stack(kls, 1), 1))
        tape.gradient(loss, arrays)
    assert [one.kind for one in seen.terms] == ["kl", "kl"]
    assert [one.mistake.code for one in seen.findings][:1] == codes
    assert sum(one.contribution for one in seen.terms) == pytest.approx(float(loss), rel=1e-5)


def test_weights_that_change() -> None:
    beta = tf.Variable(0.0, trainable=False)
    with klcli.watch() as seen:
        for step in range(3):
            beta.assign(0.1 * step)
            with tf.GradientTape() as tape:
                mean, logvar = heads()
                loss = tf.reduce_mean((DECODER(mean) - X) ** 2) + beta * kl_of(mean, logvar)
            tape.gradient(loss, ENCODER.trainable_variables)
    assert [weights[1] for _, weights in seen.watched.steps] == [0, pytest.approx(0.1), pytest.approx(0.2)]


class Sampling(keras.layers.Layer):  # type: ignore[misc]
    """Adds its KL, as the functional models of Keras do."""

    def call(self, inputs: Any) -> Any:
        mean, logvar = inputs
        self.add_loss(0.5 * kl_of(mean, logvar))
        return drawn(mean, logvar)


def test_a_loss_that_is_given_to_compile_and_one_that_a_layer_adds() -> None:
    x = keras.Input((N,))
    mean, logvar = keras.layers.Dense(LATENTS)(x), keras.layers.Dense(LATENTS)(x)
    model = keras.Model(x, keras.layers.Dense(N)(Sampling()([mean, logvar])))
    model.compile("sgd", loss="mse")
    with klcli.watch() as seen:
        model.fit(X, X, batch_size=B, verbose=0)
    assert not tf.config.functions_run_eagerly()
    likely, kl = seen.terms
    assert (likely.kind, likely.reduction, likely.weight) == ("likelihood", "mean", pytest.approx(1))
    assert (kl.verdict, kl.reduction, kl.weight) == ("exact", "sum-mean", pytest.approx(0.5))
    assert likely.place is not None
    assert likely.place.path == __file__
    assert not seen.findings


@tf.custom_gradient
def straight(s: Any) -> Any:
    return tf.exp(s), lambda slope: slope


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (kl_of, {"reduction": "sum-mean"}, ""),
        (tf.function(kl_of), {"reduction": "sum-mean"}, ""),
        (lambda mean, s: -0.5 * tf.reduce_mean(1 + s - mean**2 - tf.exp(s)), {"reduction": "mean"}, ""),
        (
            lambda mean, std: tf.reduce_sum((std**2 + mean**2 - 1) / 2 - tf.math.log(std)),
            {"param": "std"},
            "",
        ),
        (lambda mean, s: kl_of(mean, 2 * keras.ops.log(s)), {"param": "std"}, ""),
        (lambda mean, s: kl_of(mean, s) - 0.5 * tf.reduce_mean(tf.exp(s)), {}, "no KL"),
        (lambda mean, s: kl_of(mean, tf.stop_gradient(s)), {}, "another gradient"),
        (lambda mean, s: kl_of(mean, s) + 0.0 * tf.reduce_sum(straight(s)), {}, ""),
        (lambda mean, s: kl_of(mean, tf.math.log(straight(s))), {}, "another gradient"),
    ],
)
def test_functions(function: Any, options: dict[str, Any], text: str) -> None:
    if not text:
        assert_kl(function, **options)
        return
    with pytest.raises(AssertionError, match=text):
        assert_kl(function, **options)


def test_what_cannot_be_called() -> None:
    with pytest.raises(klcli.KlcliError, match="failed with mean of shape"):
        klcli.verify(lambda mean, logvar: tf.matmul(mean, tf.exp(logvar)))


def in_a_session() -> None:
    with tf.Graph().as_default():
        weight = tf.compat.v1.get_variable("weight", [N, 1])
        loss = tf.reduce_mean(tf.square(tf.ones((B, N)) @ weight))
        tf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(loss)


def in_a_function_of_one_signature() -> None:
    @tf.function
    def step(x: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(x * MU)
        return tape.gradient(loss, MU)

    step.get_concrete_function(tf.TensorSpec((N, 3)))(tf.ones((N, 3)))


@pytest.mark.parametrize("run", [in_a_session, in_a_function_of_one_signature])
def test_losses_of_graphs_are_told_where_they_stand(run: Callable[[], None]) -> None:
    with klcli.watch() as seen:
        run()
    assert seen.losses == ()
    (text,) = [text for text in seen.watched.warnings if "of a graph" in text]
    assert __file__ in text
    assert "tf.GradientTape" in text


def test_gradients_of_graphs_are_refused_while_functions_run_eagerly() -> None:
    step = tf.function(lambda: tf.gradients(tf.reduce_sum(MU**2), MU))
    with klcli.watch(), pytest.raises(RuntimeError, match=r"with tf\.GradientTape the loss"):
        step()
    assert step()[0].shape == (N, 3)
