"""The space of KLs between two Gaussians whose means and heads are symbols: k KL(q || p) + c, or reversed.

Its columns are the KL of a direction and 1, at points of both means and both standard deviations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, getcontext, localcontext
from functools import cache, lru_cache
from itertools import product
from math import inf
from typing import TypeAlias

from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals, context, evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.decimal_arithmetic import natural_log
from klcli.formula.value.doubles import DoubleColumns
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.engine import (
    COMPARED_DIGITS,
    SPARE_DIGITS,
    Coefficients,
    Columns,
    Screen,
    identified,
    recovered,
)
from klcli.judge.probes import compared_digits, head_at
from klcli.judge.role_screening import has_plain_numbers, screened
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import ScaledKL
from klcli.values import dataclass, replace

Quadruple: TypeAlias = tuple[Decimal, Decimal, Decimal, Decimal]

PAIR_PROBES: tuple[Quadruple, ...] = tuple(
    tuple(map(Decimal, texts.split()))  # type: ignore[misc]
    for texts in (
        "0.37 1.31 -0.6 0.7",
        "-1.13 0.43 0.29 1.9",
        "2.41 1.73 1.07 2.6",
        "-0.71 0.79 -1.9 0.33",
        "1.57 2.19 0.83 1.21",
        "-2.03 0.31 -2.7 0.57",
        "0.89 2.63 3.1 0.91",
        "3.07 0.61 2.3 3.4",
        "17.1 0.043 -5.7 0.37",
        "-23.9 31.7 11.3 7.9",
    )
)
"""Mean and standard deviation of q and of p: both signs, sigmas on both sides of 1 and of each other."""

_SCREENED = 3
"""Points at which doubles are tried first."""


def kl_between(
    tree: Tree, role: Roles, reading: Parameterization, prior_reading: Parameterization
) -> ScaledKL | None:
    """Which multiple of the KL of two Gaussians, in either direction, a formula is; None if it is none.

    Args:
        tree: the formula.
        role: its mean and heads.
        reading: what its head means.
        prior_reading: what the prior's head means.
    """
    directions = not_ruled_out(tree, role)[reading.name, prior_reading.name]
    if not directions:
        return None
    digits = compared_digits(tree)
    probes = pair_probes(reading.name, prior_reading.name)
    columns = (_columns(role, probes, reverse, digits) for reverse in directions)
    return identified(columns, _values(tree, role, reading, prior_reading), digits)


def _values(
    tree: Tree, role: Roles, reading: Parameterization, prior_reading: Parameterization
) -> Iterator[Decimal]:
    digits = compared_digits(tree) + SPARE_DIGITS
    run = Decimals(digits)
    probes = pair_probes(reading.name, prior_reading.name)
    for probe in probes:
        mean, sigma, prior_mean, prior_sigma = _known(role, probe)
        head, prior_head = (
            head_at(reading.name, sigma, digits),
            head_at(prior_reading.name, prior_sigma, digits),
        )
        yield evaluate(tree, role.given(mean, head, prior_mean, prior_head), run)


@cache
def pair_probes(name: str, prior_name: str) -> tuple[Quadruple, ...]:
    """The probe points of two readings, by their names: sigmas of each."""
    q, p = PARAMETERIZATIONS[name], PARAMETERIZATIONS[prior_name]
    if not (q.has_range or p.has_range):
        return PAIR_PROBES
    return tuple((mean, q.within(one), other, p.within(two)) for mean, one, other, two in PAIR_PROBES)


# The formulas and ways of one program.
@lru_cache(maxsize=64)
def _columns(role: Roles, probes: tuple[Quadruple, ...], reverse: bool, digits: int) -> Columns:
    with localcontext(context(digits + SPARE_DIGITS)):
        rows = [(_kl(_known(role, probe), reverse), Decimal(1)) for probe in probes]
    return Columns(rows, _reversed_kl if reverse else _forward_kl)


def _forward_kl(found: Coefficients) -> ScaledKL | None:
    scale, shift = (recovered(value, found.digits) for value in found.values)
    return ScaledKL(scale, shift) if scale > 0 else None


def _reversed_kl(found: Coefficients) -> ScaledKL | None:
    kl = _forward_kl(found)
    return replace(kl, reverse=True) if kl else None


def _known(role: Roles, probe: Quadruple) -> Quadruple:
    """The probe point with 0 for means, and 1 for standard deviations of a prior, that do not occur."""
    mean, sigma, prior_mean, prior_sigma = probe
    zero, one = Decimal(0), Decimal(1)
    return (
        mean if role.mean else zero,
        sigma,
        prior_mean if role.prior_mean else zero,
        prior_sigma if role.prior_head else one,
    )


def _kl(probe: Quadruple, reverse: bool) -> Decimal:
    """KL(q || p), or KL(p || q), in the precision of the current context."""
    mean, sigma, prior_mean, prior_sigma = probe
    if reverse:
        sigma, prior_sigma = prior_sigma, sigma
    moment = (sigma * sigma + (mean - prior_mean) ** 2) / (2 * prior_sigma * prior_sigma)
    # Apart, as most logarithms of single sigmas are known from other points.
    above, below = (natural_log(one, getcontext().prec) for one in (prior_sigma, sigma))
    return above - below + moment - Decimal("0.5")


# The formulas and ways of one program.
@remembered(64)
def not_ruled_out(tree: Tree, role: Roles) -> Mapping[tuple[str, str], Sequence[bool]]:
    """The directions that doubles cannot rule out, by the readings of both heads."""
    pairs = list(product(PARAMETERIZATIONS, PARAMETERIZATIONS))
    if not has_plain_numbers(tree):
        # Doubles may be wrong about these, and all pairs would take too long.
        return {(one, two): (False, True) if one == two else () for one, two in pairs}
    found: dict[tuple[str, str], Sequence[bool]] = dict.fromkeys(pairs, ())
    left = _screened(tree, role)
    if not left:
        return found
    run = DoubleColumns(len(left) * _SCREENED)
    values = evaluate(tree, role.given(*_screening_points(tuple(left))), run)
    for place, (pair, directions) in enumerate(left.items()):
        rows = slice(place * _SCREENED, (place + 1) * _SCREENED)
        largest = max(run.largest[rows])
        found[pair] = [
            reverse
            for reverse in directions
            if _may_be(values[rows], _screens(role, pair_probes(*pair), reverse), largest)
        ]
    return found


def _screened(tree: Tree, role: Roles) -> dict[tuple[str, str], Sequence[bool]]:
    """The directions in which both heads can be heads, by their readings; only pairs that have any."""
    screening = screened(tree)
    if not screening.admits_means(role):
        return {}
    heads = screening.heads(role.head), screening.heads(role.prior_head)
    ways = ((heads[0][0], heads[1][1]), (heads[0][1], heads[1][0]))
    found: dict[tuple[str, str], Sequence[bool]] = {}
    for one, two in product(PARAMETERIZATIONS, PARAMETERIZATIONS):
        if directions := [bool(way) for way, (q, p) in enumerate(ways) if one in q and two in p]:
            found[one, two] = directions
    return found


# The formulas and ways of one program.
@lru_cache(maxsize=64)
def _screening_points(pairs: Sequence[tuple[str, str]]) -> tuple[list[float], ...]:
    """Means and heads of q and of p, one pair of readings after the other."""
    rows = [
        (float(mean), _head(reading, sigma), float(prior_mean), _head(prior_reading, prior_sigma))
        for reading, prior_reading in pairs
        for mean, sigma, prior_mean, prior_sigma in pair_probes(reading, prior_reading)[:_SCREENED]
    ]
    return tuple(map(list, zip(*rows, strict=True)))


def _may_be(values: Sequence[float], screen: _Screens, largest: float) -> bool:
    """Whether values can be those of a KL times a positive number, and a constant."""
    if largest == inf:
        return True
    grows = (values[0] - values[1]) * screen.step > 0
    return grows and screen.both.admits(values, max(largest, 1.0))


def _head(name: str, sigma: Decimal) -> float:
    return float(head_at(name, sigma, COMPARED_DIGITS))


@dataclass(frozen=True, slots=True)
class _Screens:
    """The weights of a KL and a constant, and the step that the KL makes from the first point to the next."""

    both: Screen
    step: float


# Pairs of readings, at the points of one formula.
@lru_cache(maxsize=256)
def _screens(role: Roles, probes: tuple[Quadruple, ...], reverse: bool) -> _Screens:
    rows = _columns(role, probes, reverse, COMPARED_DIGITS).rows[:_SCREENED]
    with localcontext(context(COMPARED_DIGITS)):
        return _Screens(Screen.of(rows), float(rows[0][0] - rows[1][0]))
