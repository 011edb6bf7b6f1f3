"""Programs of JAX: losses where they are differentiated, with what they are, worked out by hand.

Batches have 6 examples of 12 entries, posteriors 4 latents. A term is (verdict, reading, reduction, weight).
"""

from __future__ import annotations

from typing import Any

import pytest

import klcli

jax = pytest.importorskip("jax")
jnp = jax.numpy

B, N, D = 6, 12, 4
KEY = jax.random.PRNGKey(0)
X = jax.random.uniform(KEY, (B, N))
PARAMS = {
    "encoder": 0.3 * jax.random.normal(KEY, (N, 2 * D)),
    "bias": jnp.zeros(2 * D),
    "decoder": 0.3 * jax.random.normal(KEY, (D, N)),
}
SUM = "sum-mean"


def heads(params: Any) -> Any:
    return jnp.split(X @ params["encoder"] + params["bias"], 2, axis=-1)


def kl_of(mu: Any, logvar: Any) -> Any:
    return -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), axis=-1).mean()


def error_of(params: Any, z: Any) -> Any:
    return jnp.sum((z @ params["decoder"] - X) ** 2, axis=-1).mean()


def reparameterized(params: Any) -> Any:
    mu, logvar = heads(params)
    z = mu + jnp.exp(0.5 * logvar) * jax.random.normal(KEY, mu.shape)
    return error_of(params, z) + 0.5 * kl_of(mu, logvar)


def exchanged(params: Any) -> Any:
    mu, logvar = heads(params)
    z = mu + jnp.exp(logvar) * jax.random.normal(KEY, mu.shape)
    return error_of(params, z) + kl_of(mu, logvar)


def of_single_examples(params: Any) -> Any:
    """The loss of one example, mapped over the batch."""

    def one(mu: Any, logvar: Any, key: Any) -> Any:
        z = mu + jnp.exp(0.5 * logvar) * jax.random.normal(key, mu.shape)
        return jnp.sum((z @ params["decoder"]) ** 2) - 0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar))

    return jnp.mean(jax.vmap(one)(*heads(params), jax.random.split(KEY, B)))


def softplus_head(params: Any) -> Any:
    mu, raw = heads(params)
    std = jax.nn.softplus(raw)
    return 0.25 * (0.5 * jnp.sum(std**2 + mu**2 - 1 - 2 * jnp.log(std), -1)).mean()


def sampled(params: Any) -> Any:
    """log q(z) - log p(z), with a guard as numpyro writes it."""
    mu, logstd = heads(params)
    std = jnp.exp(logstd)
    z = mu + std * jax.random.normal(KEY, mu.shape)
    log_q = jnp.where(z == z, -0.5 * ((z - mu) / std) ** 2 - jnp.log(std), -jnp.inf)
    log_p = jnp.where(z == z, -0.5 * z**2, -jnp.inf)
    return (log_q.sum() - log_p.sum()) / B


def with_axes_put_in(params: Any) -> Any:
    """As distrax writes the trace of a diagonal, with an axis of one entry that comes and goes."""
    mu, logstd = heads(params)
    ratio, shift = jnp.exp(logstd)[..., None], jnp.transpose(-mu[..., None], (2, 0, 1))
    trace = jnp.square(ratio).sum((-1, -2))
    square = jnp.square(jnp.transpose(shift, (1, 2, 0))).sum((-1, -2))
    return jnp.mean(0.5 * (-4.0 + trace + square) - logstd.sum(-1))


def other_prior(params: Any) -> Any:
    """N(0, 0.1^2), whose numbers are rounded to single precision where they stand."""
    mu, rho = params["bias"][:4], params["bias"][4:]
    std = jax.nn.softplus(rho)
    return jnp.sum(jnp.log(0.1 / std) + (std**2 + mu**2) / (2 * 0.1**2) - 0.5)


def free_bits(params: Any) -> Any:
    mu, logvar = heads(params)
    kl = -0.5 * (1 + logvar - mu**2 - jnp.exp(logvar))
    return jnp.sum(jnp.maximum(kl.mean(0), 0.1))


def stopped(params: Any) -> Any:
    mu, logvar = heads(params)
    var = jnp.exp(jax.lax.stop_gradient(logvar))
    return -0.5 * jnp.sum(1 + logvar - mu**2 - var, -1).mean()


@jax.custom_jvp
def straight(s: Any) -> Any:
    return jnp.exp(s)


