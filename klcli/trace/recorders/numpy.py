"""NumPy: arrays that note what is done to them, for functions that are called with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy

from .callers import place_of
from .calls import arithmetic, is_operand, nodes_of, sources_of
from .matrix_calls import followed_call
from .notes import CONSTANTS, Node, all_written, document
from .views import transposed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .notes import Function, ShapedEntries

SHORT = ("float16", "float32")
"""Precisions in which a function may lose its digits."""

_SKIPPED = (os.path.dirname(numpy.__file__) + os.sep,)
_MOST_VALUES = 20000
"""Entries of an array that are told as numbers; a document of more is slow to write."""
_FULL = {"zeros_like": 0, "ones_like": 1, "full_like": None}
_SHAPES = ("reshape", "squeeze", "expand_dims", "ravel", "atleast_1d", "atleast_2d")


class Noted(numpy.lib.mixins.NDArrayOperatorsMixin):
    """An array with the node of what it was computed by."""

    def __init__(self, value: Any, node: Node) -> None:
        self.value = numpy.asarray(value)
        self.node = node

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Note a function of single entries; reductions are the sums and means that they are called by."""
        plain = [_value(one) for one in inputs]
        given = [_argument(one) for one in inputs]
        out = getattr(ufunc, method)(*plain, **{key: _value(one) for key, one in kwargs.items()})
        name = "sum" if (ufunc is numpy.add and method == "reduce") else ufunc.__name__
        if ufunc is numpy.logaddexp and method == "__call__" and 0 in given:
            other = next(one for one in given if one is not given[given.index(0)])
            return _noted(Node("softplus", (other,)), out, given, name)
        node = arithmetic(name, given, kwargs) if method in ("__call__", "reduce") else None
        if node is None and ufunc is numpy.matmul:
            return _of_algebra(name, out, given, kwargs)
        return _noted(node, out, given, name)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Note a function of whole arrays."""
        given = [_argument(one) for one in args]
        out = func(*map(_value, args), **{key: _value(one) for key, one in kwargs.items()})
        name = func.__name__
        node = arithmetic(name, given, {key: _argument(one) for key, one in kwargs.items()})
        first = given[0] if given else None
        if node is None and name in _FULL:
            value = _FULL[name] if name != "full_like" else given[1]
            node = Node("full", (value,)) if isinstance(value, (int, float)) else None
        if node is None and name in _SHAPES and isinstance(first, Node):
            node = Node("shape", (first,))
        if node is None and name == "copy" and isinstance(first, Node):
            node = Node("same", (first,))
        if node is None:
            own = "linalg_" + name if "linalg" in func.__module__ else name
            return _of_algebra(own, out, given, kwargs)
        return _noted(node, out, given, name)

    def __getitem__(self, key: Any) -> Any:
        return _noted(Node("part", (self.node,), key=repr(key)), self.value[key], [self.node], "[]")

    def __len__(self) -> int:
        return len(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        own = getattr(self.value, name)
        if not callable(own):
            if not isinstance(own, numpy.ndarray):
                return own
            axes = range(own.ndim)[::-1]
            node = transposed(self.node, axes, name) if name == "T" else None
            return _noted(node, own, [self.node], name)
        return lambda *args, **kwargs: getattr(numpy, name)(self, *args, **kwargs)


def _value(one: Any) -> Any:
    if isinstance(one, (list, tuple)):
        return type(one)(map(_value, one))
    return one.value if isinstance(one, Noted) else one


def _argument(one: Any) -> Any:
    """An array as its node, a number of numpy as one of Python."""
    if isinstance(one, Noted):
        return one.node
    if isinstance(one, numpy.generic):
        return one.item()
    if isinstance(one, numpy.ndarray):
        return _leaf(one, "an array")
    if isinstance(one, (list, tuple)) and any(isinstance(part, Noted) for part in one):
        return [_argument(part) for part in one]
    return one


def _leaf(array: Any, made_by: str, sources: Sequence[int] = (), grad: bool = False) -> Node:
    _, place = place_of(_SKIPPED)
    node = Node("leaf", (), array.shape, str(array.dtype), grad, place, made_by=made_by)
    node.add_sources(sources)
    if array.size <= CONSTANTS:
        node.more["values"] = _values(array)
    return node


def _noted(node: Node | None, out: Any, given: Sequence[Any], name: str) -> Any:
    """The result of a call with its node; what is not followed is a leaf."""
    if not isinstance(out, (numpy.ndarray, numpy.generic)) or out.dtype.kind not in "fiu":
        return out
    array = numpy.asarray(out)
    if node is not None and any(node is one for one in given):
        return Noted(array, node)
    if node is None or not all(map(is_operand, node.args)):
        grad = any(one.grad for one in nodes_of(given))
        return Noted(array, _leaf(array, name, sources_of(array.shape, given), grad))
    node.shape, node.dtype = array.shape, str(array.dtype)
    node.grad = any(one.grad for one in nodes_of(given))
    node.place = place_of(_SKIPPED)[1]
    if array.size == 1:
        node.more["values"] = _values(array)
    return Noted(array, node)


def _of_algebra(name: str, out: Any, given: list[Any], named: dict[str, Any]) -> Any:
    """The results of a call, of linear algebra or another, that is no arithmetic: leaves."""
    many = out if isinstance(out, tuple) else (out,)
    found = []
    for index, one in enumerate(many):
        operands, options = followed_call(name, given, named, index if many is out else None) or ((), {})
        made = _noted(None, one, given, name.rpartition("_")[2])
        if operands and isinstance(made, Noted):
            leaf = Node("leaf", operands, made.node.shape, made.node.dtype, made.node.grad, made.node.place)
            leaf.more.update(made.node.more, **options)
            made.node = leaf if leaf.origins is not None else made.node
        found.append(made)
    return (type(out)(*found) if hasattr(out, "_fields") else tuple(found)) if many is out else found[0]


def _values(array: Any) -> list[Any]:
    return all_written(numpy.asarray(array, dtype=float).reshape(-1).tolist())


def call(function: Function, given: ShapedEntries, dtype: str, others: Mapping[str, Any]) -> dict[str, Any]:
    """Call a function with arrays of its own, and tell what it did and gave back; it has no gradients.

    Args:
        function: the function; the arrays are its first arguments.
        given: shapes and entries of the arrays by their names.
        dtype: their precision, such as ``float32``.
        others: further arguments by their names.

    Raises:
        TypeError: it gives back no array that was computed from these, or numpy has no such precision.
    """
    arrays = []
    for name, (shape, values) in given.items():
        array = numpy.array(list(values), dtype=dtype).reshape(tuple(shape))
        node = _leaf(array, "an input", grad=True)
        node.names.append(name)
        node.more["values"] = _values(array)[:_MOST_VALUES]
        arrays.append(Noted(array, node))
    out = function(*arrays, **others)
    if not isinstance(out, Noted):
        raise TypeError(f"it gives back {type(out).__name__} that is computed from none of them")
    value = float(out.value.reshape(-1)[0]) if out.value.size == 1 else None
    loss = {"node": out.node, "value": value, "place": None}
    return {
        "document": document("numpy " + numpy.__version__, [loss]),
        "shape": list(out.value.shape),
        "values": _values(out.value),
        "gradients": None,
    }
