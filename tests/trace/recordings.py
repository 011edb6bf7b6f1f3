"""Recordings that are written by hand: what a recorder would have noted of a few operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from klcli.trace.loss_part import Part
from klcli.trace.recording import Recording, read_recording
from klcli.trace.summands import parts_of

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


MU = [0.1, -0.4, 0.7, 1.2, -2.0, 0.3]
LV = [0.2, 0.5, -0.3, -1.0, 0.0, 0.8]


def recorded_kl(
    *, values: bool = True, noted: float | None = None, weight: float = 1.0
) -> tuple[Recording, Part]:
    """A KL of (2, 3) entries as a recorder notes it, summed and multiplied by a weight, and the part it is."""
    shape = (2, 3)
    known: Any = {"values": MU} if values else {}
    other: Any = {"values": LV} if values else {}
    recording = recorded(
        leaf("mu", shape, **known),
        leaf("logvar", shape, **other),
        node("pow", 0, 2.0, shape=shape),
        node("exp", 1, shape=shape),
        node("add", 2, 3, shape=shape),
        node("sub", 4, 1, shape=shape),
        node("sub", 5, 1.0, shape=shape),
        node("mul", 6, 0.5, shape=shape),
        node("sum", 7, axes=None, keepdim=False, **({} if noted is None else {"values": [noted]})),
        node("mul", 8, weight),
    )
    (part,) = parts_of(recording, 9)
    return recording, part
