"""Modules of TensorFlow that are called with shapes, and where their loss is found."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recording import read_recording
from klcli.trace.run_summary import watched

tf = pytest.importorskip("tensorflow")
modules = pytest.importorskip("klcli.trace.recorders.tensorflow.called_modules")


class Encoder(tf.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable(tf.random.stateless_normal((12, 8), (0, 0)))

    def __call__(self, x: Any) -> Any:
        mean, logvar = tf.split(x @ self.weights, 2, 1)
        return mean, logvar


class WithLoss(Encoder):
    def loss(self, mean: Any, logvar: Any, beta: float = 1.0) -> Any:
        return beta * tf.reduce_mean(-0.5 * tf.reduce_sum(1 + logvar - mean**2 - tf.exp(logvar), 1))


def test_the_loss_of_a_module_is_found() -> None:
    assert modules.is_trained(WithLoss())
    found = watched(read_recording(modules.call_module(WithLoss(), [(6, 12)], {"beta": 0.5})))
    (term,) = (term for one in found.losses for term in one.terms)
    assert (term.verdict, term.weight) == ("exact", pytest.approx(0.5))
    assert found.warnings[0] == "the loss is WithLoss.loss(mean, logvar)"


def test_a_module_without_a_loss_says_what_it_gives_back() -> None:
    found = watched(read_recording(modules.call_module(Encoder(), [(6, 12)], {})))
    assert found.losses == ()
    assert "Encoder has no loss that was found: it gives back mean (6, 4), logvar (6, 4)" in found.warnings[0]
