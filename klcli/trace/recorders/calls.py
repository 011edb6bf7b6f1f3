"""Calls as nodes, by the names that they have in every framework: arithmetic and sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .affine_layers import biased
from .clips import clipped, number_in, one_of
from .likelihood_calls import LIKELIHOOD_CALLS, likelihood
from .notes import Node
from .products import entrywise_product
from .stacks import reduced_stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNARY = {
    "neg": "neg",
    "negative": "neg",
    "abs": "abs",
    "absolute": "abs",
    "log_sigmoid": "logsigmoid",
    **dict.fromkeys(("exp", "log", "sqrt", "expm1", "log1p", "log2", "log10", "exp2", "square"), ""),
    **dict.fromkeys(("reciprocal", "rsqrt", "sigmoid", "logsigmoid"), ""),
}
"""Functions of one array; those with an empty text are called as they are."""
_BINARY = {
    "add": "add",
    "sub": "sub",
    "subtract": "sub",
    "mul": "mul",
    "multiply": "mul",
    "div": "div",
    "divide": "div",
    "true_divide": "div",
    "truediv": "div",
    "pow": "pow",
    "power": "pow",
    "float_power": "pow",
}
_REVERSED = {"rsub": "sub", "rdiv": "div", "rtruediv": "div", "rpow": "pow", "radd": "add", "rmul": "mul"}
_NORMS = ("norm", "linalg_norm", "linalg_vector_norm")


def arithmetic(name: str, given: list[Any], named: dict[str, Any]) -> Node | None:
    """The node of a call that is followed; None for any other.

    Args:
        name: of the function, without its module and a trailing underscore.
        given: its arguments, arrays as nodes.
        named: those by name.
    """
    first = given[0] if given else named.get("input", named.get("a"))
    if name in ("add", "radd") and (layer := biased(given)):
        return layer
    if name in _BINARY or name in _REVERSED:
        return _binary(name, given, named)
    if name in LIKELIHOOD_CALLS:
        return likelihood(name, given, named)
    if product := entrywise_product(name, given):
        return product
    if name == "stack" and isinstance(first, list):
        nodes = all(isinstance(one, Node) and one.shape == () for one in first)
        return Node("stack", first) if nodes else None
    if not isinstance(first, Node):
        return None
    # A condition and two arrays; with the condition alone it gives places.
    if name == "where" and len(given) == 3:
        return _chosen(*given)
    # An array, where it is filled, and what with.
    if name == "masked_fill" and len(given) == 3 and isinstance(given[1], Node):
        return _chosen(given[1], given[2], first)
    if name in _UNARY:
        return Node(_UNARY[name] or name, (first,))
    if name == "softplus":
        return Node("softplus", (first,)) if one_of(named.get("beta"), given[1:2], 1) == 1 else None
    # The first is what the product or quotient of the other two is added to.
    if name in ("addcmul", "addcdiv") and all(isinstance(one, Node) for one in given[:3]):
        # The second and the third.
        product = Node("mul" if name == "addcmul" else "div", given[1:3])
        return Node("add", (first, Node("mul", (product, named.get("value", 1)))))
    if name in ("sum", "mean"):
        return _reduced(name, first, given, named)
    if name in _NORMS:
        return _norm(first, given, named)
    return clipped(name, first, given, named)


def _chosen(condition: Node, one: Any, other: Any) -> Node | None:
    """Of two numbers the one that a known truth value takes; of an array and 0 what a mask leaves of it."""
    values = condition.more.get("values", ())
    if not condition.shape and len(values) == 1:
        found = one if values[0] else other
        return Node("same", (found,)) if isinstance(found, Node) and not found.shape else None
    is_mask = condition.shape and number_in(one) != number_in(other)
    return Node("where", (condition, one, other)) if is_mask and 0 in map(number_in, (one, other)) else None


def _binary(name: str, given: list[Any], named: dict[str, Any]) -> Node | None:
    pair = [*given[:2], *(named[key] for key in ("other", "exponent") if key in named)][:2]
    if len(pair) < 2 or not all(map(is_operand, pair)) or named.get("rounding_mode"):
        return None
    is_reversed = name in _REVERSED
    if named.get("alpha", 1) != 1:
        scaled = 0 if is_reversed else 1
        pair[scaled] = Node("mul", (pair[scaled], named["alpha"]))
    return Node(_REVERSED[name], pair[::-1]) if is_reversed else Node(_BINARY[name], pair)


def _reduced(name: str, first: Node, given: list[Any], named: dict[str, Any]) -> Node:
    if not first.shape:
        return first
    axes = one_of(named.get("dim", named.get("axis")), given[1:2], None)
    axes = [axes] if isinstance(axes, int) else list(axes) if axes else None
    # Behind the array and its axes.
    keepdim = one_of(named.get("keepdim", named.get("keepdims")), given[2:3], False)
    found = reduced_stack(name, first, axes, keepdim=keepdim is True)
    return found or Node(name, (first,), axes=axes, keepdim=keepdim is True)


def _norm(first: Node, given: list[Any], named: dict[str, Any]) -> Node | None:
    """A Euclidean norm: the root of a sum of squares."""
    order = one_of(named.get("p", named.get("ord")), given[1:2], 2)
    if order not in (2, "fro"):
        return None
    square = Node("square", (first,), first.shape, first.dtype, first.grad)
    # Axes and whether they are kept, which stand behind the array and the order of the norm.
    total = _reduced("sum", square, [first, *given[2:4]], named)
    return Node("sqrt", (total,))


def is_operand(value: Any) -> bool:
    """Whether a value can be added and multiplied: an array or a number."""
    return isinstance(value, (Node, int, float))


def are_nodes(given: Sequence[Any]) -> bool:
    """Whether arguments are arrays, all of them."""
    return bool(given) and all(isinstance(one, Node) for one in given)


def nodes_of(given: Sequence[Any]) -> Iterator[Node]:
    """The nodes among arguments, also in lists."""
    for one in given:
        if isinstance(one, Node):
            yield one
        elif isinstance(one, list):
            yield from (node for node in one if isinstance(node, Node))


def sources_of(shape: Sequence[int], given: Sequence[Any]) -> list[int]:
    """The leaves that an unknown call which keeps their shape may be a function of, entry by entry."""
    nodes = [one for one in given if isinstance(one, Node)]
    if not nodes or nodes[0].shape != tuple(shape):
        return []
    return sorted({leaf for one in nodes for leaf in one.leaves or ()})
