"""Single equations as nodes: arithmetic, sums, clips; anything else is a leaf."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..calls import arithmetic, nodes_of, sources_of
from ..notes import Node
from ..stacks import extreme_operands
from .linear_algebra import contracted
from .loops import stacked, summed_over_stack
from .places import calls_of
from .scalar_constants import folded
from .shapes import in_shape, limit_of, spread, squeezed, total

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = {"logistic": "sigmoid", "add_any": "add"}
_NEUTRAL = {"add": 0, "sub": 0, "mul": 1, "div": 1}
"""The second operands that change nothing, of a sum and a product the first ones, too."""
_EXTREMES = {"reduce_max": "max", "reduce_min": "min"}
"""What takes one of several arrays, by its names in all frameworks."""
_LAYERS = ("dot_general", "conv_general_dilated")


def node_of(equation: Any, given: Sequence[Any], index: int) -> Any:
    """The node of a result of an equation, or the number that it is.

    Args:
        equation: with a primitive that calls no other equations.
        given: its operands, as nodes or numbers.
        index: of the result.
    """
    variable = equation.outvars[index]
    name, shape = equation.primitive.name, tuple(variable.aval.shape)
    if name == "add" and _is_layer(given):
        return leaf(variable.aval, "a layer", grad=True)
    constant = folded(equation, [limit_of(one) for one in given])
    if constant is not None and not shape:
        return constant
    node = Node("full", (constant,)) if constant is not None else _followed(equation, given, index, shape)
    if node is None:
        name = _EXTREMES.get(name, name)
        grad = any(one.grad for one in nodes_of(given))
        operands = extreme_operands(name, given[0] if given else None)
        if operands and operands[0].origins:
            return Node("leaf", operands, shape, str(variable.aval.dtype), grad, None, made_by=name)
        return leaf(variable.aval, name, sources_of(variable.aval.shape, given), grad=grad)
    node.shape, node.dtype = shape, str(variable.aval.dtype)
    node.grad = any(one.grad for one in nodes_of(node.args)) and node.op != "stop"
    return node


def _followed(equation: Any, given: Sequence[Any], index: int, shape: tuple[int, ...]) -> Node | None:
    name, params = equation.primitive.name, equation.params
    first = given[0] if given else None
    if name in ("max", "min", "clamp"):
        return _clipped(name, given)
    if name == "broadcast_in_dim":
        return spread(first, shape)
    if name in ("concatenate", "stack"):
        return _stacked(given) or (stacked(given, params["axis"]) if name == "stack" else None)
    if name in _NEUTRAL:
        return _mean(equation, given) or _operated(name, given, shape)
    if not isinstance(first, Node):
        return arithmetic(_NAMES.get(name, name), list(given), {})
    if name == "dot_general":
        return contracted(params, given, equation.outvars[index].aval)
    if name == "select_n" and len(given) == 3:
        return _chosen(given)
    if name == "integer_pow":
        return Node("pow", (first, params["y"]))
    if name == "reduce_sum":
        return _summed(first, list(map(int, params["axes"])))  # vmap has numpy integers
    if name == "convert_element_type":
        is_whole = equation.outvars[0].aval.dtype.kind in "iu" and "float" in first.dtype
        return Node("trunc" if is_whole else "same", (first,))
    return in_shape(name, params, given, index, shape) or arithmetic(_NAMES.get(name, name), list(given), {})


def _chosen(given: Sequence[Any]) -> Node | None:
    """What a mask leaves of an array, with 0 for the rest; what is false is chosen first."""
    condition, if_false, if_true = given
    numbers = [one if limit_of(one) is None else limit_of(one) for one in (if_true, if_false)]
    return arithmetic("where", [condition, *numbers], {})


def _operated(name: str, given: Sequence[Any], shape: tuple[int, ...]) -> Node | None:
    """A sum or a product; an operand that changes nothing is left out."""
    # An array of one number is that number, where the other operand has the shape already.
    own = [one.args[0] if _is_full(one, given, shape) else one for one in given]
    left, right = own
    if isinstance(left, Node) and right == _NEUTRAL[name]:
        return Node("same", (left,))
    if isinstance(right, Node) and left == _NEUTRAL[name] and name != "div":
        return Node("neg" if name == "sub" else "same", (right,))
    return arithmetic(name, own, {})


def _is_full(one: Any, given: Sequence[Any], shape: tuple[int, ...]) -> bool:
    others = [other for other in given if other is not one and isinstance(other, Node)]
    return isinstance(one, Node) and one.op == "full" and any(other.shape == shape for other in others)


def _summed(first: Node, axes: list[int]) -> Node:
    """A sum; one over axes of one entry is none over these."""
    if not axes:
        return Node("same", (first,))
    if first.op == "full":
        return total(first, axes)
    if found := summed_over_stack(first, axes):
        return found
    lost = [axis for axis in axes if first.shape[axis] == 1]
    inner = squeezed(first, lost) if 0 < len(lost) < len(axes) else None
    if inner is None:
        return Node("sum", (first,), axes=axes, keepdim=False)
    kept = [axis - sum(other < axis for other in lost) for axis in axes if axis not in lost]
    return Node("sum", (inner,), axes=kept, keepdim=False)


def _stacked(given: Sequence[Any]) -> Node | None:
    """Single numbers side by side."""
    nodes = [one for one in given if isinstance(one, Node) and math.prod(one.shape) == 1]
    return Node("stack", list(map(_bare, nodes))) if len(nodes) == len(given) else None


def _bare(node: Node) -> Node:
    """A number without the axes that it was given."""
    while node.op == "shape" and math.prod(node.args[0].shape) == 1:
        node = node.args[0]
    return node


def _clipped(name: str, given: Sequence[Any]) -> Node | None:
    """The larger or the smaller of an array and a number, or between two."""
    limits = [limit_of(one) for one in given]
    arrays = [one for one, limit in zip(given, limits) if limit is None]  # noqa: B905 (no strict in 3.8)
    if len(arrays) != 1 or not isinstance(arrays[0], Node):
        return None
    if name == "clamp":
        return Node("clamp", arrays, low=limits[0], high=limits[2]) if limits[1] is None else None
    (limit,) = (one for one in limits if one is not None)
    if math.isinf(limit):  # with which JAX begins the largest of some entries
        return Node("same", arrays) if (limit < 0) == (name == "max") else None
    return Node("clamp", arrays, low=limit if name == "max" else None, high=limit if name == "min" else None)


def _is_layer(given: Sequence[Any]) -> bool:
    """Whether a bias is added to the product with the weights of a layer, which is cut as one."""
    if not all(isinstance(one, Node) for one in given):
        return False
    ends = [_end(one) for one in given]
    made = [one.more.get("made_by") for one in ends]
    return any(made[a] in _LAYERS and ends[a].grad and made[1 - a] == "a parameter" for a in (0, 1))


def _end(node: Node) -> Node:
    """What an array is a part of, or has the entries of."""
    while node.op in ("shape", "spread", "same", "part"):
        node = node.args[0]
    return node


def _mean(equation: Any, given: Sequence[Any]) -> Node | None:
    """A sum that `jax.numpy.mean` divides by the number of its entries."""
    whole, count = given
    is_sum = isinstance(whole, Node) and whole.op == "sum" and not isinstance(count, Node)
    if equation.primitive.name != "div" or not is_sum or "mean" not in calls_of(equation):
        return None
    (inner,), more = whole.args, dict(whole.more)
    steps = more.pop("steps", 1)
    size = math.prod(inner.shape[axis] for axis in more["axes"])
    if steps > 1:  # a mean over the steps of a loop, and over other axes
        inner = Node("div", (inner, steps), inner.shape, inner.dtype, inner.grad, inner.place)
    return Node("mean", (inner,), **more) if size * steps == count else None


def leaf(aval: Any, made_by: str, sources: Sequence[int] = (), *, grad: bool = False) -> Node:
    """A leaf of the shape and precision of an array.

    Args:
        aval: of the array, what JAX knows of it while it traces.
        made_by: what computed it.
        sources: the serial numbers of the leaves that it was computed from, where these are known.
        grad: whether it has a gradient.
    """
    node = Node("leaf", (), aval.shape, str(aval.dtype), grad, None, made_by=made_by)
    node.add_sources(sources)
    return node
