"""Prints a tree as Unicode, ASCII, LaTeX or Python, in the order in which it was written.

What is printed reads back as the same tree in every notation. Brackets stand where the grammar needs
them, and two more rules keep mathematical text unambiguous: only a number multiplies by standing in
front, and a function takes brackets wherever a reader could ask how far its argument goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

from klcli.formula.tree import (
    Tree,
)
from klcli.formula.write.ascii import AsciiPrinter
from klcli.formula.write.latex import LatexPrinter
from klcli.formula.write.python import PythonPrinter
from klcli.formula.write.unicode import UnicodePrinter

Notation: TypeAlias = Literal["unicode", "ascii", "latex", "python"]
NOTATIONS: tuple[Notation, ...] = get_args(Notation)

_PRINTERS: dict[Notation, Callable[[], AsciiPrinter]] = {
    "unicode": UnicodePrinter,
    "ascii": AsciiPrinter,
    "latex": LatexPrinter,
    "python": PythonPrinter,
}


def to_text(tree: Tree, notation: Notation = "ascii") -> str:
    """The text of a tree in one of `NOTATIONS`; reading it back gives an equal tree."""
    return _PRINTERS[notation]().show(tree)
