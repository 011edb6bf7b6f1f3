"""Recordings that are written by hand: what a recorder would have noted of a few operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from klcli.trace.recording import Recording, read_recording

Argument = int | float
"""A node by its number, or a plain number, which is a float here."""


def node(
    op: str, *args: Argument, shape: Sequence[int] = (), grad: bool = True, name: str = "", **more: Any
) -> dict[str, Any]:
    """One node of a document."""
    return {
        "op": op,
        "args": [arg if isinstance(arg, int) else {"number": arg} for arg in args],
        "shape": list(shape),
        "dtype": "float32",
        "grad": grad,
        "place": ["train.py", 7, "step"],
        "names": [name] if name else [],
        **more,
    }


def leaf(name: str, shape: Sequence[int], *, grad: bool = True, **more: Any) -> dict[str, Any]:
    """An array that is followed no further."""
    return node("leaf", shape=shape, grad=grad, name=name, made_by="an input", **more)


def document(*nodes: dict[str, Any], loss: int | None = None, **parts: Any) -> dict[str, Any]:
    """The document of some nodes, the last of which is the loss."""
    losses = [
        {"node": len(nodes) - 1 if loss is None else loss, "value": 1.0, "place": ["train.py", 9, "step"]}
    ]
    given = {"schema": "klcli.recording/1", "framework": "by hand 1.0", "warnings": [], "others": []}
    return {**given, "nodes": list(nodes), "losses": losses, **parts}


def recorded(*nodes: dict[str, Any], loss: int | None = None) -> Recording:
    """The recording of some nodes."""
    return read_recording(document(*nodes, loss=loss))
