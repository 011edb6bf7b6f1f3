"""Independent references: the KL of Gaussians from its definition, in mpmath.

Nothing here uses the package's formulas; the package never imports mpmath.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath

DIGITS = 60

SIGMA: dict[str, Callable[[Any], Any]] = {
    "std": lambda s: s,
    "var": mpmath.sqrt,
    "logstd": mpmath.exp,
    "logvar": lambda s: mpmath.exp(s / 2),
    "precision": lambda s: 1 / mpmath.sqrt(s),
    "logprecision": lambda s: mpmath.exp(-s / 2),
    "softplus": lambda s: mpmath.log1p(mpmath.exp(s)),
    "softplusvar": lambda s: mpmath.sqrt(mpmath.log1p(mpmath.exp(s))),
    "sigmoid": lambda s: 1 / (1 + mpmath.exp(-s)),
}
"""sigma as a function of the head, for every parameterization, written from its meaning."""

HEAD: dict[str, Callable[[Any], Any]] = {
    "std": lambda sigma: sigma,
    "var": lambda sigma: sigma**2,
    "logstd": mpmath.log,
    "logvar": lambda sigma: mpmath.log(sigma**2),
    "precision": lambda sigma: sigma**-2,
    "logprecision": lambda sigma: mpmath.log(sigma**-2),
    "softplus": lambda sigma: mpmath.log(mpmath.expm1(sigma)),
    "softplusvar": lambda sigma: mpmath.log(mpmath.expm1(sigma**2)),
    "sigmoid": lambda sigma: mpmath.log(sigma / (1 - sigma)),
}
"""The inverse of `SIGMA`."""


RANGES: dict[str, tuple[int, int]] = {"sigmoid": (0, 1)}
"""The bounds of sigma, for every parameterization that has some."""


def in_range(name: str, sigma: Any) -> Any:
    """A sigma that a parameterization has, for any positive number: sigmoids are below 1."""
    if name not in RANGES:
        return sigma
    least, most = RANGES[name]
    return least + (most - least) * sigma / (1 + sigma)


def exact(value: Fraction | int | str | float) -> Any:
    """A rational as an mpmath number."""
    fraction = Fraction(value)
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def kl(mean_q: Any, sigma_q: Any, mean_p: Any = 0, sigma_p: Any = 1) -> Any:
    """KL(q || p) of one dimension, by quadrature of its definition's closed moments: see Kullback (1959).

    log(sigma_p / sigma_q) + (sigma_q^2 + (mean_q - mean_p)^2) / (2 sigma_p^2) - 1/2, which `kl_by_quadrature`
    confirms.
    """
    ratio = sigma_q / sigma_p
    return (ratio**2 - 1) / 2 - mpmath.log(ratio) + ((mean_q - mean_p) / sigma_p) ** 2 / 2


def kl_by_quadrature(mean_q: Any, sigma_q: Any, mean_p: Any = 0, sigma_p: Any = 1) -> Any:
    """KL(q || p) of one dimension from the densities alone, by Gauss-Legendre quadrature."""

    def density(x: Any, mean: Any, sigma: Any) -> Any:
        return mpmath.exp(-(((x - mean) / sigma) ** 2) / 2) / (sigma * mpmath.sqrt(2 * mpmath.pi))

    def integrand(x: Any) -> Any:
        q = density(x, mean_q, sigma_q)
        return q * mpmath.log(q / density(x, mean_p, sigma_p))

    nodes = [mean_q + sigma_q * step for step in range(-16, 17, 2)]
    return mpmath.quad(integrand, nodes)
