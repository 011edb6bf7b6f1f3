"""What several formats share: words with formulas, facts as a table, plots that are not drawn."""

from __future__ import annotations

from collections.abc import Callable

from klcli.formula.tree import Tree
from klcli.render.character_spellings import visible
from klcli.report.document import Cell, CellTable, ColumnHead, FactList, Plot, Text


def spell(text: Text, word: Callable[[str], str], formula: Callable[[Tree], str]) -> str:
    """The text in one format, given how that format writes words and formulas.

    Args:
        text: words with formulas.
        word: writes words, in which what the format takes for a command is escaped.
        formula: writes a tree.
    """
    pieces = (text,) if isinstance(text, str) else text
    return "".join(word(visible(piece)) if isinstance(piece, str) else formula(piece) for piece in pieces)


def as_table(facts: FactList) -> CellTable:
    """Facts as a table without titles; there is no column for remarks if there are none."""
    width = 3 if any(fact.remark for fact in facts.facts) else 2
    rows = [(Cell(fact.label), Cell(fact.value, fact.tone), Cell(fact.remark)) for fact in facts.facts]
    return CellTable((ColumnHead(""),) * width, tuple(row[:width] for row in rows))


def lines_of(text: str) -> str:
    """Lines that are shown as they are, but for control characters."""
    return "\n".join(map(visible, text.split("\n")))


def without_picture(plot: Plot) -> str:
    """What stands in the place of a plot where none can be drawn."""
    return f"plot: {plot.title} (left out here; --plot FILE.svg draws it)"
