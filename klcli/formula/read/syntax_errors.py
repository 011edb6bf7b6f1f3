"""What is wrong with a formula's text: the message, the text and a caret; and the limits on any text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeAlias

from klcli.errors import KlcliError
from klcli.formula.traversal import carries, children, depth, free_symbols, walk
from klcli.formula.tree import Reduction, Symbol, Tree

if TYPE_CHECKING:
    import ast

Complaint: TypeAlias = "Callable[[str, ast.expr | ast.stmt, str], FormulaError]"
"""Makes the error for a problem, in words, at a node of a Python text, with a hint."""
MAX_LENGTH = 4_000
"""Characters of a text."""
MAX_DEPTH = 80
"""Nodes from the root of a tree to a leaf, and what stands within another in a text.

Printing puts each node into at most one pair of brackets, so that what was read can be read again in every
notation; and every walk that recurses stays well below Python's limit of 1000 frames.
"""
MAX_NODES = 4000
"""Of a whole tree, as many as a text has characters."""
MAX_DIGITS = 400
"""Digits of one number."""
MAX_EXPONENT = 400
"""Power of ten of one number in scientific notation."""

_EXCERPT = 60
"""Characters of a long text around the place of an error, which fit into a line."""


class HasText(Protocol):
    """What can say in what text it is, where that is asked for."""

    @property
    def text(self) -> str:
        """The text."""


class FormulaError(KlcliError):
    """A text that is no formula; the message shows the place.

    Attributes:
        problem: what is wrong, in words.
        position: where in the text.
        is_of_whole_text: whether nothing of the text can be relied on, so that a value which cannot be read
            for that reason is no symbol.
    """

    def __init__(self, problem: str, text: str, position: int, hint: str = "") -> None:
        super().__init__(f"{problem}\n{_excerpt(text, position)}", hint)
        self.problem = problem
        self.position = position
        self.is_of_whole_text = False

    def of_whole_text(self) -> FormulaError:
        """The same error as one that keeps the whole text from being read."""
        self.is_of_whole_text = True
        return self


def _excerpt(text: str, position: int) -> str:
    start = max(0, position - _EXCERPT // 2)
    shown = text[start : start + _EXCERPT]
    visible = "".join(map(_visible, shown))
    before = "..." if start else ""
    after = "..." if start + _EXCERPT < len(text) else ""
    return f"    {before}{visible}{after}\n    {' ' * (len(before) + position - start)}^"


def _visible(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else "\N{REPLACEMENT CHARACTER}"


def check_text(text: str) -> None:
    """Refuse what is empty, too long to be a formula, or has signs in it that nobody can see."""
    if not text.strip():
        raise KlcliError("the formula is empty", "for example: '-1/2 (1 + logvar - mu^2 - exp(logvar))'")
    if len(text) > MAX_LENGTH:
        raise KlcliError(
            f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are read",
            "give one formula, not a whole file",
        )
    for position, sign in enumerate(text):
        if not (sign.isprintable() or sign in "\t\n\v\f\r" or unicodedata.category(sign) == "Zs"):
            problem = f"unexpected invisible character U+{ord(sign):04X} in the formula"
            raise FormulaError(problem, text, position, "type the formula anew, without it")


def too_deep(text: str, position: int = 0) -> FormulaError:
    """The error for a formula beyond `MAX_DEPTH`."""
    hint = f"at most {MAX_DEPTH} terms in a row or brackets within brackets are read"
    return FormulaError("the formula is nested too deeply", text, position, hint)


def check_size(tree: Tree, source: HasText) -> None:
    """Refuse a tree of more than `MAX_NODES` nodes, to which helper variables can double a short text."""
    if next(islice(walk(tree), MAX_NODES, None), None) is not None:
        hint = f"at most {MAX_NODES:,} numbers, symbols and operations are read"
        raise FormulaError("the formula is too large with its helper variables", source.text, 0, hint)


def check_tree(tree: Tree, source: HasText) -> Tree:
    """Refuse a tree too deep to be walked safely; a sum counts twice, for its sign and its brackets."""
    check_size(tree, source)
    if depth(tree) + sum(isinstance(node, Reduction) for node in walk(tree)) > MAX_DEPTH:
        raise too_deep(source.text)
    return tree


def stray_symbol(tree: Tree) -> tuple[Symbol, str] | None:
    """The first symbol that carries the index of a sum while it stands outside of that sum.

    In ``sum_j a_j + b_j`` the last term would silently not be summed. Given are the symbol and the index.
    """
    indices = {node.index for node in walk(tree) if isinstance(node, Reduction) and node.kind == "sum"}
    for symbol, bound in _symbols(tree, frozenset(indices), frozenset()):
        for index in sorted(indices - bound):
            if carries(symbol.name, index):
                return symbol, index
    return None


def _symbols(
    tree: Tree, indices: frozenset[str], bound: frozenset[str]
) -> Iterator[tuple[Symbol, frozenset[str]]]:
    """Every symbol in the order of the text, with those indices that a sum or mean around it runs over."""
    if isinstance(tree, Symbol):
        yield tree, bound
    if isinstance(tree, Reduction) and tree.kind != "E":
        bound = bound | {tree.index} if tree.index else indices
    for child in children(tree):
        yield from _symbols(child, indices, bound)


def shared_with_limits(operand: Tree, limits: Iterable[Tree]) -> bool:
    """Whether a limit of a clip has a symbol of what is clipped: it would be none that is kept to."""
    own = {*free_symbols(operand)}
    return any(not own.isdisjoint(free_symbols(limit)) for limit in limits)


def is_limit(one: Tree, other: Tree) -> bool:
    """Whether the first of two arguments is the limit: a number, or a name beside something computed."""
    return bool(free_symbols(other)) and (
        not free_symbols(one) or (isinstance(one, Symbol) and not isinstance(other, Symbol))
    )
