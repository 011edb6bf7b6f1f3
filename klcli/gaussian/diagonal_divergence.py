"""KL(q || p) of Gaussians in closed form, term by term, correctly rounded.

With r = sigma_q / sigma_p, the KL is spread + shift, both >= 0 (Kullback, Information Theory and
Statistics, 1959, chapter 9):

    spread = 1/2 (r^2 - 1 - log r^2)        shift = 1/2 ((mu_q - mu_p) / sigma_p)^2

The values are exact rationals and every double is the one nearest to the true value of its term or sum:
the terms are enclosed in intervals whose precision grows until the rounding is certain. That ends at 1280
digits, or 1500 more than are asked for: a value that these do not tell from the middle between two doubles
becomes either of them. For arrays see `klcli.gaussian.kernel`.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from math import isinf, isqrt

from klcli.errors import KlcliError
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import substitute
from klcli.formula.tree import Tree
from klcli.formula.value.interval import MOST_DIGITS, Interval, Intervals, enclose, nearest_double, rounded
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import ClosedForm, Enclosure, KlTerms, Unit, per_unit
from klcli.gaussian.heads import Heads
from klcli.gaussian.scale_formulas import Scales, are_equal, each

_SPREAD = "1/2 (ratio - 1 - (l_q - l_p))"
_SHIFT = "1/2 (mu_q - mu_p)^2"
"""Still to be divided by the variance of p."""
_ZERO = "0"
_SHOWN = 6
"""Digits of a value in a message, as `klcli.formula.numeral.significant` shows."""
_MOST_WORK = 25_000_000
"""Dimensions times the square of the digits: three seconds of exponentials and logarithms."""


def divergence(q: Gaussian[Heads], p: Gaussian[Heads], unit: Unit = "nats") -> ClosedForm:
    """KL(q || p) with its terms, each the double nearest to its exact value.

    Args:
        q: the posterior.
        p: the prior.
        unit: of the value: nats or bits.

    Raises:
        KlcliError: different dimensions, or a value beyond the doubles.
    """
    spreads, shifts = _enclosures(q, p, unit)
    with _magnitude_named(q, p):
        rows = tuple(_terms(spread, shift) for spread, shift in zip(spreads, shifts, strict=True))
        whole = rows[0] if len(rows) == 1 else _terms(_total(spreads), _total(shifts))
    if isinf(whole.value):
        shown = divergence_digits(q, p, _SHOWN, unit)
        raise KlcliError(
            f"KL(q || p) = {shown} {unit} is beyond the doubles (1.8e308); nothing could check it",
            "is the head read as it was meant? see --param",
        )
    return ClosedForm(whole.value, whole.spread, whole.shift, rows, q.dimension)


def divergence_digits(q: Gaussian[Heads], p: Gaussian[Heads], digits: int, unit: Unit = "nats") -> Decimal:
    """KL(q || p) rounded to `digits` significant decimal digits, at any magnitude.

    Args:
        q: the posterior.
        p: the prior.
        digits: how many significant digits.
        unit: of the value: nats or bits.

    Raises:
        KlcliError: different dimensions, more digits of more dimensions than a few seconds are for, or a KL
            so small that `MOST_DIGITS` more do not tell it from 0.
    """
    if q.dimension * digits**2 > _MOST_WORK:
        most = isqrt(_MOST_WORK // q.dimension)
        raise KlcliError(
            f"{digits:,} digits of a KL in {q.dimension:,} dimensions are too much work",
            f"at most {most} here" if most else "take a double",
        )
    spreads, shifts = _enclosures(q, p, unit)
    with _magnitude_named(q, p):
        found = rounded(_total(spreads + shifts), digits, settle=True)
    if not found and not are_equal(q, p):
        raise KlcliError(
            f"{digits + MOST_DIGITS:,} digits do not tell KL(q || p) from 0, and it is not 0",
            "as a double it is; leave --digits out",
        )
    return found


def _terms(spread: Enclosure, shift: Enclosure) -> KlTerms:
    return KlTerms(*(nearest_double(each, settle=True) for each in (_total([spread, shift]), spread, shift)))


def _enclosures(
    q: Gaussian[Heads], p: Gaussian[Heads], unit: Unit
) -> tuple[list[Enclosure], list[Enclosure]]:
    """For each dimension, what encloses its spread and its shift."""
    if q.dimension != p.dimension:
        raise KlcliError(
            f"the posterior has {q.dimension} dimensions and the prior {p.dimension}",
            "give the prior one value, or one for every dimension",
        )
    made: dict[tuple[Fraction, ...], tuple[Enclosure, Enclosure]] = {}  # equal dimensions are enclosed once
    points = list(zip(q.mean, q.spread.head, p.mean, p.spread.head, strict=True))
    for point, formulas in zip(points, each(q.spread, p.spread, partial(_formulas, unit)), strict=True):
        made.setdefault(point, _enclosures_at(point, *formulas))
    return [made[point][0] for point in points], [made[point][1] for point in points]


def _enclosures_at(point: tuple[Fraction, ...], spread: Tree, shift: Tree) -> tuple[Enclosure, Enclosure]:
    values = dict(zip(("mu_q", "s_q", "mu_p", "s_p"), point, strict=True))
    if values["mu_q"] == values["mu_p"]:
        shift = known(_ZERO)  # also where the variance of p is no decimal
    return cache(partial(_non_negative, spread, values)), cache(partial(_non_negative, shift, values))


def _formulas(unit: Unit, scales: Scales) -> tuple[Tree, Tree]:
    """Spread and shift of one dimension."""
    logarithms = {f"l_{index}": scales.log_variance(index) for index in ("q", "p")}
    spread = substitute(known(_SPREAD), {"ratio": scales.variance_ratio(), **logarithms})
    return per_unit(spread, unit), per_unit(scales.over_variance_of_p(known(_SHIFT)), unit)


def _non_negative(tree: Tree, point: dict[str, Fraction], digits: int) -> Interval:
    """An enclosure without the negative part that rounding may have added: both terms are >= 0."""
    found = enclose(tree, point, digits)
    return Interval(max(found.low, Decimal(0)), found.high)


def _total(enclosures: list[Enclosure]) -> Enclosure:
    def enclosure(digits: int) -> Interval:
        arithmetic = Intervals(digits)
        total = arithmetic.number(Fraction(0))
        for term in enclosures:
            total = arithmetic.operate("+", total, term(digits))
        return total

    return enclosure


@contextmanager
def _magnitude_named(q: Gaussian[Heads], p: Gaussian[Heads]) -> Iterator[None]:
    """Turn an overflow of the decimals, whose exponents end at 1e18, into an error to act on."""
    try:
        yield
    except decimal.Overflow:
        words = " and ".join(dict.fromkeys((q.spread.parameterization.name, p.spread.parameterization.name)))
        raise KlcliError(
            f"the scales are too far apart for any arithmetic, read as {words}",
            "is the head read as it was meant? see --param",
        ) from None
