"""Operations of TensorFlow as nodes, by the names of their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..calls import arithmetic, is_operand
from ..notes import Node
from ..stacks import reduced_stack
from ..views import transposed
from .linear_algebra import algebra
from .tensor_nodes import dtype_of, is_numeric, number_of, shape_of, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ASSIGNMENTS = ("Assign", "ResourceApply", "ResourceScatter", "ResourceSparse")
"""How the types of operations begin that change the variable whose handle they are given."""

_ENTRYWISE = {
    **{name: name.lower() for name in ("Neg", "Exp", "Log", "Sqrt", "Abs", "Expm1", "Log1p", "Square")},
    **{name: name.lower() for name in ("Reciprocal", "Rsqrt", "Sigmoid", "Softplus", "Relu")},
    **{name: name.lower() for name in ("Sub", "Mul", "Div", "Pow", "Maximum", "Minimum")},
    "Add": "add",
    "AddV2": "add",
    "MulNoNan": "mul",
    "RealDiv": "div",
    "Inv": "reciprocal",
}
"""Names of `calls.arithmetic`."""
_REDUCTIONS = {"Sum": "sum", "Mean": "mean"}
_SAME = ("Cast", "Identity", "Snapshot", "CheckNumerics", "EnsureShape", "PreventGradient")
_SHAPES = ("Reshape", "ExpandDims", "Squeeze")
_PARTS = ("Split", "SplitV", "Unpack", "StridedSlice", "Slice", "GatherV2", "GatherNd")
_FILLED = {"ZerosLike": 0, "OnesLike": 1}
_NOISES = {
    **dict.fromkeys(("RandomStandardNormal", "StatelessRandomNormal", "StatelessRandomNormalV2"), "randn"),
    **dict.fromkeys(("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2"), "rand"),
}
_LIKELIHOODS = ("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits")
_MOST_INDICES = 64
"""Entries of an array of indices that are read: axes and places, of which there are few."""


def operation(
    kind: str,
    inputs: Sequence[Any],
    attributes: Mapping[str, Any],
    output: Any,
    index: int,
    operand: Callable[[Any], Any],
) -> Node | None:
    """The node of one result of an operation that is followed; None for any other.

    Args:
        kind: the type of the operation.
        inputs: its tensors.
        attributes: its other arguments.
        output: the result.
        index: which of the results that is.
        operand: gives the node of a tensor, or the number that it is.
    """
    if kind in _NOISES:
        return Node("noise", (), kind=_NOISES[kind])
    if kind in _FILLED:
        return Node("full", (_FILLED[kind],))
    if kind == "Fill":
        return Node("full", (number_of(inputs[1]),))
    given = [operand(one) for one in inputs if is_numeric(one)]
    place = 1 if kind == "Split" else 0  # which is given the axis before the array
    first = given[place] if len(given) > place else None
    if kind in _ENTRYWISE:
        return arithmetic(_ENTRYWISE[kind], given, {})
    if kind in _LIKELIHOODS and index == 0:
        return arithmetic("cross_entropy", given[:2], {"reduction": "none"})
    if kind == "AddN":
        return _added(given, output)
    if kind == "Pack":
        return _stacked(given) or algebra(kind, given, attributes, index)
    if kind in ("DivNoNan", "SquaredDifference", "ClipByValue", "BiasAdd"):
        return _of_several(kind, given, output)
    found = _of_one(kind, first, inputs, attributes, output, index) if isinstance(first, Node) else None
    return found or algebra(kind, given, attributes, index)


def _of_several(kind: str, given: Sequence[Any], output: Any) -> Node | None:
    first, second = given[:2]
    if kind == "DivNoNan":
        return Node("div", (first, second)) if not isinstance(second, Node) and second else None
    if kind == "SquaredDifference":
        gap = Node("sub", (first, second), shape_of(output), dtype_of(output))
        gap.grad = any(isinstance(one, Node) and one.grad for one in (first, second))
        return Node("square", (gap,))
    if kind == "ClipByValue":
        return arithmetic("clamp", list(given), {})
    return arithmetic("add", list(given), {})


def _of_one(
    kind: str, first: Node, inputs: Sequence[Any], attributes: Mapping[str, Any], output: Any, index: int
) -> Node | None:
    """What is computed from one array, whose other arguments are axes, shapes and indices."""
    if kind in _REDUCTIONS:
        axes = _indices(inputs[1])
        if not axes:
            return first
        name, keepdim = _REDUCTIONS[kind], bool(attributes.get("keep_dims"))
        stack = reduced_stack(name, first, axes, keepdim=keepdim)
        return stack or Node(name, (first,), axes=axes, keepdim=keepdim)
    if kind == "StopGradient":
        return Node("stop", (first,))
    if kind == "L2Loss":
        squares = Node("square", (first,), first.shape, first.dtype, first.grad)
        total = Node("sum", (squares,), (), first.dtype, first.grad, axes=None, keepdim=False)
        return Node("mul", (0.5, total))
    if kind in _SAME:
        return Node("same", (first,))
    if kind in _SHAPES:
        return Node("same" if first.shape == shape_of(output) else "shape", (first,))
    if kind in ("BroadcastTo", "Tile"):
        return _spread(first, output)
    if kind == "StridedSlice" and _adds_axes(first, attributes, output):
        return Node("shape", (first,))
    if kind == "Transpose":
        return transposed(first, _indices(inputs[1]), repr([kind, _indices(inputs[1])]))
    if kind in _PARTS:
        own = [_indices(one) for one in inputs if one.dtype.is_integer and size_of(one) <= _MOST_INDICES]
        masks = sorted((name, str(value)) for name, value in attributes.items())
        return Node("part", (first,), key=repr([kind, own, masks, index]))
    return None


def _adds_axes(first: Node, attributes: Mapping[str, Any], output: Any) -> bool:
    """Whether all of an array is taken, with further axes of one entry, as by ``x[..., tf.newaxis]``."""
    lengths = [length for length in shape_of(output) if length != 1]
    is_whole = lengths == [length for length in first.shape if length != 1]
    return is_whole and bool(attributes.get("new_axis_mask")) and not attributes.get("shrink_axis_mask")


def _spread(first: Node, output: Any) -> Node | None:
    """An array repeated over axes that it had one entry on."""
    shape = shape_of(output)
    if first.shape == shape:
        return Node("same", (first,))
    own = (1,) * (len(shape) - len(first.shape)) + first.shape
    return Node("spread", (first,)) if all(a in (1, b) for a, b in zip(own, shape)) else None  # noqa: B905


def _stacked(given: Sequence[Any]) -> Node | None:
    """Single numbers side by side, as Keras adds up the losses of a model."""
    nodes = [one if isinstance(one, Node) else Node("full", (one,)) for one in given]
    return Node("stack", nodes) if all(one.shape == () for one in nodes) else None


def _added(given: Sequence[Any], output: Any) -> Node | None:
    total = given[0]
    if not all(map(is_operand, given)):
        return None
    for one in given[1:]:
        total = Node("add", (total, one), shape_of(output), dtype_of(output))
        total.grad = any(isinstance(arg, Node) and arg.grad for arg in total.args)
    return total if isinstance(total, Node) else None


def _indices(tensor: Any) -> list[int]:
    return [int(one) for one in tensor.numpy().reshape(-1).tolist()]
