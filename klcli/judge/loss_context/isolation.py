"""Takes weights and other terms out of a program, where it is known which symbols are such.

The places decide nothing here: which symbols are passive has been found by changing them, and whether what is
left is right is found in the same way, see `klcli.judge.loss_context.preparation`. What remains keeps its
places in the text, with a 1 for a weight and a 0 for another term.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from klcli.formula.traversal import children, free_symbols, placed_as, rebuilt, substitute
from klcli.formula.tree import (
    Clip,
    Negative,
    Number,
    Operation,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
    operation,
)
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import DoubleColumns
from klcli.formula.write.printing import to_text
from klcli.judge.weight_signs import range_of
from klcli.values import dataclass, replace

_ONE = Number(Fraction(1))
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A factor of the whole, or what divides it."""

    tree: Tree
    divides: bool = False

    @property
    def text(self) -> str:
        """How it is written; a sum in brackets."""
        is_plain = isinstance(self.tree, Symbol) or not isinstance(self.tree, Clip | Operation)
        return to_text(self.tree) if is_plain else f"({to_text(self.tree)})"

    @property
    def has_sign(self) -> bool:
        """Whether it has the same sign at all values of its symbols."""
        return isinstance(self.tree, Symbol) or range_of(self.tree).sign != 0

    @property
    def turned(self) -> str:
        """Minus a weight, as one would write it."""
        if isinstance(self.tree, Operation) and self.tree.operator == "-":
            return f"({to_text(operation('-', self.tree.right, self.tree.left))})"
        return f"(-{self.text})"


@dataclass(frozen=True, slots=True)
class Isolated:
    """A program without its weights and other terms.

    Attributes:
        tree: what is left.
        weights: what multiplies or divides all of its terms.
        parts: what multiplies or divides some of them and not others.
        others: the other terms.
    """

    tree: Tree
    weights: tuple[Weight, ...] = ()
    parts: tuple[Weight, ...] = ()
    others: tuple[Tree, ...] = ()


def isolated(tree: Tree, latent: Collection[str], passive: Collection[str]) -> Isolated:
    """Take out of a program what has passive symbols in it and none of means and heads.

    Args:
        tree: a program, or the formula of one entry.
        latent: the names of means and heads.
        passive: the names of what belongs to the loss around the KL.
    """
    taking = _Taking(frozenset(latent), frozenset(passive))
    found, weights = taking.term(tree)
    factors = {name for one in weights or () for name in free_symbols(one.tree)}
    if any(factors.intersection(free_symbols(term)) for term in taking.others):
        # A term may be a constant that has the weight of the whole: -w of w (mu^2 + v - log v) - w.
        again = _Taking(taking.latent, taking.passive, product(weights or ()))
        found, weights = again.term(tree)
        taking = again
    return Isolated(found, tuple(weights or ()), tuple(taking.parts), tuple(taking.others))


def product(weights: Sequence[Weight]) -> Tree:
    """What the whole is multiplied by."""
    one: Tree = Number(Fraction(1))
    return reduce(lambda found, own: operation("/" if own.divides else "*", found, own.tree), weights, one)


Taken: TypeAlias = tuple[Tree, list[Weight] | None]
"""What is left of a part, and its weights; None for what is a number, which any weight may stand before."""


class _Taking:
    def __init__(self, latent: frozenset[str], passive: frozenset[str], whole: Tree | None = None) -> None:
        self.latent = latent
        self.passive = passive
        self.whole = whole
        self.parts: list[Weight] = []
        self.others: list[Tree] = []

    def term(self, tree: Tree) -> Taken:
        """A term, or a sum of several, without what is set aside."""
        names = set(free_symbols(tree))
        if not names & self.passive:
            return tree, [] if names & self.latent else None
        if not names & self.latent:
            return self._other(tree), None
        match tree:
            case Operation("+" | "-", left, right):
                (one, own), (other, weights) = self.term(left), self.term(right)
                return placed_as(rebuilt(tree, (one, other)), tree), self._shared(own, weights)
            case Operation("*" | "/" as operator, left, right):
                (one, own), (other, weights) = self._factor(left), self._factor(right)
                turned = [replace(w, divides=w.divides != (operator == "/")) for w in weights]
                return placed_as(rebuilt(tree, (one, other)), tree), [*own, *turned]
            case Negative(below) | Reduction(body=below) | Reshape(below) | Stop(below) | Clip(below):
                found, own_weights = self.term(below)
                return placed_as(rebuilt(tree, (found, *children(tree)[1:])), tree), own_weights
        return tree, []

    def _factor(self, tree: Tree) -> tuple[Tree, list[Weight]]:
        """A factor: what has no mean and no head is a weight."""
        names = set(free_symbols(tree))
        if not names & self.passive or names & self.latent:
            found, weights = self.term(tree)
            return found, weights or []
        match tree:
            case Negative(below):
                found, weights = self._factor(below)
                return placed_as(rebuilt(tree, (found,)), tree), weights
            case Operation("*" | "/" as operator, left, right):
                (one, own), (other, weights) = self._factor(left), self._factor(right)
                turned = [replace(w, divides=w.divides != (operator == "/")) for w in weights]
                return placed_as(rebuilt(tree, (one, other)), tree), [*own, *turned]
        return placed_as(_ONE, tree), [Weight(tree)]

    def _other(self, tree: Tree) -> Tree:
        """A 0 for another term; a constant with the weight of the whole is left without its weight."""
        if self.whole is not None and (found := self._constant(tree)):
            return found
        self.others.append(tree)
        return placed_as(Number(Fraction(0)), tree)

    def _constant(self, tree: Tree) -> Tree | None:
        """The number that a term is times the weight of the whole; None where it is no multiple of that."""
        assert self.whole is not None
        ratio = operation("/", tree, self.whole)
        plain = substitute(tree, dict.fromkeys(self.passive, _ONE))
        names = free_symbols(ratio)
        # Points: a ratio that is the same at all of them is the same everywhere.
        count = 4
        columns = {
            # Between 0.5 and 1.8, and no two symbols alike.
            name: [0.5 + (0.37 * (place + 1) * (step + 1)) % 1.3 for step in range(count)]
            for place, name in enumerate(names)
        }
        values = evaluate(ratio, columns, DoubleColumns(count))
        bare = evaluate(substitute(ratio, dict.fromkeys(self.passive, _ONE)), columns, DoubleColumns(count))
        same = all(abs(one - other) <= _CLOSE * abs(other) for one, other in zip(values, bare, strict=True))
        return plain if same else None

    def _shared(self, one: list[Weight] | None, other: list[Weight] | None) -> list[Weight] | None:
        """The weights of a sum: those of all of its terms."""
        if one is None or other is None:
            return other if one is None else one
        rest = list(other)
        shared = []
        for weight in one:
            if weight in rest:
                rest.remove(weight)
                shared.append(weight)
            else:
                self.parts.append(weight)
        self.parts += rest
        return shared
