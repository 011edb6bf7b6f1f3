"""Names of variables as marks in the equations that are made while a function runs."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

jax = pytest.importorskip("jax")
names = pytest.importorskip("klcli.trace.recorders.jax.variable_names")
jnp = jax.numpy

X = jnp.ones(3)


def marks(function: Any) -> list[str]:
    """The marks in the equations of a function."""
    with names.named():
        closed = jax.make_jaxpr(function)(X)
    return [one.params["name"] for one in closed.jaxpr.eqns if one.primitive.name == "name"]


def loss(heads: Any) -> Any:
    mu, count = heads * 2, jnp.asarray([1, 2, 3])
    total = (mu * count).sum()

    def inner() -> Any:
        return mu

    return total + inner().sum()


def test_floating_arrays_have_the_names_of_the_variables_that_hold_them() -> None:
    found = [names.mark_of(one) for one in marks(loss)]
    # Variables that an inner function uses are its cells; whole numbers are no heads.
    assert {"heads", "mu", "total"} <= set(found)
    assert "count" not in found


def test_a_name_of_the_program_is_no_mark() -> None:
    from jax.ad_checkpoint import checkpoint_name

    found = marks(lambda x: checkpoint_name(x, "kept"))
    assert "kept" in found
    assert names.mark_of("kept") is None
    assert names.likelihood_of("kept") is None


def test_a_profile_of_the_program_is_put_back() -> None:
    def profile(*told: Any) -> None:
        pass

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        with pytest.raises(ZeroDivisionError), names.named():
            marks(lambda x: x / (1 // 0))
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(before)


def test_the_mark_of_a_likelihood_tells_the_shapes_of_what_it_compares() -> None:
    optax = pytest.importorskip("optax")
    labels = jax.nn.one_hot(jnp.asarray([0, 1, 2, 1]), 3)
    found = marks(lambda x: optax.softmax_cross_entropy(x * labels, labels).mean())
    told = [one for one in map(names.likelihood_of, found) if one]
    assert told == [("cross_entropy", [[4, 3], [4, 3]])]
    # The library's own variables have no names here.
    assert not {"logits", "labels"} & {names.mark_of(one) for one in found}
    assert names.likelihood_of("klcli-likelihood " + json.dumps(["cross_entropy", [2], []])) == (
        "cross_entropy",
        [[2], []],
    )
