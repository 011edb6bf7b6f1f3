"""Formulas whose prior has symbols of its own: are they k KL(q || p) + c, or k KL(p || q) + c?

The two unknowns are solved for at two probe points and have to hold at all others; with doubles first, which
rule most out, then with as many digits as for fixed priors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache, lru_cache
from itertools import product
from math import inf
from typing import TypeAlias

from klcli.formula.arithmetic import Decimals, context, evaluate
from klcli.formula.budget import remembered
from klcli.formula.doubles import Rows
from klcli.formula.tree import Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.identification import SPARE_DIGITS, compared_digits, head_at
from klcli.judge.roles import Roles
from klcli.judge.screening import has_plain_numbers, screened

__all__ = ["PAIR_PROBES", "PairFit", "fit_pair", "not_ruled_out", "pair_probes", "pair_values"]

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

_SCREEN, _SCREENED = 1e-7, 3
"""The relative error that rules a formula out in doubles, and the points at which they are tried."""
_DIGITS = 50


@dataclass(frozen=True, slots=True)
class PairFit:
    """k and c, the direction, and the digits to which they hold."""

    scale: Decimal
    shift: Decimal
    reverse: bool
    digits: int


def fit_pair(
    tree: Tree, role: Roles, reading: Parameterization, prior_reading: Parameterization
) -> PairFit | None:
    """The multiple of the KL that a formula is, or None if it is none."""
    directions = not_ruled_out(tree, role)[reading.name, prior_reading.name]
    if not directions:
        return None
    digits = compared_digits(tree)
    precision = digits + SPARE_DIGITS
    probes = pair_probes(reading.name, prior_reading.name)
    found: list[Decimal] = []
    for probe in probes:
        try:
            values = pair_values(role, reading, prior_reading, probe, precision)
            found.append(evaluate(tree, values, Decimals(precision)))
        except ArithmeticError:
            return None
        directions = [
            way
            for way in directions
            if len(found) < 3 or _holds(found, _truth(role, probes, way, precision), digits)
        ]
        if not directions:
            return None
    reverse = directions[0]
    with localcontext(context(precision)):
        scale, shift = _solved(found, _truth(role, probes, reverse, precision))
        tiny = abs(shift) <= Decimal(1).scaleb(-digits) * max(Decimal(1), scale)
        return PairFit(scale, Decimal(0) if tiny else shift, reverse, digits)


def _holds(found: Sequence[Decimal], truth: Sequence[Decimal], digits: int) -> bool:
    """Whether the last value is k times the KL plus c, with those of the first two points.

    A formula that is constant has only a k of rounding errors.
    """
    with localcontext(context(digits + SPARE_DIGITS)):
        scale, shift = _solved(found, truth)
        value, kl = found[-1], truth[len(found) - 1]
        agree = Decimal(1).scaleb(-digits)
        largest = agree * max(abs(value), scale * kl, abs(shift))
        return scale * kl > largest and abs(value - scale * kl - shift) <= largest


def _solved(found: Sequence[Decimal], truth: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    scale = (found[0] - found[1]) / (truth[0] - truth[1])
    return scale, found[0] - scale * truth[0]


@cache
def pair_probes(name: str, prior_name: str) -> tuple[Quadruple, ...]:
    """The probe points of two readings, by their names: sigmas of each."""
    q, p = PARAMETERIZATIONS[name], PARAMETERIZATIONS[prior_name]
    if not (q.has_range or p.has_range):
        return PAIR_PROBES
    return tuple((mean, q.within(one), other, p.within(two)) for mean, one, other, two in PAIR_PROBES)


@lru_cache(maxsize=64)
def _truth(role: Roles, probes: tuple[Quadruple, ...], reverse: bool, digits: int) -> list[Decimal]:
    """The KL at the probe points."""
    with localcontext(context(digits)):
        return [_kl(_known(role, probe), reverse) for probe in probes]


def pair_values(
    role: Roles,
    reading: Parameterization,
    prior_reading: Parameterization,
    probe: Quadruple,
    digits: int,
) -> dict[str, Decimal]:
    """The values of a formula's symbols at a probe point."""
    mean, sigma, prior_mean, prior_sigma = _known(role, probe)
    values = {
        role.mean: mean,
        role.head: head_at(reading.name, sigma, digits),
        role.prior_mean: prior_mean,
        role.prior_head: head_at(prior_reading.name, prior_sigma, digits),
    }
    return {name: value for name, value in values.items() if name}


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
    return (prior_sigma / sigma).ln() + moment - Decimal("0.5")


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
    names = (role.mean, role.head, role.prior_mean, role.prior_head)
    columns = zip(names, _screening_points(tuple(left)), strict=True)
    run = Rows(len(left) * _SCREENED)
    values = evaluate(tree, {name: column for name, column in columns if name}, run)
    for place, (pair, directions) in enumerate(left.items()):
        rows = slice(place * _SCREENED, (place + 1) * _SCREENED)
        largest = max(run.largest[rows])
        unsure = largest == inf
        found[pair] = [
            way
            for way in directions
            if unsure or _fits(values[rows], _truths(role, pair_probes(*pair), way), largest)
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


@lru_cache(maxsize=64)
def _screening_points(pairs: Sequence[tuple[str, str]]) -> tuple[list[float], ...]:
    """Means and heads of q and of p, one pair of readings after the other."""
    rows = [
        (float(mean), _head(reading, sigma), float(prior_mean), _head(prior_reading, prior_sigma))
        for reading, prior_reading in pairs
        for mean, sigma, prior_mean, prior_sigma in pair_probes(reading, prior_reading)[:_SCREENED]
    ]
    return tuple(map(list, zip(*rows, strict=True)))


def _fits(values: Sequence[float], truth: Sequence[float], largest: float) -> bool:
    scale = (values[0] - values[1]) / (truth[0] - truth[1])
    expected = values[0] + scale * (truth[2] - truth[0])
    return scale > 0 and abs(values[2] - expected) <= _SCREEN * max(largest, 1.0)


def _head(name: str, sigma: Decimal) -> float:
    return float(head_at(name, sigma, _DIGITS))


@lru_cache(maxsize=256)
def _truths(role: Roles, probes: tuple[Quadruple, ...], reverse: bool) -> tuple[float, ...]:
    return tuple(map(float, _truth(role, probes, reverse, _DIGITS)))
