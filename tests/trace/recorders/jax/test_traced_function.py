"""A function of some of its arguments as equations, run again by these."""

from __future__ import annotations

from typing import Any

import pytest

jax = pytest.importorskip("jax")
traced = pytest.importorskip("klcli.trace.recorders.jax.traced_function")
jnp = jax.numpy

PARAMS = {"mu": jnp.asarray([1.0, 2.0]), "net": {"logvar": jnp.asarray([0.5])}}


def made(function: Any, places: tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
    found = traced.TracedFunction(function, places, args, kwargs)
    found.trace()
    return found


def loss(scale: float, params: Any, *, shift: float) -> Any:
    return (params["mu"] * scale).sum() + shift, {"kl": params["net"]["logvar"].sum(), "epoch": 3}


def test_it_is_run_again_with_other_numbers_and_keeps_what_is_no_array() -> None:
    found = made(loss, (1,), 2.0, PARAMS, shift=0.25)
    other = {"mu": jnp.asarray([5.0, 6.0]), "net": {"logvar": jnp.asarray([7.0])}}
    value, told = found.replayed(2.0, other, shift=0.25)
    assert (float(value), float(told["kl"]), told["epoch"]) == (22.25, 7.0, 3)
    # The equations have the numbers that do not vary, whatever is given later.
    assert float(found.replayed(9.0, other, shift=9.0)[0]) == 22.25


def test_leaves_have_the_names_that_they_are_kept_under() -> None:
    nodes = list(made(loss, (1,), 2.0, PARAMS, shift=0.0).inputs())
    assert [one.names for one in nodes] == [["mu"], ["logvar"]]
    assert [(one.op, one.shape, one.grad) for one in nodes] == [("leaf", (2,), True), ("leaf", (1,), True)]
    assert [one.names for one in made(lambda x: x.sum(), (0,), jnp.ones(2)).inputs()] == [[]]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.sum(), True),
        (lambda x: (x.sum(), x), True),
        (lambda x: (x, x.sum()), False),
        (lambda x: (1.0, x.sum()), False),
        (lambda x: (x > 0).sum(), False),
        (lambda x: (), False),
    ],
)
def test_a_loss_is_a_floating_number_that_comes_first(function: Any, expected: bool) -> None:
    assert made(function, (0,), jnp.ones(2)).is_loss is expected
