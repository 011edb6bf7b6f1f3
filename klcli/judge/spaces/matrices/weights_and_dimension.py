"""Which numbers of a formula of matrices are weights, other terms of a loss, or the number of dimensions.

It is found by trying: a weight doubles the formula when it is doubled, whatever the place in which it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

from klcli.errors import KlcliError
from klcli.formula.traversal import children, free_symbols, placed_as, rebuilt, walk
from klcli.formula.tree import MatrixCall, Number, Operation, Symbol, Tree, operation
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.linear_algebra import Linear
from klcli.formula.value.matrix_points import Evaluator, KindedValue
from klcli.formula.value.symbol_kinds import Manner, SymbolKind
from klcli.judge.spaces.matrices.points import Shown, fixed_points, shown
from klcli.names.counts import count_of, is_dimension
from klcli.names.losses import is_other_term, is_weight
from klcli.names.noise import is_epsilon
from klcli.values import dataclass

_SLACK = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_SIZE = 3
"""The smallest that no other number of a formula is likely to be."""
_SMALL = Fraction(1, 1000)
"""Larger ones are a jitter no more."""
_FACTORED = ("det", "logdet", "inverse", "cholesky", "bars")
"""Functions that need a factorisation, which a small multiple of the identity keeps going."""
_SMALLEST = Fraction(1, 10**30)
"""Beyond it products of a few leave the doubles."""


@dataclass(frozen=True, slots=True)
class ScalarRoles:
    """The numbers of a formula by what they are.

    Attributes:
        dimensions: the number of dimensions.
        weights: factors of the whole.
        divisors: what the whole is divided by.
        others: other terms of the loss.
    """

    dimensions: tuple[str, ...]
    weights: tuple[str, ...] = ()
    divisors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Fraction]:
        """What is put in for the numbers that do not decide."""
        ones = dict.fromkeys((*self.weights, *self.divisors), Fraction(1))
        return ones | dict.fromkeys(self.others, Fraction(0))


def without_jitter(tree: Tree) -> tuple[Tree, tuple[Tree, ...]]:
    """The formula without the small multiples of the identity that keep a factorisation going, and these."""
    found: list[Tree] = []

    def visit(node: Tree, factored: bool = False) -> Tree:
        inside = factored or (isinstance(node, MatrixCall) and node.function in _FACTORED)
        below = [visit(child, inside) for child in children(node)]
        if factored and isinstance(node, Operation) and node.operator == "+" and _is_jitter(node.right):
            found.append(node.right)
            return below[0]
        return placed_as(rebuilt(node, below), node)

    plain = visit(tree)
    return plain, tuple(dict.fromkeys(found))


def _is_jitter(tree: Tree) -> bool:
    """Whether a part is a small number times the identity."""
    match tree:
        case Operation("*", small, unit) if _is_unit(small):
            return _is_jitter(operation("*", unit, small))
        case Operation("*", Number(value), unit) if _is_unit(unit):
            return value <= _SMALL
        case Operation("*", Symbol(name), unit) if _is_unit(unit):
            return is_epsilon(name)
    return False


def _is_unit(tree: Tree) -> bool:
    return tree == Symbol("I") or (isinstance(tree, MatrixCall) and tree.function == "eye")


def set_aside(tree: Tree, kinds: Mapping[str, SymbolKind], manner: Manner) -> tuple[ScalarRoles, ...]:
    """Tell the numbers of a formula apart, in one way or in several, the likeliest first.

    A number that is added and whose name says nothing may be another term of the loss or, where no other one
    is it, the number of dimensions: both are tried.

    Args:
        tree: a formula of matrices.
        kinds: of its symbols, by name.
        manner: in which it is written: mathematics or Python.

    Raises:
        KlcliError: one of them is nothing of that.
    """
    numbers = [node.value for node in walk(tree) if isinstance(node, Number) and node.value]
    if any(not _SMALLEST < number < 1 / _SMALLEST for number in numbers):
        raise KlcliError("a number of this formula is too large or too small for a verdict", "leave it out")
    trial = _SlopeTrial(tree, kinds, manner)
    slopes = {name: slope for name in trial.scalars if (slope := trial.slope(name)) is not None}
    counted = [name for name in slopes if _counts(name, kinds)]
    if not counted:
        counted = [name for name in trial.scalars if name not in slopes and is_dimension(name)]
    others = [name for name in slopes if name not in counted]
    known = _aside(trial, others, kinds)
    if counted:
        return (known,)
    open_to = [name for name in others if not _states_another_role(name, kinds)]
    tried = [_aside(trial, [other for other in others if other != name], kinds) for name in open_to]
    subtracted = any(slopes[name] < 0 for name in open_to)
    return (*tried, known) if subtracted else (known, *tried)


def _aside(trial: _SlopeTrial, others: Sequence[str], kinds: Mapping[str, SymbolKind]) -> ScalarRoles:
    found: dict[str, list[str]] = {"weights": [], "divisors": [], "dimensions": []}
    for name in trial.scalars:
        if name not in others:
            found["dimensions" if trial.slope(name) is not None else trial.role(name, others)].append(name)
    return ScalarRoles(
        tuple(found["dimensions"]), tuple(found["weights"]), tuple(found["divisors"]), tuple(others)
    )


def _counts(name: str, kinds: Mapping[str, SymbolKind]) -> bool:
    """Whether a number is that of the dimensions, by its name or as the length of a part of the formula."""
    if name.startswith("dim_"):
        return name.removeprefix("dim_") in kinds
    return is_dimension(name) and count_of(name) != (1, 0)


def _states_another_role(name: str, kinds: Mapping[str, SymbolKind]) -> bool:
    """Whether a name says that it is something else: a weight, a loss, the length of another array."""
    counts = count_of(name) == (1, 0) or (name.startswith("dim_") and not _counts(name, kinds))
    return counts or is_weight(name) or is_other_term(name) or is_epsilon(name)


class _SlopeTrial:
    """Evaluates a formula in three dimensions, with every matrix another positive definite one."""

    def __init__(self, tree: Tree, kinds: Mapping[str, SymbolKind], manner: Manner) -> None:
        self.tree, self.kinds, self.manner = tree, kinds, manner
        self.scalars = [name for name in free_symbols(tree) if kinds[name] == "scalar"]
        self._slopes: dict[str, float | None] = {}

    def slope(self, name: str) -> float | None:
        """What a number that is added to the rest is multiplied by everywhere; None for any other."""
        if name not in self._slopes:
            self._slopes[name] = self._slope(name)
        return self._slopes[name]

    def _slope(self, name: str) -> float | None:
        steps = []
        for place in (0, 1):
            try:
                # Twice and three times: steps that are equal are those of a line.
                one, two, three = (self._at({name: value}, place) for value in (1.0, 2.0, 3.0))
            except ArithmeticError:
                return None
            steps += [two - one, three - two]
        return steps[0] if max(steps) - min(steps) <= _SLACK * max(1.0, *map(abs, steps)) else None

    def role(self, name: str, others: Sequence[str]) -> str:
        """What a number is that is not added.

        Raises:
            KlcliError: neither a factor nor the number of dimensions.
        """
        rest = dict.fromkeys(others, 0.0)
        try:
            # A factor makes twice and three times of it, a divisor a half and a third.
            one, two, three = (self._at(rest | {name: value}, 0) for value in (1.0, 2.0, 3.0))
        except ArithmeticError:
            return "dimensions"
        # A formula that is nearly 0 there has rounding errors, too.
        slack = _SLACK * max(abs(one), abs(two), abs(three), 1e-3)
        # Twice and three times.
        if abs(two - 2 * one) <= slack and abs(three - 3 * one) <= slack:
            return "weights"
        # A half and a third.
        if abs(one - 2 * two) <= slack and abs(one - 3 * three) <= slack:
            return "divisors"
        if _counts(name, self.kinds):
            return "dimensions"
        raise KlcliError(
            f"{name} is a number that is neither a factor nor the number of dimensions",
            f"give it a value, as in '{name} = 0.5; ...'",
        )

    def _at(self, numbers: Mapping[str, float], place: int) -> float:
        run = Doubles()
        drawn = _drawn(place)
        values: dict[str, KindedValue[float]] = {"I": KindedValue("matrix", Linear(run).identity(_SIZE))}
        for number, (name, kind) in enumerate(self.kinds.items()):
            own = drawn[number % len(drawn)]
            data = {"matrix": own.covariance, "vector": own.mean}.get(kind)
            values[name] = KindedValue(kind, numbers.get(name, float(_SIZE)) if data is None else data)
        return Evaluator(run, self.manner, _SIZE, values, _SLACK).number(self.tree)


@cache
def _drawn(place: int) -> list[Shown[float]]:
    """Gaussians in three dimensions, in an order that begins at another one for another `place`."""
    points = [point for point in fixed_points() if point.size == _SIZE]
    ordered = points[place:] + points[:place]
    return [shown(own, Doubles()) for point in ordered for own in (point.q, point.p)]
