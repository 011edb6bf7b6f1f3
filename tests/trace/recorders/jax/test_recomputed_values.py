"""The numbers of a function: its value, its entries and its gradients, against derivatives by hand."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.notes import Node

jax = pytest.importorskip("jax")
rows = pytest.importorskip("klcli.trace.recorders.jax.flat_equations")
values = pytest.importorskip("klcli.trace.recorders.jax.recomputed_values")
jnp = jax.numpy

MU, S = jnp.asarray([0.5, -1.0]), jnp.asarray([0.0, 2.0])


def noted(function: Any, *given: Any) -> tuple[Any, Any, list[Node]]:
    """What is told of a loss: its value; its gradients, as names of operation and array; the nodes."""
    closed = jax.make_jaxpr(function)(*given)
    leaves = [Node("leaf", (), one.shape, str(one.dtype), True, made_by="an input") for one in given]
    row = rows.EquationRow(closed, leaves)
    root = row.nodes[row.outputs[0]]
    nodes = [one for one in row.nodes if isinstance(one, Node)]
    value, slopes = values.note_values(row, given, root, nodes)
    told = {(one["of"].op, leaves.index(one["by"])): one["values"] for one in slopes if one["by"] in leaves}
    return value, told, nodes


def loss(mu: Any, s: Any) -> Any:
    return jnp.sum(mu**2) + jnp.sum(3 * jnp.exp(s)) - jnp.sum(mu * s)


def test_the_value_and_the_gradient_of_each_summand() -> None:
    value, told, nodes = noted(loss, MU, S)
    e = 2.718281828459045
    assert value == pytest.approx(1.25 + 3 * (1 + e**2) + 2, rel=1e-6)
    by_summand = sorted(told)
    assert {place for _, place in by_summand} == {0, 1}
    slopes = [one for (_, place), one in told.items() if place == 0]
    assert [1.0, -2.0] in slopes or [pytest.approx(1.0), pytest.approx(-4.0)] in slopes
    leaves = [one.more["values"] for one in nodes if one.op == "leaf"]
    assert leaves == [[0.5, -1.0], [0.0, 2.0]]


def test_a_gradient_is_weighed_as_the_summand_is_in_the_loss() -> None:
    """Of 0.5 (sum mu^2 + sum e^s): mu, and e^s / 2."""
    _, told, _ = noted(lambda mu, s: 0.5 * (jnp.sum(mu**2) + jnp.sum(jnp.exp(s))), MU, S)
    slopes = {place: slope for (op, place), slope in told.items() if op in ("sum", "mul")}
    assert slopes[0] == pytest.approx([0.5, -1.0])
    assert slopes[1] == pytest.approx([0.5, 0.5 * 2.718281828459045**2])


def test_entries_that_json_has_no_number_for() -> None:
    assert values.values_of(jnp.asarray([[1.5, jnp.inf], [-jnp.inf, jnp.nan]])) == [1.5, "inf", "-inf", "nan"]


def test_what_is_large_and_has_no_name_is_not_told() -> None:
    def function(mu: Any, s: Any) -> Any:
        return jnp.sum(jnp.exp(mu)) + jnp.sum(s)

    _, _, nodes = noted(function, MU, S)
    assert [one.op for one in nodes if "values" not in one.more and one.shape == (2,)] == ["exp"]
    assert all("values" in one.more for one in nodes if one.shape == ())


def test_what_stands_for_many_values_is_not_concrete() -> None:
    found = []

    def function(mu: Any) -> Any:
        row = rows.EquationRow(jax.make_jaxpr(jnp.sum)(MU), [Node("leaf", (), (2,), "float32", True)])
        found.append((values.is_concrete(row, [mu]), values.is_concrete(row, [MU])))
        return mu.sum()

    jax.vmap(function)(jnp.ones((3, 2)))
    assert found == [(False, True)]
