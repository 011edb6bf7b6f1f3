"""JAX: the equations of a function, `make_jaxpr`, as nodes; for functions that are called with arrays.

Nested calls are entered, jitted ones and those with derivatives of their own where they are elementwise. What
a custom derivative makes of the gradient is seen by `grad`, not by the equations.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from .calls import arithmetic, sources_of
from .notes import Node, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["SHORT", "call"]

SHORT = ("float32",)
"""Precisions in which a function may lose its digits."""

_NAMES = {"logistic": "sigmoid", "custom_jvp_call": "", "max": "clamp_min", "min": "clamp_max"}
_SHAPES = ("reshape", "squeeze", "expand_dims")
_INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")


class _Reader:
    """Turns equations into nodes; variables are known by themselves."""

    def __init__(self) -> None:
        self.nodes: dict[Any, Any] = {}

    def operand(self, variable: Any) -> Any:
        """The node of a variable, or the number that a literal is."""
        if hasattr(variable, "val"):
            value = variable.val
            return _number(value) if getattr(value, "size", 1) == 1 else _leaf(variable.aval, "a constant")
        return self.nodes[variable]

    def read(self, jaxpr: Any, inputs: Sequence[Any]) -> list[Any]:
        """Note all equations of a program that is given some operands; the operands that it gives back."""
        self.nodes.update(zip(jaxpr.invars, inputs))  # noqa: B905
        for equation in jaxpr.eqns:
            self._note(equation)
        return [self.operand(variable) for variable in jaxpr.outvars]

    def _note(self, equation: Any) -> None:
        given = [self.operand(variable) for variable in equation.invars]
        name = equation.primitive.name
        inner = next((equation.params[key] for key in _INNER if key in equation.params), None)
        if inner is not None:
            node = self._softplus(equation, given)
            results = [node] if node is not None else self._entered(inner, given)
        else:
            folded = _folded(equation, given)
            results = [self._made(name, equation, given) if folded is None else folded]
        for variable, node in zip(equation.outvars, results):  # noqa: B905
            if isinstance(node, Node) and not node.shape and not node.dtype:
                node.shape, node.dtype = tuple(variable.aval.shape), str(variable.aval.dtype)
                node.grad = any(isinstance(one, Node) and one.grad for one in node.args) and node.op != "stop"
                node.place = _place(equation)
            self.nodes[variable] = node

    def _softplus(self, equation: Any, given: Sequence[Any]) -> Node | None:
        """The softplus of a call by its name, which is written with a select that is not followed."""
        nodes = [one for one in given if isinstance(one, Node)]
        zero = all(one == 0 for one in given if not isinstance(one, Node))
        is_softplus = equation.params.get("name") in ("softplus", "logaddexp") and zero
        return Node("softplus", nodes) if is_softplus and len(nodes) == 1 else None

    def _entered(self, inner: Any, given: Sequence[Any]) -> list[Any]:
        closed = getattr(inner, "jaxpr", inner)
        self.nodes.update(zip(closed.constvars, map(_constant, getattr(inner, "consts", ()))))  # noqa: B905
        return self.read(closed, given)

    def _made(self, name: str, equation: Any, given: list[Any]) -> Node:
        shape, params = tuple(equation.outvars[0].aval.shape), equation.params
        first = given[0] if given else None
        node: Node | None = None
        if name == "integer_pow":
            node = Node("pow", (first, params["y"]))
        elif name in ("reduce_sum", "reduce_mean") and isinstance(first, Node):
            node = Node(name[7:], (first,), axes=list(params["axes"]), keepdim=False)
        elif name == "stop_gradient":
            node = Node("stop", (first,)) if isinstance(first, Node) else None
        elif name == "convert_element_type" and isinstance(first, Node):
            whole = equation.outvars[0].aval.dtype.kind in "iu" and "float" in first.dtype
            node = Node("trunc" if whole else "same", (first,))
        elif name == "broadcast_in_dim":
            node = _spread(first, shape)
        elif name in _SHAPES and isinstance(first, Node):
            node = Node("shape", (first,))
        elif name == "copy" and isinstance(first, Node):
            node = Node("same", (first,))
        elif name in ("max", "min"):
            node = _clipped(name, given)
        else:
            node = arithmetic(_NAMES.get(name, name), given, {})
        return node or _leaf(equation.outvars[0].aval, name, sources_of(shape, given), _has_grad(given))


def _folded(equation: Any, given: Sequence[Any]) -> float | None:
    """The number that an equation makes of numbers alone."""
    aval = equation.outvars[0].aval
    if not given or aval.shape or not all(isinstance(one, (int, float)) for one in given):
        return None
    if aval.dtype.kind not in "fiu":
        return None
    own = [jnp.asarray(one, variable.aval.dtype) for one, variable in zip(given, equation.invars)]  # noqa: B905
    return _number(equation.primitive.bind(*own, **equation.params))


def _spread(first: Any, shape: tuple[int, ...]) -> Node:
    if not isinstance(first, Node):
        return Node("full", (first,))
    return Node("shape" if math.prod(first.shape) == math.prod(shape) else "spread", (first,))


def _clipped(name: str, given: Sequence[Any]) -> Node | None:
    """The larger or the smaller of an array and a number."""
    nodes = [one for one in given if isinstance(one, Node)]
    numbers = [one for one in given if not isinstance(one, Node)]
    if len(nodes) != 1 or len(numbers) != 1:
        return None
    limits = {"low": numbers[0], "high": None} if name == "max" else {"low": None, "high": numbers[0]}
    return Node("clamp", nodes, **limits)


def _leaf(aval: Any, made_by: str, sources: Sequence[int] = (), grad: bool = False) -> Node:
    node = Node("leaf", (), aval.shape, str(aval.dtype), grad, None, made_by=made_by)
    if sources:
        node.more["sources"] = sorted(sources)
        node.leaves = (node.leaves or frozenset()) | frozenset(sources)
    return node


def _constant(value: Any) -> Any:
    if getattr(value, "size", 1) == 1:
        return _number(value)
    node = _leaf(value, "a constant")
    node.more["values"] = _values(value)
    return node


def _number(value: Any) -> float:
    """The only entry of an array, or a number."""
    return float(value.reshape(-1)[0]) if hasattr(value, "reshape") else float(value)


def _has_grad(given: Sequence[Any]) -> bool:
    return any(isinstance(one, Node) and one.grad for one in given)


def _place(equation: Any) -> tuple[str, int, str] | None:
    """Where an equation stands, if this release tells."""
    try:
        from jax._src import source_info_util

        frame = source_info_util.user_frame(equation.source_info.traceback)
    except (ImportError, AttributeError, TypeError):
        return None
    return (frame.file_name, frame.start_line, frame.function_name) if frame else None


def _values(array: Any) -> list[Any]:
    found = [float(value) for value in array.reshape(-1).tolist()]
    return [one if math.isfinite(one) else repr(one) for one in found]


def _with_doubles() -> Any:
    """A context in which arrays may be of double precision, by the name that it has in this release."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64

    return enable_x64()


