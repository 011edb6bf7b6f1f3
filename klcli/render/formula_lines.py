"""Long formulas over several lines."""

from __future__ import annotations

import textwrap

from klcli.lazy_regex import regex

_BEFORE_OPERATOR = regex(r" (?=[+−·*=≈~-] )")
"""Blanks at which a formula may be broken."""
_INDENT = "  "
_GLUE = "\N{NO-BREAK SPACE}"


def broken(formula: str, room: int) -> str:
    """The text of a formula in lines of at most `room` characters, the later ones indented.

    Lines begin with an operator, and with one inside of brackets only where the formula has no better place.
    """
    if len(formula) <= room:
        return formula
    depths = {match.start(): _depth(formula[: match.start()]) for match in _BEFORE_OPERATOR.finditer(formula)}
    levels = ({place for place in depths if depths[place] <= level} for level in sorted(set(depths.values())))
    candidates = (_glued(formula, places) for places in levels)
    fitting = (
        text for text in candidates if all(len(part) + len(_INDENT) <= room for part in text.split(" "))
    )
    chosen = next(fitting, _glued(formula, set(depths)))
    width = max(room, 1 + len(_INDENT))
    lines = textwrap.wrap(chosen, width, subsequent_indent=_INDENT, break_on_hyphens=False)
    return "\n".join(lines).replace(_GLUE, " ")


def _glued(formula: str, places: set[int]) -> str:
    """The formula with spaces that can be broken at in these places only."""
    return "".join(
        _GLUE if sign == " " and place not in places else sign for place, sign in enumerate(formula)
    )


def _depth(text: str) -> int:
    """How many brackets are open at the end of a text."""
    return sum((sign in "([{") - (sign in ")]}") for sign in text)
