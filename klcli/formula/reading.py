"""Reads a formula in whatever notation it is written: mathematics or Python."""

from __future__ import annotations

import re

from klcli.formula import notation, python
from klcli.formula.syntax import FormulaError
from klcli.formula.tree import Tree

__all__ = ["read"]

_PYTHON = re.compile(r"\*\*|[A-Za-z_)\]]\s*\.\s*[A-Za-z_]")
"""What only Python writes: ``**`` and attribute access."""


def read(text: str) -> Tree:
    """The tree of a formula; a text that is valid in both notations means the same in both.

    Raises:
        KlcliError: empty or too long.
        FormulaError: it is neither; the message is that of the notation which the text looks like.
    """
    try:
        return notation.parse(text)
    except FormulaError as as_mathematics:
        try:
            return python.parse(text)
        except FormulaError as as_python:
            raise (as_python if _PYTHON.search(text) else as_mathematics) from None
