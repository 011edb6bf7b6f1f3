"""Gaussians with heads in words: N(0.3, 1.2^2), and what their heads are read as."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import inf

from klcli.formula.numeral import decimal_text, number_text, significant
from klcli.formula.tree import Number, Tree, operation
from klcli.formula.value.interval import enclose, rounded
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.scale_formulas import is_far
from klcli.report.wording import list_text

_SIGMA_DIGITS = 400
"""A sigma of 1e-300 has as many before its first."""


def normal_text(gaussian: Gaussian[Heads]) -> tuple[str | Tree, ...]:
    """``N(0.3, 1.2^2)``, or with lists for several dimensions; N(0, 1) is not listed."""
    means = [number_text(mean) for mean in gaussian.mean]
    sigmas = [_sigma_digits(gaussian.at(j)) for j in range(gaussian.dimension)]
    if len(set(zip(means, sigmas, strict=True))) == 1:
        means, sigmas = means[:1], sigmas[:1]
    if sigmas == ["1"]:
        return (f"N({means[0]}, 1)",)
    if len(sigmas) == 1 and not all(_is_double(gaussian.at(j)) for j in range(gaussian.dimension)):
        return (f"N({means[0]}, ({sigmas[0]})^2)",)
    if len(sigmas) == 1:
        sigma = Number(Fraction(sigmas[0]), sigmas[0])
        return (f"N({means[0]}, ", operation("^", sigma, Number(Fraction(2))), ")")
    return (f"N({list_text(means)}, {list_text(sigmas)}^2)",)


def reading_text(gaussian: Gaussian[Heads]) -> str:
    """``1.44 is a variance, so sigma = 1.2``; a sigma that is rounded here is ``~ 1.19722``."""
    heads = list_text([number_text(head) for head in gaussian.spread.head])
    if any(number_text(head) != decimal_text(head) for head in gaussian.spread.head):
        heads = f"≈ {heads}"
    rows = [gaussian.at(j) for j in range(gaussian.dimension)]
    sigmas = [_sigma_digits(row) for row in rows]
    exact = all(_is_exactly(row, digits) for row, digits in zip(rows, sigmas, strict=True))
    each = "" if gaussian.dimension == 1 else "each of "
    sign = "=" if exact else "≈"
    return f"{each}{heads} is {gaussian.spread.parameterization.meaning}, so sigma {sign} {list_text(sigmas)}"


def _sigma_digits(one: Gaussian[Heads]) -> str:
    """Sigma to 6 digits, or to as many as tell it from 1; ``e^-5e+299`` where no double holds it."""
    if is_far(one.spread.parameterization, one.spread.head[0]):
        if _is_double(one):  # at an end of its range
            return significant(one.spread.sigma()[0])
        return f"e^{significant(one.spread.log_sigma()[0])}"
    enclosure = partial(enclose, one.spread.parameterization.sigma, {"s": one.spread.head[0]})
    # Each is tried until sigma is told from 1; there is none that the last does not tell.
    for digits in (6, 10, 15, 20, 30, 60, 200):
        found = rounded(enclosure, digits)
        if found != 1 or _is_exactly(one, "1"):
            break
    return decimal_text(found)


def _is_double(one: Gaussian[Heads]) -> bool:
    return 0 < one.spread.sigma()[0] < inf


def _is_exactly(one: Gaussian[Heads], sigma: str) -> bool:
    if is_far(one.spread.parameterization, one.spread.head[0]):
        return False
    found = enclose(one.spread.parameterization.sigma, {"s": one.spread.head[0]}, _SIGMA_DIGITS)
    return found.low == found.high == Decimal(sigma)
