"""How far a variance is from what was expected, in standard errors."""

from __future__ import annotations

from math import cbrt, sqrt


def chi_square_score(ratio: float, degrees: float) -> float:
    """The standard normal score of chi^2/n, through its cube root (Wilson and Hilferty, 1931).

    Args:
        ratio: chi^2/n, which is 1 in expectation.
        degrees: n.
    """
    # The cube root is normal with this variance below 1.
    spread = 2 / (9 * degrees)
    return (cbrt(ratio) - (1 - spread)) / sqrt(spread)
