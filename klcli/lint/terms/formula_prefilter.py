"""Whether a formula may be a KL term, from its shape: a cheap look before the judge is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import exp, inf

from klcli.formula.traversal import children, free_symbols, rebuilt, walk
from klcli.formula.tree import Call, Negative, Number, Operation, Reduction, Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.doubles import DoubleColumns, Doubles
from klcli.judge.roles import MOST_SYMBOLS
from klcli.names.means_and_spreads import suggested

MOST_NAMES = MOST_SYMBOLS + 2
"""Symbols of two Gaussians, of a weight and of another term."""
_LEAST_TERMS = 3
"""A logarithm, a scale and a square: what every KL term adds up; the constant may be missing."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another function differs at the values
tried."""
_TWO = Number(Fraction(2))


# The terms of one file.
@remembered(256)
def may_be_kl(tree: Tree) -> bool:
    """Whether a formula has a sum of three terms, a logarithm or an exponential, and a square.

    One of these may have been forgotten in a formula every second name of which is that of a log-scale.
    """
    tree = _within_capacity(tree)
    names = free_symbols(tree)
    if not 2 <= len(names) <= MOST_NAMES:
        return False
    nodes = list(walk(tree))
    if max(map(_terms, nodes), default=0) < _LEAST_TERMS:
        return False
    calls = any(isinstance(node, Call) and node.function not in ("abs", "sqrt") for node in nodes)
    if calls and any(map(_is_square, nodes)) and any(curvature(tree, name) for name in names):
        return not _is_density(tree, names)
    squared = any(map(_is_square, nodes))
    if _is_named(names, of_logs=True) and (calls or squared):
        return True
    return _is_given_twice(names) and any(curvature(tree, name) for name in names if not suggested(name))


def _within_capacity(tree: Tree) -> Tree:
    """A formula with what is held to a capacity, |KL - C|, in the place of its distance to it."""
    match tree:
        case Call("abs", Operation("-") as held):
            return held
        case Negative() | Operation() | Reduction():
            return rebuilt(tree, [_within_capacity(child) for child in children(tree)])
    return tree


def has_logarithm(tree: Tree, heads: Collection[str]) -> bool:
    """Whether a logarithm of a head occurs, or a head of which nothing but a multiple is added up.

    A KL has the logarithm of its scale, which may be the head itself; one density of a sample has that of
    its own scale only.

    Args:
        tree: the formula.
        heads: the symbols that may be heads of what is sampled.
    """
    match tree:
        case Symbol(name):
            return name in heads
        case Call() | Operation("^"):
            logs = (
                node for node in walk(tree) if isinstance(node, Call) and node.function in ("log", "log1p")
            )
            return any(name in heads for node in logs for name in free_symbols(node))
    return any(has_logarithm(child, heads) for child in children(tree))


def is_parabola_somewhere(tree: Tree) -> bool:
    """Whether a formula is a parabola in a symbol, as a KL is in its mean."""
    names = free_symbols(tree)
    return any(curvature(tree, name) for name in names)


# The terms of one file.
@remembered(256)
def possible_signs(tree: Tree, *, is_mended: bool) -> tuple[int, ...]:
    """The signs with which a formula may be a KL, which opens upwards in its means.

    Args:
        tree: the formula.
        is_mended: whether mistakes are looked for: in what has the names of a KL, the square itself may have
            the wrong sign.
    """
    tree = _within_capacity(tree)
    names = free_symbols(tree)
    bends = [one for name in names if (one := curvature(tree, name))]
    if not bends:
        return (1, -1)
    found = tuple(sign for sign in (1, -1) if any(one * sign > 0 for one in bends))
    is_both = is_mended and len(found) == 1 and _is_named(names, of_logs=False)
    return (*found, -found[0]) if is_both else found


def _is_named(names: Sequence[str], *, of_logs: bool) -> bool:
    """Whether every second name is that of a scale, or of its logarithm, and the others are of none."""
    stated = [suggested(name) for name in names]
    heads = sum(reading in ("logvar", "logstd") if of_logs else reading is not None for reading in stated)
    return 2 * heads == len(names) and stated.count(None) == heads


def _is_given_twice(names: Sequence[str]) -> bool:
    """Whether a scale and its logarithm are given, each under a name of its own."""
    stated = {suggested(name) for name in names}
    return not (stated.isdisjoint(("logvar", "logstd")) or stated.isdisjoint(("var", "std")))


def _is_square(node: Tree) -> bool:
    """Whether a node is a square, or a product with a factor that occurs twice."""
    match node:
        case Operation("^", _, right):
            return right == _TWO
        case Operation("*"):
            return max(Counter(_factors(node)).values()) > 1
    return False


def _factors(node: Tree) -> Iterator[Tree]:
    if isinstance(node, Operation) and node.operator == "*":
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, Operation) and node.operator == "/":
        yield from _factors(node.left)
    else:
        yield node


def curvature(tree: Tree, name: str) -> float:
    """How a formula bends in a symbol in which it is a parabola, as a KL is in its mean; else 0."""
    return _curvatures(tree).get(name, 0.0)


# The terms of one file.
@remembered(128)
def _curvatures(tree: Tree) -> Mapping[str, float]:
    """How a formula bends in each of its symbols, from one evaluation at five values of each."""
    names = free_symbols(tree)
    # Equal steps on both sides of 0, where a mean may be.
    steps = [-1.0, 0.0, 1.0, 2.0, 3.0]
    # Positive, as heads may have to be, and no two symbols alike.
    others = {other: [0.7 + 0.31 * number] * len(steps) for number, other in enumerate(names)}
    columns = {
        name: [x for moved in names for x in (steps if name == moved else others[name])] for name in names
    }
    run = DoubleColumns(len(steps) * len(names))
    found = evaluate(tree, columns, run)
    bends = {}
    for number, name in enumerate(names):
        rows = slice(number * len(steps), (number + 1) * len(steps))
        bends[name] = _bend(found[rows]) if max(run.largest[rows]) < inf else 0.0
    return bends


def _bend(values: Sequence[float]) -> float:
    """The second difference of five values, if all are the same; else 0."""
    # Three of five values in a row each.
    second = [values[k] - 2 * values[k + 1] + values[k + 2] for k in range(3)]
    # Far above the rounding of doubles, far below what any other formula bends.
    slack = 1e-9 * max(map(abs, values))
    is_parabola = abs(second[0]) > slack and all(abs(one - second[0]) <= slack for one in second)
    return second[0] if is_parabola else 0.0


_EXPONENTS = (2, -2, 1, -1)
"""Powers of e^height to which the bend of a log density is proportional; half as large ones of twice one."""


def _is_density(tree: Tree, names: Sequence[str]) -> bool:
    """Whether a formula is a Gaussian log density, or minus one, or twice one, of one of its symbols.

    As a function of x - m it is a parabola, whose height at 0 and bend belong together: -log sigma + c and
    -1 / sigma^2. They would not if there was a second scale, as in the KL of two Gaussians.
    """
    moving = [name for name in names if suggested(name) or not _is_added(tree, name, names)]
    return any(_is_density_of(tree, moving, pair) for pair in combinations(moving, 2))


def _is_added(tree: Tree, name: str, names: Sequence[str]) -> bool:
    """Whether a symbol is only added to the rest."""
    steps = []
    # Two points: what is added is added at both.
    for start in (0.4, 1.3):
        # Positive, as heads may have to be, and no two symbols alike.
        others = {other: start * (0.6 + 0.37 * place) for place, other in enumerate(names)}
        try:
            low, high = (evaluate(tree, others | {name: x}, Doubles()) for x in (0.0, 1.0))
        except (ArithmeticError, ValueError):
            return False
        steps.append(high - low)
    return abs(abs(steps[0]) - 1) <= _CLOSE and abs(steps[0] - steps[1]) <= _CLOSE


def _is_density_of(tree: Tree, names: Sequence[str], pair: tuple[str, str]) -> bool:
    one, two = pair
    products: dict[int, list[float]] = {exponent: [] for exponent in _EXPONENTS}
    try:
        # Three points: a height and a bend that belong together do so at all of them.
        for start in (0.4, 0.9, 1.7):
            # What is only added is held.
            others = dict.fromkeys(free_symbols(tree), 0.7)
            # Positive, as heads may have to be, and no two symbols alike.
            others |= {name: start * (0.6 + 0.37 * place) for place, name in enumerate(names)}
            height, moved, bent = (
                evaluate(tree, others | {one: x, two: m}, Doubles())
                # At x = m twice, and a step of 1 away.
                for x, m in ((0.0, 0.0), (1.5, 1.5), (1.0, 0.0))
            )
            if abs(moved - height) > _CLOSE * max(1.0, abs(height)):
                return False
            for exponent, found in products.items():
                found.append((bent - height) * exp(exponent * height))
    except (ArithmeticError, ValueError):
        return False
    return any(
        first and max(abs(p - first) for p in rest) <= _CLOSE * abs(first)
        for first, *rest in products.values()
    )


def _terms(tree: Tree) -> int:
    """How many terms a sum has."""
    match tree:
        case Operation("+" | "-", left, right):
            return _terms(left) + _terms(right)
        case Negative(operand) | Reduction(body=operand):
            return _terms(operand)
    return 1