straight.defjvps(lambda slope, out, s: slope)


def derived_otherwise(params: Any) -> Any:
    """The value of exp, and the gradient of a straight line."""
    mu, logvar = heads(params)
    return -0.5 * jnp.sum(1 + logvar - mu**2 - straight(logvar), -1).mean()


def balanced(params: Any) -> Any:
    """Each of two posteriors is held still in one of two terms."""
    mu, logvar = heads(params)

    def kl(m: Any, v: Any, n: Any, w: Any) -> Any:
        return 0.5 * jnp.sum(w - v - 1 + (jnp.exp(v) + (m - n) ** 2) / jnp.exp(w), -1).mean()

    other, still = heads({**params, "encoder": params["encoder"] + 1}), jax.lax.stop_gradient
    return 0.8 * kl(*still((mu, logvar)), *other) + 0.2 * kl(mu, logvar, *still(other))


LOSSES: dict[str, tuple[Any, list[Any], list[str], set[str]]] = {
    "reparameterized": (reparameterized, [("exact", "logvar", SUM, 0.5)], [], {"logvar"}),
    "exchanged": (exchanged, [("exact", "logvar", SUM, 1)], ["KL201"], {"logstd"}),
    "of single examples": (of_single_examples, [("exact", "logvar", SUM, 1)], [], {"logvar"}),
    "softplus head": (softplus_head, [("exact", "softplus", SUM, 0.25)], [], set()),
    "sampled": (sampled, [("exact", "logstd", SUM, 1)], [], {"logstd"}),
    "with axes put in": (with_axes_put_in, [("exact", "logstd", SUM, 1)], [], set()),
    "other prior": (other_prior, [("exact", "softplus", "sum", 1)], [], set()),
    "free bits": (free_bits, [("exact", "logvar", SUM, 1)], [], set()),
    "stopped": (stopped, [("exact", "logvar", SUM, 1)], ["KL134"], set()),
    "derived otherwise": (derived_otherwise, [("exact", "logvar", SUM, 1)], ["KL134"], set()),
    "balanced": (balanced, [("exact", "logvar", SUM, 0.8), ("exact", "logvar", SUM, 0.2)], [], set()),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_what_it_is(name: str) -> None:
    loss, wanted, codes, readings = LOSSES[name]
    with klcli.watch() as seen:
        value = jax.jit(jax.value_and_grad(loss))(PARAMS)[0]
    terms = [term for term in seen.terms if term.kind == "kl"]
    told = [(one.verdict, one.parameterization.name, one.reduction, round(one.weight, 6)) for one in terms]
    assert sorted(told, key=str) == sorted(wanted, key=str)
    assert [finding.mistake.code for finding in seen.findings] == codes
    assert {sample.sampling.parameterization for sample in seen.samples} == readings
    (one,) = seen.losses
    assert one.loss.value == pytest.approx(float(value), rel=1e-5)
    assert all(term.agreement.agrees for term in terms if term.agreement)
    assert all(slope.agrees for term in terms for slope in term.slopes) == ("KL134" not in codes)
    assert seen.watched.recording.framework == f"jax {jax.__version__}"


def test_gradients_are_told_of_every_array_of_a_kl() -> None:
    with klcli.watch() as seen:
        jax.grad(reparameterized)(PARAMS)
    (kl,) = (term for term in seen.terms if term.kind == "kl")
    assert {slope.name for slope in kl.slopes} == {"mu", "logvar"}


def test_the_program_computes_what_it_would() -> None:
    """Its function runs once, what it hands out beside the loss comes back, and nothing is left behind."""
    ran = []

    def loss(params: Any, x: Any, name: str) -> Any:
        ran.append(name)
        return jnp.sum((x @ params["encoder"]) ** 2), {"name": name, "mean": x.mean()}

    plain, before = jax.value_and_grad, jax.config.jax_disable_jit
    expected = plain(loss, has_aux=True)(PARAMS, X, "run")
    ran.clear()
    with klcli.watch() as seen:
        (value, aux), slopes = jax.value_and_grad(loss, has_aux=True)(PARAMS, X, "run")
    assert ran == ["run"]
    assert aux["name"] == "run"
    assert float(value) == pytest.approx(float(expected[0][0]))
    assert jnp.allclose(slopes["encoder"], expected[1]["encoder"])
    assert jax.value_and_grad is plain
    assert jax.config.jax_disable_jit is before
    assert len(seen.losses) == 1


def test_what_was_compiled_before_is_watched_too() -> None:
    step = jax.jit(lambda params: jax.grad(reparameterized)(params))
    step(PARAMS)
    with klcli.watch() as seen:
        step(PARAMS)
        step(PARAMS)
    assert [term.verdict for term in seen.terms if term.kind == "kl"] == ["exact"]
    assert len(seen.watched.steps) == 2


def test_a_gradient_inside_of_a_loss_is_no_loss() -> None:
    def loss(params: Any) -> Any:
        slopes = jax.vmap(jax.grad(lambda x: jnp.sum(jnp.tanh(x @ params["encoder"]))))(X)
        return jnp.mean((jnp.linalg.norm(slopes, axis=-1) - 1) ** 2)

    with klcli.watch() as seen:
        jax.grad(loss)(PARAMS)
    assert len(seen.losses) == 1
    assert seen.findings == ()


def test_a_loss_whose_gradient_is_pulled_back() -> None:
    with klcli.watch() as seen:
        value, pull, aux = jax.vjp(lambda params: (exchanged(params), X), PARAMS, has_aux=True)
        slopes = pull(1.0)[0]
    assert [finding.mistake.code for finding in seen.findings] == ["KL201"]
    assert aux is X
    assert jnp.allclose(slopes["bias"], jax.grad(exchanged)(PARAMS)["bias"], atol=1e-6)
    assert seen.losses[0].loss.value == pytest.approx(float(value), rel=1e-5)


def test_several_losses_and_weights_that_change() -> None:
    def critic(params: Any) -> Any:
        return jnp.mean(jax.nn.softplus(X @ params["encoder"]))

    def loss(params: Any, beta: Any) -> Any:
        return error_of(params, heads(params)[0]) + beta * kl_of(*heads(params))

    with klcli.watch() as seen:
        for step in range(2):
            jax.grad(critic)(PARAMS)
            jax.jit(jax.grad(loss))(PARAMS, jnp.asarray(step / 4))
    assert [[term.kind for term in one.terms] for one in seen.losses] == [["other"], ["likelihood", "kl"]]
    assert "changes: 0, 0.25" in str(seen)


def test_gradients_of_single_examples_are_followed_without_values() -> None:
    def loss(params: Any, x: Any) -> Any:
        mu, logvar = jnp.split(x @ params["encoder"], 2)
        return -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar))

    with klcli.watch() as seen:
        jax.vmap(jax.grad(loss), (None, 0))(PARAMS, X)
    (term,) = seen.terms
    assert (term.verdict, seen.losses[0].loss.value, term.contribution) == ("exact", None, None)