def call(
    function: Callable[..., Any],
    given: Mapping[str, tuple[Sequence[int], Sequence[float]]],
    dtype: str,
    others: Mapping[str, Any],
) -> dict[str, Any]:
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

    with _with_doubles():
        arrays = [jnp.asarray(list(values), dtype).reshape(tuple(shape)) for shape, values in given.values()]
        closed = jax.make_jaxpr(whole)(*arrays)
        if len(closed.out_avals) != 1:
            raise TypeError(f"it gives back {len(closed.out_avals)} arrays")
        reader, inputs = _Reader(), list(_inputs(given, arrays))
        (root,) = reader._entered(closed, inputs)
        if not isinstance(root, Node):
            raise TypeError("what it gives back is computed from none of them")
        out = jnp.asarray(whole(*arrays))
        slopes = jax.grad(lambda *own: jnp.sum(whole(*own)), tuple(range(len(arrays))))(*arrays)
        value = _values(out)[0] if out.size == 1 else None
        loss = {"node": root, "value": value, "place": None}
        return {
            "document": document("jax " + jax.__version__, [loss]),
            "shape": list(out.shape),
            "values": _values(out),
            "gradients": {name: _values(slope) for name, slope in zip(given, slopes)},  # noqa: B905
        }


def _inputs(given: Mapping[str, Any], arrays: Sequence[Any]) -> Iterator[Node]:
    for name, array in zip(given, arrays):  # noqa: B905
        node = _leaf(array, "an input", grad=True)
        node.names.append(name)
        node.more["values"] = _values(array)
        yield node
