"""A function that is called with arrays of its own: its equations, what it gave back and has for gradients.

What a custom derivative makes of the gradient is seen by `grad`, not by the equations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from ..notes import Node, document
from .equations import leaf
from .flat_equations import EquationRow
from .recomputed_values import values_of
from .scalar_constants import with_doubles
from .variable_names import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..notes import Function, ShapedEntries

SHORT = ("float32",)
"""Precisions in which a function may lose its digits."""


def call(function: Function, given: ShapedEntries, dtype: str, others: Mapping[str, Any]) -> dict[str, Any]:
    """Call a function with arrays of its own, and tell what it did, gave back and has for gradients.

    Args:
        function: the function; the arrays are its first arguments.
        given: shapes and entries of the arrays by their names.
        dtype: their precision, such as ``float32``.
        others: further arguments by their names.

    Raises:
        TypeError: it gives back no array.
    """

    def whole(*arrays: Any) -> Any:
        return function(*arrays, **others)

    with with_doubles():
        arrays = [jnp.asarray(list(values), dtype).reshape(tuple(shape)) for shape, values in given.values()]
        with named():
            closed = jax.make_jaxpr(whole)(*arrays)
        if len(closed.out_avals) != 1:
            raise TypeError(f"it gives back {len(closed.out_avals)} arrays")
        row = EquationRow(closed, list(_inputs(given, arrays)))
        root = row.nodes[row.outputs[0]]
        if not isinstance(root, Node):
            raise TypeError("what it gives back is computed from none of them")
        out = jnp.asarray(whole(*arrays))
        slopes = jax.grad(lambda *own: jnp.sum(whole(*own)), tuple(range(len(arrays))))(*arrays)
        value = values_of(out)[0] if out.size == 1 else None
        loss = {"node": root, "value": value, "place": None}
        return {
            "document": document("jax " + jax.__version__, [loss]),
            "shape": list(out.shape),
            "values": values_of(out),
            "gradients": {name: values_of(slope) for name, slope in zip(given, slopes)},  # noqa: B905
        }


def _inputs(given: Mapping[str, Any], arrays: Sequence[Any]) -> Iterator[Node]:
    for name, array in zip(given, arrays):  # noqa: B905
        node = leaf(array, "an input", grad=True)
        node.names.append(name)
        node.more["values"] = values_of(array)
        yield node
