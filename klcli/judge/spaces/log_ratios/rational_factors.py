"""The factors with which columns add up to a function of a log-ratio, as fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import TypeAlias

from klcli.judge.engine import checked
from klcli.judge.shapes.length_polynomials import plain_fraction

Factors: TypeAlias = Mapping[str, Fraction]
"""A function as a sum of named columns; those with the factor 0 are left out."""

_CLOSE = 1e-9
"""Error of a fit relative to the numbers that are added, not to their sum, which may cancel."""

_PLAIN = 1e-8
"""Relative error of a factor that a fit in doubles gives."""


def factors_of(
    names: Sequence[str], rows: Sequence[Sequence[float]], values: Sequence[float]
) -> Factors | None:
    """The factors of the columns; None where the values are no sum of them.

    Args:
        names: the columns.
        rows: their values at every point; more points than columns, as those that are left hold the fit.
        values: those of the function.
    """
    if not all(map(isfinite, values)):
        return None
    found = checked(rows, values, _CLOSE)
    if found is None:
        return None
    sizes = [max(abs(row[place] * factor) for row in rows) for place, factor in enumerate(found)]
    largest = max(sizes, default=0.0)
    kept = [factor if size > _CLOSE * largest else 0.0 for factor, size in zip(found, sizes, strict=True)]
    return _recovered(dict(zip(names, kept, strict=True)))


def _recovered(factors: Mapping[str, float]) -> Factors:
    """The factors as fractions: what they have in common may be any number, their ratios are plain."""
    common = max(factors.values(), key=abs, default=0.0)
    if not common:
        return {}
    near = (plain_fraction(common), Fraction(f"{common:.9g}"))  # a fraction, or the decimal that was written
    close = [one for one in near if abs(float(one) - common) <= _PLAIN * abs(common)]
    scale = min(close, key=lambda one: one.denominator)
    ratios = {name: plain_fraction(factor / common) for name, factor in factors.items()}
    return {name: ratio * scale for name, ratio in ratios.items() if ratio}
