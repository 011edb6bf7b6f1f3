"""Choices that libraries write around what they compute: which of them change nothing, and which count."""

from __future__ import annotations

from typing import Any

import pytest

import klcli

jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")
jnp = jax.numpy

B, N = 6, 12
X = jax.random.uniform(jax.random.PRNGKey(0), (B, N))
OUT = jax.random.normal(jax.random.PRNGKey(1), (B, N))
SIZES = jnp.asarray([N])


def counted(out: Any) -> Any:
    """As Keras divides by a count that may be 0: here it is the product of known lengths."""
    count = jnp.prod(SIZES).astype(out.dtype)
    total = jnp.sum((out - X) ** 2, -1)
    return jnp.mean(jnp.where(count == 0, 0, total / jnp.where(count == 0, 1, count)))


def finite(out: Any) -> Any:
    """As numpyro writes the log-probability of logits."""
    safe = jnp.where(jnp.isfinite(out), out, 0.0)
    usual = jnp.maximum(safe, 0) + jnp.log1p(jnp.exp(-jnp.abs(safe))) - safe * X
    return jnp.where(jnp.isfinite(out), usual, jnp.inf * X).sum(-1).mean()


def no_nan(out: Any) -> Any:
    error = (out - X) ** 2
    return jnp.where(jnp.isnan(error), 0.0, error).sum()


def masked(out: Any) -> Any:
    """Half of the entries count: no squared error of all of them."""
    return jnp.where(out > 0, (out - X) ** 2, 0.0).sum()


def picked(out: Any) -> Any:
    """A cross-entropy of labels, whose equations pick entries."""
    return optax.softmax_cross_entropy_with_integer_labels(out, jnp.arange(B)).mean()


def of_probabilities(out: Any) -> Any:
    return optax.softmax_cross_entropy(out, X / X.sum(-1, keepdims=True)).sum() / B


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (counted, ("squared error", "mean", 1)),
        (finite, ("binary cross-entropy", "sum-mean", 1)),
        (no_nan, ("squared error", "sum", 1)),
        (masked, None),
        (picked, ("cross-entropy", "sum-mean", 1)),
        (of_probabilities, ("cross-entropy", "sum-mean", 1)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_guards(loss: Any, expected: Any) -> None:
    with klcli.watch() as seen:
        jax.grad(loss)(OUT)
    (term,) = seen.terms
    if expected is None:
        assert term.kind == "other"
        return
    said, reduction, weight = expected
    assert term.what.startswith(said)
    assert (term.reduction, term.weight) == (reduction, pytest.approx(weight))
    assert term.contribution == pytest.approx(float(loss(OUT)), rel=1e-5)
