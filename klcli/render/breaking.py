"""Long formulas over several lines."""

from __future__ import annotations

import re
import textwrap

__all__ = ["broken"]

_BEFORE_OPERATOR = re.compile(r" (?=[+−·*=≈~-] )")
_INDENT = "  "
_GLUE = "\N{NO-BREAK SPACE}"


def broken(formula: str, room: int) -> str:
    """The text of a formula in lines of at most `room` characters, the later ones indented.

    Lines begin with an operator, and with one inside of brackets only where the formula has no better place.
    """
    if len(formula) <= room:
        return formula
    breaks = [
        (match.start(), _depth(formula[: match.start()])) for match in _BEFORE_OPERATOR.finditer(formula)
    ]
    glued = formula.replace(" ", _GLUE)
    for deepest in sorted({depth for _, depth in breaks}):
        places = {place for place, depth in breaks if depth <= deepest}
        glued = "".join(
            " " if index in places else sign for index, sign in enumerate(formula.replace(" ", _GLUE))
        )
        if all(len(part) <= room - len(_INDENT) for part in glued.split(" ")):
            break
    lines = textwrap.wrap(
        glued, max(room, 1 + len(_INDENT)), subsequent_indent=_INDENT, break_on_hyphens=False
    )
    return "\n".join(lines).replace(_GLUE, " ")


def _depth(text: str) -> int:
    """How many brackets are open at the end of a text."""
    return sum((sign in "([{") - (sign in ")]}") for sign in text)
