r"""Rows and equals signs of pasted mathematics: which rows go on, which are equations of their own.

A row that begins with an operator goes on with the formula before it; ``\\`` before an equation with a name
of its own ends a statement; ``:=``, ``\equiv`` and R's ``<-`` are equals signs. In front of a formula there
may stand several labels of one and the same thing, as in ``\mathcal{L} = D_{KL}(q\|p) = ...``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from klcli.lazy_regex import regex

EQUALS = regex(r"(?<![<>!=:+*/-])=(?!=|\s*\d+\s*[)}])")
"""An equals sign of an equation; not that of a comparison, nor of the limits of a sum."""
_OTHER_EQUALS = regex(
    r"\\(?:coloneqq|triangleq|equiv|doteq|approx|simeq)(?![A-Za-z])|\\(?:stackrel|overset)\s*\{[^{}]*\}\s*\{=\}"
    r"|:=|[≔≡≜≈≃]"
)
"""Signs of equations that are read as equals signs."""
_ASSIGNED = regex(r"^[ \t]*[A-Za-z][\w.]*[ \t]*(<-)(?!-)", re.MULTILINE)
"""R's assignment, at the beginning of a line."""
LATEX = regex(r"\\[A-Za-z]|\\\\")
"""A command; a single backslash may end a line of Python."""
_MATHEMATICS = regex(rf"{LATEX.pattern}|[\^²³½−√∑]")
"""What makes a text no Python: there, a line is a statement whatever it begins with."""
_COMMENT = regex(r"(?<!\\)#[^\n]*|\"{3}.*?\"{3}|'{3}.*?'{3}", re.DOTALL)
"""A comment or a docstring of Python, in which mathematics may stand."""
_DIVIDER = regex(r"\\\\\s*|\n")
"""What ends a row of an environment, or a line."""
_GOES_ON = regex(r"[&\s]*(?:[-+*/=·×−⋅^]|\\(?:cdot|times|quad|qquad)(?![A-Za-z])|\Z)")
"""A row that goes on with an operator, or is empty."""
_OPERATORS_AT_END = (*"-+*/=·×−⋅^", r"\cdot", r"\times")
_NAME = regex(r"[&\s]*(\\?[A-Za-z]\w*|[^\W\d_])[&\s]*\Z")
"""A row with a name alone, which the next row gives a value."""

_STYLED = r"\\(?:mathrm|text[a-z]*|operatorname|mathbb|mathbf|mathit|mathsf|mathcal|mathscr)\s*"
_WORDS = r"KL|kl|D|DKL|KLD|L|J|loss|Loss|ELBO|elbo"
_LABEL = regex(
    rf"[&\s]*[-−]?\s*(?:{_STYLED}(?:\{{\s*(?:{_WORDS})\s*\}}|[DLJ])|(?:{_WORDS})(?![A-Za-z]))"
    r"(?:\s*_\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w+|\\\w+\s*(?:\{[^{}]*\})?))?"
    r"\s*(?:(?:\\left|\\[bB]igg?l?)?\s*(?:\\\{|[(\[]).*(?:\\\}|[)\]]))?[&\s]*\Z",
    re.DOTALL,
)
"""The name of a divergence or loss, with what it is of: ``-D_{KL}(q\\|p)``, ``\\mathcal{L}(\\theta; x)``."""


def in_rows(text: str) -> str:
    """A text with its rows joined or divided and its equals signs plain, of the same length."""
    text = _plain_equals(text)
    if _MATHEMATICS.search(_COMMENT.sub("", text)):
        text = _joined(text)
    return _with_one_label(text)


def _plain_equals(text: str) -> str:
    text = _ASSIGNED.sub(lambda found: found[0][:-2] + " =", text)
    for found in reversed(list(_OTHER_EQUALS.finditer(text))):
        if _nesting(text, 0, found.start()) == 0:
            text = f"{text[: found.start()]}{'=':>{len(found[0])}}{text[found.end() :]}"
    return text


def _nesting(text: str, start: int, end: int) -> int:
    part = text[start:end]
    return sum(part.count(sign) for sign in "([{") - sum(part.count(sign) for sign in ")]}")


def _joined(text: str) -> str:
    r"""Blanks for the line ends within a formula, a semicolon for those ``\\`` that end an equation."""
    first = 0
    for found in list(_DIVIDER.finditer(text)):
        start, end = found.span()
        row_end = next((other.start() for other in _DIVIDER.finditer(text, end)), len(text))
        row = text[end:row_end]
        if _nesting(text, first, start) > 0 or not text[first:start].strip() or not row.strip(" \t&"):
            divider = " "
        elif _is_equation(row):
            divider = ";"
        elif _continues(text[first:start], row):
            divider = " "
        else:
            divider = "\n" if "\n" in found[0] else " "
        text = f"{text[:start]}{divider:<{end - start}}{text[end:]}"
        first = end if divider != " " else first
    return text


def _is_equation(row: str) -> bool:
    """Whether a row has a left-hand side of its own."""
    found = EQUALS.search(row)
    return found is not None and bool(row[: found.start()].strip(" \t&")) and not _GOES_ON.match(row)


def _continues(before: str, row: str) -> bool:
    """Whether a row goes on with the equation before it, whose name is not used in it."""
    if before.rstrip("& \t\n").endswith(_OPERATORS_AT_END):
        return True
    if not _GOES_ON.match(row):
        return False
    equation = EQUALS.search(before)
    name = _NAME.match(before[: equation.start()]) if equation else None
    # The name by itself, and as no part of another word or command.
    return name is None or not re.search(rf"(?<![A-Za-z\\]){re.escape(name[1])}(?![A-Za-z])", row)


def _with_one_label(text: str) -> str:
    """Blanks for all but the last of the labels that stand before a formula."""
    for start, end in _statements(text):
        signs = [found.start() for found in EQUALS.finditer(text, start, end)]
        signs = [place for place in signs if _nesting(text, start, place) == 0]
        parts = list(zip((start, *(place + 1 for place in signs)), signs, strict=False))
        if len(parts) > 1 and all(_LABEL.match(text[one:two]) for one, two in parts):
            text = text[:start] + " " * (parts[-1][0] - start) + text[parts[-1][0] :]
    return text


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Where the statements of a text begin and end."""
    start = nesting = 0
    for place, sign in enumerate(text):
        nesting += (sign in "([{") - (sign in ")]}")
        if sign in ";\n" and nesting <= 0:
            yield start, place
            start = place + 1
    yield start, len(text)
