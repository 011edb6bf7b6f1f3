r"""Braces, boxes and colours around parts of a LaTeX formula, ``\underbrace{X}_{\text{shift}}``, taken off.

What is left has the same length. The group stays, unless it begins or ends with an operator. What is printed
has no brackets: a group of several terms beside a factor or behind a minus is none that can be read.
"""

from __future__ import annotations

import re

from klcli.formula.read.syntax_errors import FormulaError
from klcli.lazy_regex import regex

_DRAWN = regex(r"\\(?:(?P<brace>under|over)brace|boxed|(?P<colour>textcolor|color))\s*(?=\{)")
"""A command before the group around which it draws something; one of a colour has its name in between."""
_LABELS = {"under": regex(r"\s*_\s*(?=\{)"), "over": regex(r"\s*\^\s*(?=\{)")}
"""What stands before the label of a brace: ``_`` below it, ``^`` above it."""
_OPEN_INSIDE = regex(r"\s*[-+−]|.*[-+−*/=]\s*\Z", re.DOTALL)
"""What a group has in it that goes on with what stands around it."""
_BEFORE = regex(
    r"(?:|.*(?:[=+(\[{&$:,|]|\\left\s*\.|\\\\|\\sum(?:\s*[_^]\s*(?:\w|\{[^{}]*\}))*))\s*\Z", re.DOTALL
)
_BEHIND = regex(r"\s*(?:\Z|[-+−=)\]}&$:,.;|]|\\(?:right|q?quad|end|[\])]|\\))")
"""What stands around a group that would need no brackets: an end, a bracket, what binds more loosely."""
_INNERMOST = regex(r"[{(\[][^{}()\[\]]*[})\]]")
"""Brackets without others inside, whose signs join no terms of the whole."""
_SEVERAL = regex(r"[^-+−]*[\w})\]\s][-+−]")
"""A sign with something before it that it can be added to, which is not the sign of what follows alone."""


def without_braces(text: str) -> str:
    """A text without the commands that only draw something around a part of it, and without their labels.

    Args:
        text: of LaTeX.

    Raises:
        FormulaError: it is a matter of taste whether brackets are meant.
    """
    while found := _DRAWN.search(text):
        opening = _end(text, found.end()) if found["colour"] else found.end()
        text = _blank(text, found.start(), opening)
        if not text.startswith("{", opening):
            continue
        end = _end(text, opening)
        if found["brace"] and (label := _LABELS[found["brace"]].match(text, end)):
            text = _blank(text, end, _end(text, label.end()))
        if _OPEN_INSIDE.match(text, opening + 1, end - 1):
            text = _blank(_blank(text, opening, opening + 1), end - 1, end)
            continue
        alone = _BEFORE.match(text, 0, opening) and _BEHIND.match(text, end)
        if not alone and _has_several_terms(text[opening + 1 : end - 1]):
            hint = "write brackets within the braces"
            raise FormulaError("are brackets meant around what is in these braces?", text, opening, hint)
    return text


def _has_several_terms(group: str) -> bool:
    bare = ""
    while bare != group:
        bare, group = group, _INNERMOST.sub("x", group)
    return _SEVERAL.match(bare) is not None


def _end(text: str, opening: int) -> int:
    """The place behind the brace that closes the one at a place, or the end of the text."""
    nesting = 0
    for place in range(opening, len(text)):
        if text[place - 1 : place] != "\\":
            nesting += (text[place] == "{") - (text[place] == "}")
        if nesting == 0:
            return place + 1
    return len(text)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
