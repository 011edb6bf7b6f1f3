"""The one representation of a closed form: frozen nodes, substitution, free symbols.

A tree keeps the order in which a formula was written; nothing here reorders, distributes or cancels.
Two normal forms make printing and reading inverse to each other, and `operation` is where they are kept:
a quotient of two whole numbers is one rational `Number`, and a power of e is a call of ``exp``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, TypeAlias

__all__ = [
    "FUNCTIONS",
    "MAX_NAME",
    "Call",
    "Constant",
    "Negative",
    "Number",
    "Operation",
    "Operator",
    "Reduction",
    "ReductionKind",
    "Symbol",
    "Tree",
    "carries",
    "children",
    "depth",
    "free_symbols",
    "number",
    "operation",
    "substitute",
    "walk",
]

Operator: TypeAlias = Literal["+", "-", "*", "/", "^"]
ReductionKind: TypeAlias = Literal["sum", "mean", "E"]

FUNCTIONS = ("exp", "log", "sqrt", "abs", "expm1", "log1p", "softplus")
"""The functions of one argument that a `Call` may name; log is the natural logarithm."""

MAX_NAME = 60
"""Characters of a name."""

_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*\Z")
_RESERVED = re.compile(
    rf"({'|'.join(FUNCTIONS)}|ln)(_\d\w*)?\Z|(log2|log10|lg|pi|e|sum(_[A-Za-z])?)\Z"
    r"|(and|else|for|if|in|is|not|or)\Z"  # words of Python that would be products in mathematics
)
_INDEX = {
    "sum": re.compile(r"[A-Za-z]?\Z"),
    "mean": re.compile(r"\Z"),
    "E": re.compile(rf"[A-Za-z]{{0,{MAX_NAME}}}\Z"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A non-negative rational.

    `spelling` is how it was written (``0.5``, ``4/2``), empty for the plain form, and no part of equality.
    """

    value: Fraction
    spelling: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("a Number is not negative; use number() or Negative")


@dataclass(frozen=True, slots=True)
class Constant:
    """A mathematical constant: ``pi`` or ``e``."""

    name: Literal["pi", "e"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable by its ASCII name (``mu``, ``sigma_1``, ``logvar``), not that of a function or constant."""

    name: str

    def __post_init__(self) -> None:
        if len(self.name) > MAX_NAME or not _SYMBOL.match(self.name) or _RESERVED.match(self.name):
            raise ValueError(f"not a symbol's name: {self.name!r}")


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of a tree."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Operation:
    """Two trees joined by one of ``+ - * / ^``; build it with `operation`."""

    operator: Operator
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS` applied to a tree."""

    function: str
    argument: Tree

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS:
            raise ValueError(f"not a function: {self.function!r}")


@dataclass(frozen=True, slots=True)
class Reduction:
    """A sum, a mean or an expectation of `body` over the entries of the vectors in it.

    `index` names what is run over (the letter ``j`` in ``sum_j``, the distribution in ``E_q``) and is empty
    when the text did not name it.
    """

    kind: ReductionKind
    index: str
    body: Tree

    def __post_init__(self) -> None:
        if not _INDEX[self.kind].match(self.index):
            raise ValueError(f"not an index of {self.kind}: {self.index!r}")


Tree: TypeAlias = Number | Constant | Symbol | Negative | Operation | Call | Reduction


def number(value: Fraction | int | str, spelling: str = "") -> Number | Negative:
    """A rational of either sign as a tree."""
    exact = Fraction(value)
    magnitude = Number(abs(exact), spelling)
    return Negative(magnitude) if exact < 0 else magnitude


def operation(operator: Operator, left: Tree, right: Tree) -> Tree:
    """Join two trees, keeping the normal forms of this module."""
    if operator == "/" and (divisor := _whole(right)):
        if (whole := _whole(left)) is not None:
            return _quotient(whole, divisor)
        if isinstance(left, Negative) and (whole := _whole(left.operand)) is not None:
            return Negative(_quotient(whole, divisor))
    if operator == "^" and left == Constant("e"):
        return Call("exp", right)
    return Operation(operator, left, right)


def _whole(tree: Tree) -> int | None:
    """The value of a number that was written as an integer."""
    if isinstance(tree, Number) and tree.value.denominator == 1 and tree.spelling in ("", str(tree.value)):
        return tree.value.numerator
    return None


def _quotient(numerator: int, denominator: int) -> Number:
    value = Fraction(numerator, denominator)
    written = f"{numerator}/{denominator}"
    return Number(value, "" if written == str(value) else written)


def children(tree: Tree) -> tuple[Tree, ...]:
    """The trees directly below a node, in the order in which they were written."""
    match tree:
        case Negative(operand):
            return (operand,)
        case Operation(_, left, right):
            return (left, right)
        case Call(_, argument):
            return (argument,)
        case Reduction(_, _, body):
            return (body,)
    return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node of a tree, each before what is below it, from left to right."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def depth(tree: Tree) -> int:
    """The length of the longest way from the root to a leaf, counted in nodes."""
    level, below = 0, [tree]
    while below:
        level, below = level + 1, [child for node in below for child in children(node)]
    return level


def free_symbols(tree: Tree) -> tuple[str, ...]:
    """The names of the symbols, each once, in the order in which they first appear."""
    return tuple(dict.fromkeys(node.name for node in walk(tree) if isinstance(node, Symbol)))


def carries(name: str, index: str) -> bool:
    """Whether a symbol belongs to the entries of a sum: ``x_j`` and ``sigma_1j`` carry the index ``j``."""
    return bool(index) and re.search(rf"_[A-Za-z0-9]?{index}\Z", name) is not None


def substitute(tree: Tree, values: Mapping[str, Tree]) -> Tree:
    """The tree with each named symbol replaced; the replacements themselves are not searched again."""

    def visit(node: Tree) -> Tree:
        if isinstance(node, Symbol):
            return values.get(node.name, node)
        return _rebuilt(node, visit)

    return visit(tree)


def _rebuilt(node: Tree, visit: Callable[[Tree], Tree]) -> Tree:
    match node:
        case Negative(operand):
            return Negative(visit(operand))
        case Operation(operator, left, right):
            return operation(operator, visit(left), visit(right))
        case Call(_, argument):
            return replace(node, argument=visit(argument))
        case Reduction(_, _, body):
            return replace(node, body=visit(body))
    return node