def test_a_loss_that_asks_for_its_numbers_is_not_followed_and_runs() -> None:
    def loss(params: Any) -> Any:
        kl = kl_of(*heads(params))
        return kl if kl > 100 else 2 * kl

    with klcli.watch() as seen:
        slopes = jax.grad(loss)(PARAMS)
    assert jnp.allclose(slopes["bias"], 2 * jax.grad(lambda p: kl_of(*heads(p)))(PARAMS)["bias"], atol=1e-6)
    assert [term.kind for term in seen.terms] == ["other"]
    assert any("depends on its numbers" in text for text in seen.watched.warnings)


def test_a_function_with_a_loop_is_followed() -> None:
    def thrice(mu: Any, logvar: Any) -> Any:
        one = -0.5 * (1 + logvar - mu**2 - jnp.exp(logvar))
        return jax.lax.scan(lambda total, _: (total + one, None), jnp.zeros_like(mu), None, length=3)[0]

    found = klcli.verify(thrice)
    assert (found.verdict, found.scale) == ("scaled", "3")


def test_a_filler_before_a_softmax_counts() -> None:
    """Without it the sum would be log(sum(exp(s))), with it it is that of some."""

    def loss(params: Any) -> Any:
        mu, logvar = heads(params)
        held = jnp.where(mu > 0, logvar, -jnp.inf)
        return -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(held), -1).mean()

    with klcli.watch() as seen:
        jax.grad(loss)(PARAMS)
    assert "exact" not in [term.verdict for term in seen.terms]


def test_without_a_gradient_it_says_what_is_seen() -> None:
    with klcli.watch() as seen:
        reparameterized(PARAMS)
    assert seen.losses == ()
    assert any("jax.grad" in text for text in seen.watched.warnings)
