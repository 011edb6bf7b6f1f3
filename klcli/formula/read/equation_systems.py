"""Reads mathematics in several equations, of which the last says what the names before are for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from klcli.errors import KlcliError
from klcli.formula.read import math_parser
from klcli.formula.read.math_source import PlainText
from klcli.formula.read.pasted_rows import EQUALS
from klcli.formula.read.syntax_errors import FormulaError, check_tree
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Equations:
    """What a mathematical text says.

    Attributes:
        tree: its last formula, with what the names before stand for.
        left: what stands before the last equals sign, as it is written; empty if nothing does.
        helpers: the formulas that names were given.
    """

    tree: Tree
    left: str
    helpers: Mapping[str, Tree]


def read_equations(text: str, opaque: frozenset[str], *, matrices: bool) -> Equations:
    """Equations and formulas, divided by ``;`` or, where there are equations, by line ends.

    Args:
        text: the equations; the places of the nodes of the tree are places in it.
        opaque: names that are symbols, whatever is said of them.
        matrices: whether the formulas may have functions and products of matrices in them.

    Raises:
        FormulaError: it is no formula.
    """
    values: dict[str, Tree] = {}
    helpers: dict[str, Tree] = {}
    parts = _parts(text)
    for number, (start, end) in enumerate(parts, 1):
        last = number == len(parts)
        name, begin = _left_side(text, start, end, last=last)
        tree = substitute(_formula(text, begin, end, matrices=matrices), values)
        check_tree(tree, PlainText(text))
        if name and name not in opaque:
            values[name] = tree
        if name:
            helpers[name] = tree
    left = text[parts[-1][0] : begin].strip().removesuffix("=").rstrip("&: ")
    return Equations(tree, left, helpers)


def _parts(text: str) -> list[tuple[int, int]]:
    """Where the statements of a mathematical text begin and end."""
    dividers = ";\n" if EQUALS.search(text) else ";"
    nesting, ends = 0, []
    for place, sign in enumerate(text):
        nesting += (sign in "([{") - (sign in ")]}")
        if sign in dividers and nesting <= 0 and text[place - 1 : place] != "\\":
            ends.append(place)
    ends.append(len(text))
    starts = [0, *(end + 1 for end in ends[:-1])]
    parts = [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]
    if not parts:
        raise FormulaError("there is no formula between the semicolons", text, 0)
    return parts


def _left_side(text: str, start: int, end: int, *, last: bool) -> tuple[str, int]:
    """The name before the equals sign, if there is one, and where the formula begins.

    The result may have a label in its place, as in ``D_{KL}(q || p) = ...``.
    """
    signs = list(EQUALS.finditer(text, start, end))
    if not signs:
        return "", start
    if len(signs) > 1:
        hint = "give one formula; each equation of a chain can be verified by itself"
        raise FormulaError("there are several equals signs", text, signs[1].start(), hint)
    written, begin = text[start : signs[0].start()], signs[0].end()
    try:
        found = math_parser.parse(written)
    except KlcliError:
        found = None
    if isinstance(found, Symbol):
        return found.name, begin
    if not last or ":" in written:
        raise FormulaError("only a name can be given a value", text, start, "for example 'var = exp(logvar)'")
    return "", begin


def _formula(text: str, start: int, end: int, *, matrices: bool) -> Tree:
    """The tree of a part of a text, with places in the whole."""
    # Blanks in the place of what stands before, so that places in a message are those of the whole.
    padded = re.sub(r"\S", " ", text[:start]) + text[start:end]
    try:
        return math_parser.parse(padded, matrices=matrices)
    except FormulaError as error:
        raise FormulaError(error.problem, text, error.position, error.hint) from None
