"""Bounds on the rounding errors of sums and products in float64."""

from __future__ import annotations

from klcli.gaussian.multivariate.products import DIGITS

UNIT_ROUNDOFF = 2.0**-DIGITS
"""The largest relative error of one rounding: half of the distance from 1 to the next double."""
SUM_ERROR = 64 * UNIT_ROUNDOFF
"""A bound on the relative error of numpy's sum of up to 2^25 positive terms: blocks of 128 in eight strands,
added up by pairs."""


def dot_error(terms: int) -> float:
    """A bound on the rounding error of a sum of so many products in any order, relative to their sizes."""
    share = (terms + 2) * UNIT_ROUNDOFF
    return share / (1 - share)
