"""Single equations as nodes, written as ``op(op(leaf))``, and what is left as a leaf."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.recorders.notes import Node

jax = pytest.importorskip("jax")
equations = pytest.importorskip("klcli.trace.recorders.jax.equations")
numbers = pytest.importorskip("klcli.trace.recorders.jax.scalar_constants")
jnp = jax.numpy

X = jnp.arange(12.0).reshape(4, 3)


def entered(closed: Any, given: Any) -> list[Any]:
    """The nodes of what some equations give back, those of jitted functions among them."""
    held = dict(zip(closed.jaxpr.invars, given, strict=True))
    for equation in closed.jaxpr.eqns:
        own = [numbers.number(one.val) if hasattr(one, "val") else held[one] for one in equation.invars]
        inner = equation.params.get("jaxpr")
        places = range(len(equation.outvars))
        made = entered(inner, own) if inner else [equations.node_of(equation, own, one) for one in places]
        held.update(zip(equation.outvars, made, strict=True))
    return [held[one] for one in closed.jaxpr.outvars]


def node_of(function: Any, *given: Node) -> Any:
    """The node of what a function gives back for arrays that are called so."""
    return entered(jax.make_jaxpr(function)(*[X] * len(given)), given)[0]


def leaf() -> Node:
    return Node("leaf", (), X.shape, "float32", True, made_by="an input")


def line(found: Any) -> str:
    """A node as ``op(op(leaf))``."""
    if not isinstance(found, Node):
        return f"{float(found):g}"
    return f"{found.op}({', '.join(map(line, found.args))})" if found.args else found.op


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: jax.lax.logistic(x), "sigmoid(leaf)"),
        (lambda x: x + 0.0, "same(leaf)"),
        (lambda x: 0.0 - x, "neg(leaf)"),
        (lambda x: x * 1.0, "same(leaf)"),
        (lambda x: x / 1.0, "same(leaf)"),
        (lambda x: 1.0 / x, "div(1, leaf)"),
        (lambda x: x - 1.0, "sub(leaf, 1)"),
        (lambda x: jax.lax.integer_pow(x, 3), "pow(leaf, 3)"),
        (lambda x: x.astype(jnp.int32), "trunc(leaf)"),
        (lambda x: x.astype(jnp.float16), "same(leaf)"),
        (lambda x: x.sum(), "sum(leaf)"),
        (lambda x: x.mean(), "mean(leaf)"),
        # Divided by a number that is not that of its entries, it is no mean.
        (lambda x: x.sum() / 12.0, "div(sum(leaf), 12)"),
        (lambda x: jax.lax.sort(x), "leaf"),
    ],
)
def test_equations(function: Any, expected: str) -> None:
    assert line(node_of(function, leaf())) == expected


def test_a_node_has_the_shape_and_the_precision_of_its_array() -> None:
    found = node_of(lambda x: jnp.exp(x).sum(0), leaf())
    assert (found.shape, found.dtype, found.grad, found.more["axes"]) == ((3,), "float32", True, [0])
    assert node_of(lambda x: x.astype(jnp.float16), leaf()).dtype == "float16"
    held = Node("leaf", (), X.shape, "float32", False)
    assert not node_of(jnp.exp, held).grad
    stopped = node_of(jax.lax.stop_gradient, leaf())
    assert (stopped.op, stopped.grad) == ("stop", False)


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        (lambda x: jax.lax.max(x, jnp.float32(0.5)), 0.5, None),
        (lambda x: jax.lax.min(x, jnp.float32(0.5)), None, 0.5),
        (lambda x: jax.lax.clamp(jnp.float32(-1), x, jnp.float32(2)), -1, 2),
    ],
)
def test_clips(function: Any, low: float | None, high: float | None) -> None:
    found = node_of(function, leaf())
    assert (found.op, found.more["low"], found.more["high"]) == ("clamp", low, high)


def test_a_limit_at_infinity_is_none() -> None:
    assert line(node_of(lambda x: jax.lax.max(x, -jnp.inf), leaf())) == "same(leaf)"
    assert line(node_of(lambda x: jax.lax.max(x, jnp.inf), leaf())) == "leaf"


def test_a_sum_over_axes_of_one_entry_is_none_over_these() -> None:
    found = node_of(
        lambda x: jax.lax.reduce_sum_p.bind(jnp.exp(x[:, :, None]), axes=(1, 2), out_sharding=None), leaf()
    )
    assert (line(found), found.more["axes"], found.shape) == ("sum(exp(leaf))", [1], (4,))


def test_a_layer_is_cut_where_its_bias_is_added() -> None:
    weights, bias = (
        Node("leaf", (), shape, "float32", True, made_by="a parameter") for shape in ((4, 3), (4, 3))
    )
    product = Node("leaf", (), X.shape, "float32", True, made_by="dot_general")
    held = Node("leaf", (), X.shape, "float32", False, made_by="dot_general")
    assert node_of(jnp.add, product, bias).more["made_by"] == "a layer"
    assert node_of(jnp.add, bias, product).more["made_by"] == "a layer"
    assert line(node_of(jnp.add, product, leaf())) == "add(leaf, leaf)"
    # Two parameters, and a product that trains nothing, are no layer.
    assert line(node_of(jnp.add, weights, bias)) == "add(leaf, leaf)"
    assert line(node_of(jnp.add, held, bias)) == "add(leaf, leaf)"


def test_a_leaf_knows_what_it_was_computed_from() -> None:
    given = leaf()
    found = node_of(lambda x: jnp.cumsum(x, 0), given)
    assert (found.op, found.more["made_by"], found.grad) == ("leaf", "cumsum", True)
    bare = equations.leaf(jax.make_jaxpr(jnp.exp)(X).in_avals[0], "an input", [7, 3])
    assert (bare.shape, bare.dtype, bare.grad, bare.more["sources"]) == ((4, 3), "float32", False, [3, 7])
    assert {3, 7} <= bare.leaves
