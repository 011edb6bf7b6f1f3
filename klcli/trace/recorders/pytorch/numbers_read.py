"""Tensors whose numbers a program asks for, as ``kl.item()`` does: no gradient flows through these."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from ..notes import ENDS, Node, NodeTable
from .tensor_nodes import FEW_VALUES, note_values

if TYPE_CHECKING:
    from collections.abc import Callable

READ = ("item", "tolist", "numpy")
"""Methods that give back numbers."""
_CONVERSIONS = ("__float__", "__array__")
"""Those that Python and NumPy call for it; a tensor's ``float`` gives back a tensor."""
_MOST = 64
"""Tensors that are remembered, the last ones."""


class NumbersRead:
    """The nodes of tensors whose numbers were asked for, with the numbers.

    Attributes:
        nodes: of what was computed from others; of anything else there is nothing to tell.
    """

    def __init__(self, table: NodeTable) -> None:
        """Begin without any.

        Args:
            table: the nodes of the tensors.
        """
        self.nodes: deque[Node] = deque(maxlen=_MOST)
        self._table = table

    def is_reading(self, name: str, func: Callable[..., Any]) -> bool:
        """Whether a call asks for the numbers of a tensor.

        Args:
            name: of the function, in short.
            func: the function.
        """
        return name in READ or getattr(func, "__name__", "") in _CONVERSIONS

    def note(self, tensor: Any) -> None:
        """Remember a tensor, if it was computed and is small."""
        node = self._table.get(tensor)
        if node is not None and node.op not in (*ENDS, "full") and tensor.numel() <= FEW_VALUES:
            note_values(node, tensor)
            self.nodes.append(node)


def plain_number(value: Any) -> Any:
    """A number of NumPy as one of Python, and anything else as it is."""
    is_scalar = type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
    return value.item() if is_scalar else value
