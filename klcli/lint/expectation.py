"""What an estimate from one sample is in expectation over its noise."""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.tree import (
    Negative,
    Number,
    Operation,
    Reduction,
    Tree,
    children,
    free_symbols,
    operation,
    rebuilt,
    substitute,
)
from klcli.formula.vocabulary import UNIT_NOISE

__all__ = ["expected", "has_noise"]

_NOISE = UNIT_NOISE[0]
_ZERO, _ONE, _TWO = (Number(Fraction(number)) for number in range(3))


def has_noise(tree: Tree) -> bool:
    """Whether a formula draws standard normal noise."""
    return _NOISE in free_symbols(tree)


def expected(tree: Tree) -> Tree:
    """The expectation over standard normal noise of what is quadratic in it: its mean at -1 and 1.

    Terms that share no symbol with those of the noise, as a reconstruction error, are left out.
    """
    own = _drawn_with(tree)
    told = _without_others(tree, own)
    low, high = (substitute(told, {_NOISE: value}) for value in (Negative(_ONE), _ONE))
    return operation("/", operation("+", low, high), _TWO)


def _drawn_with(tree: Tree) -> frozenset[str]:
    """The symbols of the terms in which the noise occurs."""
    match tree:
        case Operation("+" | "-", left, right):
            return _drawn_with(left) | _drawn_with(right)
        case Negative(operand) | Reduction(body=operand):
            return _drawn_with(operand)
    names = frozenset(free_symbols(tree))
    return names if _NOISE in names else frozenset()


def _without_others(tree: Tree, own: frozenset[str]) -> Tree:
    match tree:
        case Operation("+" | "-") | Negative() | Reduction():
            return rebuilt(tree, [_without_others(child, own) for child in children(tree)])
    names = free_symbols(tree)
    return _ZERO if names and own.isdisjoint(names) else tree
