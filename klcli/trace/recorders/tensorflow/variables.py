"""Variables as leaves: the same one for all that is read of a variable until it is assigned to.

TensorFlow does not tell of a variable that it reads for an operation in C; it asks for the variable's handle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensorflow.python import pywrap_tfe
from tensorflow.python.ops import gen_resource_variable_ops, resource_variable_ops

from ..callers import look_for_name
from ..notes import NodeTable
from .tensor_nodes import leaf

if TYPE_CHECKING:
    from types import FrameType

    from ..notes import Node

_KIND = resource_variable_ops.BaseResourceVariable


class Variables:
    """The variables of a program, while it is entered."""

    def __init__(self) -> None:
        self._leaves = NodeTable()
        self._asked: list[Any] = []
        """Those whose handle was asked for since the last operation, in this order."""
        self._used: set[int] = set()
        """The identities of those that an operand was read from."""

    def __enter__(self) -> Variables:
        self._plain = _KIND.handle
        _KIND.handle = property(self._handle)
        return self

    def __exit__(self, *ending: Any) -> None:
        _KIND.handle = self._plain
        self.forget_asked()

    def _handle(self, variable: Any) -> Any:
        if not any(one is variable for one in self._asked):
            self._asked.append(variable)
        return self._plain.fget(variable)

    def assigned(self, handle: Any) -> None:
        """A variable has another value from now on."""
        self._leaves.put(handle, None)

    def leaf_of(self, variable: Any, value: Any, grad: bool, frame: FrameType | None, place: Any) -> Node:
        """The leaf of a variable that was read.

        Args:
            variable: or its handle.
            value: what was read.
            grad: whether it is trained.
            frame: where it may have a name.
            place: where it was read.
        """
        handle = getattr(variable, "_handle", variable)
        if variable is handle:
            variable = next((one for one in self._asked if one._handle is handle), None)
        node: Node | None = self._leaves.get(handle)
        if node is None or node.grad != grad:
            node = leaf(value, grad, place, "a parameter" if grad else "a variable")
            self._leaves.put(handle, node)
        if frame is not None and variable is not None:
            look_for_name(node, frame, variable)
            if not node.names:
                node.names.extend(_referred(frame, variable))
        return node

    def read_as(self, value: Any) -> Any:
        """The variable that a tensor was read from without a word; None if it is of none."""
        alike = [one for one in self._asked if one.shape == value.shape and one.dtype == value.dtype]
        found = [one for one in alike if _read(one).tobytes() == value.numpy().tobytes()]
        if not found:
            return None
        # Of two operands with the same entries the first is the variable that was asked for first.
        unused = [one for one in found if id(one) not in self._used]
        self._used.add(id((unused or found)[0]))
        return (unused or found)[0]

    def forget_asked(self) -> None:
        """An operation is over."""
        self._asked.clear()
        self._used.clear()


def _referred(frame: FrameType, variable: Any) -> list[str]:
    """What code calls a variable that is no local one: by a global name, or as an attribute of ``self``.

    A variable of Keras has TensorFlow's in it.
    """
    own = getattr(frame.f_locals.get("self"), "__dict__", {})
    for name in frame.f_code.co_names:
        for value in (frame.f_globals.get(name), own.get(name)):
            if value is not None and (value is variable or getattr(value, "_value", None) is variable):
                return [name]
    return []


def _read(variable: Any) -> Any:
    """The value of a variable, which no tape is told of."""
    pywrap_tfe.TFE_Py_TapeSetStopOnThread()
    try:
        return gen_resource_variable_ops.read_variable_op(variable._handle, variable.dtype).numpy()
    finally:
        pywrap_tfe.TFE_Py_TapeSetRestartOnThread()
