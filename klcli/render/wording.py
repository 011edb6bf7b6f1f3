"""Words with formulas between them, and the sentences that several formats say."""

from __future__ import annotations

from collections.abc import Callable

from klcli.formula.tree import Tree
from klcli.render.signs import visible
from klcli.report.document import Plot, Text

__all__ = ["spell", "without_picture"]


def spell(text: Text, word: Callable[[str], str], formula: Callable[[Tree], str]) -> str:
    """The text in one format, given how that format writes words and formulas."""
    pieces = (text,) if isinstance(text, str) else text
    return "".join(word(visible(piece)) if isinstance(piece, str) else formula(piece) for piece in pieces)


def without_picture(plot: Plot) -> str:
    """What stands in the place of a plot where none can be drawn."""
    return f"plot: {plot.title} (left out here; --plot FILE.png draws it)"
