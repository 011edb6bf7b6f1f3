"""Models of Keras that are fitted once, or called, on whichever framework Keras computes with."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.frameworks import RefusedError
from klcli.trace.recording import read_recording
from klcli.trace.run_summary import Watched, watched

keras = pytest.importorskip("keras")
from klcli.trace.recorders import keras_models  # noqa: E402

layers, ops = keras.layers, keras.ops


class Added(keras.Model):  # type: ignore[misc]
    """Its layers have no loss of its own, and it adds both terms."""

    def __init__(self) -> None:
        super().__init__()
        self.mean, self.logvar, self.decoder = layers.Dense(4), layers.Dense(4), layers.Dense(12)
        self.seed = keras.random.SeedGenerator(1)

    def outputs_of(self, x: Any) -> Any:
        mean, logvar = self.mean(x), self.logvar(x)
        z = mean + ops.exp(logvar) * keras.random.normal(ops.shape(mean), seed=self.seed)
        return self.decoder(z), mean, logvar

    def call(self, x: Any) -> Any:
        recon, mean, logvar = self.outputs_of(x)
        self.add_loss(ops.mean(ops.square(recon - x)))
        self.add_loss(0.5 * kl_of(mean, logvar))
        return recon


class Compiled(Added):
    """Its squared error is given to compile."""

    def call(self, x: Any) -> Any:
        recon, mean, logvar = self.outputs_of(x)
        self.add_loss(0.5 * kl_of(mean, logvar))
        return recon


class WithMethod(Added):
    def call(self, x: Any) -> Any:
        recon, mean, logvar = self.outputs_of(x)
        return recon, mean, logvar

    def loss_function(self, recon: Any, x: Any, mean: Any, logvar: Any) -> Any:
        return ops.mean(ops.square(recon - x)) + 0.5 * kl_of(mean, logvar)


def kl_of(mean: Any, logvar: Any) -> Any:
    return -0.5 * ops.mean(ops.sum(1 + logvar - ops.square(mean) - ops.exp(logvar), axis=1))


def compiled() -> Any:
    model = Compiled()
    model.compile("sgd", loss="mse")
    return model


def traced(model: Any) -> Watched:
    assert keras_models.is_trained(model)
    return watched(read_recording(keras_models.call_module(model, [(6, 12)], {})))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Added, "the loss is that of Added.fit"),
        (compiled, "the loss is that of Compiled.fit"),
        (WithMethod, "the loss is WithMethod.loss_function(recon, x, mean, logvar)"),
    ],
)
def test_the_loss_of_a_model_is_found(made: Any, said: str) -> None:
    if made is WithMethod and keras.backend.backend() == "jax":
        with pytest.raises(RefusedError, match="WithMethod has no loss"):
            traced(made())
        return
    found = traced(made())
    (loss,) = found.losses
    told = [(term.kind, term.verdict, round(float(term.weight or 0), 6)) for term in loss.terms]
    assert told == [("likelihood", "", 1), ("kl", "exact", 0.5)]
    assert [one.mistake.code for one in found.findings] == ["KL201"]
    assert found.warnings[0] == said


@pytest.mark.parametrize(
    ("shapes", "message"), [([], "how large is the input"), ([(6, 5), (6, 12), (6, 1)], "failed with")]
)
def test_what_cannot_be_called_is_said(shapes: Any, message: str) -> None:
    model = keras.Sequential([keras.Input((12,)), layers.Dense(3)])
    model.compile("sgd", loss="mse")
    with pytest.raises(RefusedError, match=message):
        keras_models.call_module(model, shapes, {})
