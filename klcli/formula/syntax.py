"""What is wrong with a formula's text: the message, the text and a caret; and the limits on any text."""

from __future__ import annotations

from collections.abc import Iterable

from klcli.errors import KlcliError
from klcli.formula.tree import Tree, depth

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "MAX_NESTING",
    "FormulaError",
    "check_depth",
    "check_text",
    "nearest",
]

MAX_LENGTH = 10_000
"""Characters of a text."""
MAX_NESTING = 40
"""Brackets within brackets."""
MAX_DEPTH = 150
"""Nodes from the root of a tree to a leaf; every walk that recurses stays far below Python's limit."""
MAX_DIGITS = 400
"""Digits of one number."""
MAX_EXPONENT = 400
"""Power of ten of one number in scientific notation."""

_EXCERPT = 60


class FormulaError(KlcliError):
    """A text that is no formula; the message shows the place."""

    def __init__(self, problem: str, text: str, position: int, hint: str = "") -> None:
        super().__init__(f"{problem}\n{_excerpt(text, position)}", hint)
        self.problem = problem
        self.position = position


def _excerpt(text: str, position: int) -> str:
    start = max(0, position - _EXCERPT // 2)
    shown = text[start : start + _EXCERPT]
    visible = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in shown)
    before = "..." if start else ""
    after = "..." if start + _EXCERPT < len(text) else ""
    return f"    {before}{visible}{after}\n    {' ' * (len(before) + position - start)}^"


def check_text(text: str) -> None:
    """Refuse what is empty or too long to be a formula."""
    if not text.strip():
        raise KlcliError("the formula is empty", "for example: '-1/2 (1 + logvar - mu^2 - exp(logvar))'")
    if len(text) > MAX_LENGTH:
        raise KlcliError(
            f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are read",
            "give one formula, not a whole file",
        )


def check_depth(tree: Tree, text: str) -> Tree:
    """Refuse a tree too deep to be walked safely."""
    if depth(tree) > MAX_DEPTH:
        raise FormulaError(
            "the formula is nested too deeply", text, 0, f"at most {MAX_DEPTH} levels are read"
        )
    return tree


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'log'?`` for a misspelt name, or an empty string."""
    import difflib

    matches = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{matches[0]}'?" if matches else ""
