"""Limits of clips whose values are not known: names, and what is computed of them."""

from __future__ import annotations

from klcli.formula.tree import Tree
from klcli.values import dataclass

__all__ = ["UnknownLimit"]


@dataclass(frozen=True, slots=True)
class UnknownLimit:
    """A limit that a clip has and that is no number; what is clipped is read without it.

    Attributes:
        text: as it is written.
        is_low: whether it keeps what is clipped from below.
        operand: what is clipped.
    """

    text: str
    is_low: bool
    operand: Tree
