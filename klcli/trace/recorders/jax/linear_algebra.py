"""Linear algebra of JAX as leaves that keep their operands, by the names of its functions and primitives.

`klcli.trace.recorders.matrix_calls` says why. JAX's own functions are known by the names of their nested
equations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..calls import are_nodes
from ..notes import Node
from ..products import entrywise_product
from ..views import diagonal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MOST_AXES = 8
"""Of a product; the letters are enough for three times as many."""


def algebra_of(name: str, inner: Any, given: Sequence[Any], variables: Sequence[Any]) -> list[Node] | None:
    """The leaves that a function of linear algebra gives back; None for any other function.

    Args:
        name: of the function of JAX.
        inner: its equations.
        given: its operands.
        variables: what it gives back.
    """
    if name == "diagonal" and are_nodes(given) and inner.out_avals[0].shape == given[0].shape[:-1]:
        found = diagonal(given[0], name)
        return [found] if found else None
    options = _CALLS[name](inner, given) if name in _CALLS and are_nodes(given) else None
    if options is None:
        return None
    return [
        _leaf(variable.aval, name, given, {**options, "part": index})
        for index, variable in enumerate(variables)
    ]


def contracted(params: Any, given: Sequence[Any], aval: Any) -> Node | None:
    """A product of two arrays over some of their axes.

    Args:
        params: of the equation ``dot_general``.
        given: the nodes of both arrays.
        aval: of the product.
    """
    if not are_nodes(given) or len(given[0].shape) + len(given[1].shape) > _MOST_AXES:
        return None
    equation = _equation(params["dimension_numbers"], *(len(one.shape) for one in given))
    left, right = equation.partition("->")[0].split(",")
    if sorted(left) == sorted(right) and (product := entrywise_product("einsum", [equation, *given])):
        return product
    return _leaf(aval, "dot_general", given, {"call": "einsum", "equation": equation})


def _equation(numbers: Any, first: int, second: int) -> str:
    """The letters of a product: those of shared axes first, then what is left of both."""
    (contracting, batch) = numbers
    letters = iter(_LETTERS)
    own = [[""] * first, [""] * second]
    kept = []
    for pairs, is_kept in ((batch, True), (contracting, False)):
        for axes in zip(*pairs):  # noqa: B905 (there is no strict in 3.8)
            letter = next(letters)
            kept += [letter] if is_kept else []
            for side, axis in enumerate(axes):
                own[side][axis] = letter
    for one in own:
        for axis, letter in enumerate(one):
            if not letter:
                one[axis] = next(letters)
                kept.append(one[axis])
    return "{},{}->{}".format(*map("".join, (*own, kept)))


def _leaf(aval: Any, made_by: str, operands: Sequence[Node], options: dict[str, Any]) -> Node:
    grad = any(one.grad for one in operands)
    node = Node("leaf", operands, aval.shape, str(aval.dtype), grad, None, made_by=made_by)
    if node.origins is None:  # a network
        return Node("leaf", (), aval.shape, str(aval.dtype), grad, None, made_by=made_by)
    node.more.update(options)
    return node


def _plain(call: str, **options: Any) -> Callable[..., dict[str, Any]]:
    return lambda inner, given: {"call": call, **options}


def _triangle(call: str) -> Callable[..., dict[str, Any] | None]:
    """Which triangle is kept; JAX does not say from which diagonal on, and ones tell it."""

    def options(inner: Any, given: Sequence[Any]) -> dict[str, Any] | None:
        shape = given[0].shape
        with jax.ensure_compile_time_eval(), jax.disable_jit(False):
            (kept,) = jax.core.eval_jaxpr(inner.jaxpr, inner.consts, jnp.ones(shape, given[0].dtype))
            function = getattr(jnp, call)
            offsets = (at for at in (0, -1, 1) if bool((function(jnp.ones(shape), at) == kept).all()))
            offset = next(offsets, None)
        return None if offset is None else {"call": call, "offset": offset}

    return options


def _diagonal(inner: Any, given: Sequence[Any]) -> dict[str, Any] | None:
    """A diagonal as a matrix, or that of one."""
    shape, out = given[0].shape, inner.out_avals[0].shape
    is_main = out in (shape[:1], shape * 2) and len(set(shape)) == 1
    return {"call": "diag", "made_by": "diag"} if is_main else None


def _solved(inner: Any, given: Sequence[Any]) -> dict[str, Any] | None:
    """A triangular system, whose matrix is neither transposed nor has ones for a diagonal."""
    solves = [one.params for one in _all_equations(inner) if one.primitive.name == "triangular_solve"]
    if len(solves) != 1:
        return None
    params = solves[0]
    is_plain = params["left_side"] and not params["transpose_a"] and not params["unit_diagonal"]
    return {"call": "solve_triangular", "upper": not params["lower"]} if is_plain else None


def _all_equations(closed: Any) -> Iterator[Any]:
    for one in getattr(closed, "jaxpr", closed).eqns:
        yield one
        inner = one.params.get("jaxpr")
        if inner is not None:
            yield from _all_equations(inner)


_CALLS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "tril": _triangle("tril"),
    "triu": _triangle("triu"),
    "trace": _plain("trace"),
    "_diag": _diagonal,
    "slogdet": _plain("slogdet"),
    "det": _plain("det"),
    "inv": _plain("inverse"),
    "cholesky": _plain("cholesky", upper=False),
    "_solve_triangular": _solved,
    "solve": _plain("solve"),
}
"""JAX's functions: what they are, and how their options are found."""
