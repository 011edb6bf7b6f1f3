"""Independent references for priors that are no Gaussians: densities and divergences in mpmath."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import mpmath
import pytest
import scipy.stats
from numpy.polynomial.legendre import leggauss

DIGITS = 30
needs_landau = pytest.mark.skipif(
    not hasattr(scipy.stats, "landau"),
    reason="this scipy has no density that is not finite in doubles near 0",
)
log, log1p, exp, loggamma, pi = mpmath.log, mpmath.log1p, mpmath.exp, mpmath.loggamma, mpmath.pi


def student(x: Any, n: Any) -> Any:
    return loggamma((n + 1) / 2) - loggamma(n / 2) - log(n * pi) / 2 - (n + 1) / 2 * log1p(x * x / n)


def asymmetric(x: Any, k: Any) -> Any:
    return -log(k + 1 / k) - (x * k if x >= 0 else -x / k)


def johnson(x: Any, a: Any, b: Any) -> Any:
    return log(b) - log1p(x * x) / 2 - log(2 * pi) / 2 - (a + b * mpmath.asinh(x)) ** 2 / 2


LOG_DENSITIES: dict[str, tuple[tuple[float, ...], Callable[..., Any]]] = {
    "cauchy": ((), lambda x: -log(pi) - log1p(x * x)),
    "dgamma": ((1.5,), lambda x, a: -log(2) - loggamma(a) + (a - 1) * log(abs(x)) - abs(x)),
    "dweibull": ((2.5,), lambda x, c: log(c / 2) + (c - 1) * log(abs(x)) - abs(x) ** c),
    "genlogistic": ((0.5,), lambda x, c: log(c) - x - (c + 1) * log1p(exp(-x))),
    "gennorm": ((1.5,), lambda x, b: log(b / 2) - loggamma(1 / b) - abs(x) ** b),
    "gumbel_l": ((), lambda x: x - exp(x)),
    "gumbel_r": ((), lambda x: -x - exp(-x)),
    "hypsecant": ((), lambda x: -log(pi) - log(mpmath.cosh(x))),
    "johnsonsu": ((2, 1.5), johnson),
    "laplace": ((), lambda x: -abs(x) - log(2)),
    "laplace_asymmetric": ((2,), asymmetric),
    "loggamma": ((0.5,), lambda x, c: c * x - exp(x) - loggamma(c)),
    "logistic": ((), lambda x: -x - 2 * log1p(exp(-x))),
    "moyal": ((), lambda x: -(x + exp(-x)) / 2 - log(2 * pi) / 2),
    "skewcauchy": ((0.5,), lambda x, a: -log(pi) - log1p(x * x / (1 + a * mpmath.sign(x)) ** 2)),
    "t": ((3,), student),
}
"""Shape parameters to test with, and the log density of the standard form, from its definition."""

SINGULAR = ("dgamma", "dweibull", "gennorm")
"""Those whose log density, or a derivative of it, is infinite at a point."""


@cache
def nodes(count: int = 24) -> tuple[tuple[Any, Any], ...]:
    """Gauss-Legendre nodes and weights, refined from numpy's by Newton's method."""
    found = []
    for start in leggauss(count)[0]:
        x = mpmath.mpf(float(start))
        for _ in range(4):
            before, value = mpmath.mpf(1), x
            for k in range(2, count + 1):
                before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
            slope = count * (x * value - before) / (x * x - 1)
            x -= value / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return tuple(found)


def over_normal(function: Callable[[Any], Any], points: Iterable[Any], limit: int = 16) -> Any:
    """The average of a function over a standard normal variable, with panels that end at the points."""
    kept = sorted(point for point in {*range(-limit, limit + 1), *points} if -limit <= point <= limit)
    ends = [mpmath.mpf(kept[0])]
    for point in kept[1:]:
        if point - ends[-1] > mpmath.mpf(10) ** -25:
            ends.append(mpmath.mpf(point))
    total = mpmath.mpf(0)
    for left, right in pairwise(ends):
        half, middle = (right - left) / 2, (right + left) / 2
        for x, weight in nodes():
            z = middle + half * x
            total += half * weight * exp(-z * z / 2) / mpmath.sqrt(2 * pi) * function(z)
    return total


def graded(center: Any, width: Any, first: int = -60, last: int = 20, step: int = 3) -> list[Any]:
    """Points around a kink, at distances that grow."""
    steps = [mpmath.mpf(2) ** k for k in range(first, last, step)]
    return [center, *(center + sign * width * distance for distance in steps for sign in (-1, 1))]


def kl_to_density(name: str, shape: Sequence[Any], q: tuple[Any, Any], p: tuple[Any, Any] = (0, 1)) -> Any:
    """KL(N(mu, sigma^2) || p) for a density of the table with loc and scale, by quadrature."""
    (mu, sigma), (loc, scale) = (tuple(map(mpmath.mpf, pair)) for pair in (q, p))
    shape = tuple(map(mpmath.mpf, shape))
    log_density = LOG_DENSITIES[name][1]

    def ratio(z: Any) -> Any:
        log_p = log_density((mu + sigma * z - loc) / scale, *shape) - log(scale)
        return -z * z / 2 - log(2 * pi) / 2 - log(sigma) - log_p

    first = -60 if name in SINGULAR else -3
    return over_normal(ratio, graded((loc - mu) / sigma, scale / sigma, first), limit=20)


def kl_to_mixture(q: tuple[Any, Any], rows: Sequence[tuple[Any, Any, Any]]) -> Any:
    """KL(N(mu, sigma^2) || sum of w N(m, s^2)) by quadrature.

    Panels end around the components and where two of them cross, in proportion to how sharply they do.
    """
    mu, sigma = map(mpmath.mpf, q)
    rows = [(mpmath.mpf(w), (m - mu) / sigma, s / sigma) for w, m, s in rows]

    def ratio(z: Any) -> Any:
        exponents = [log(w) - ((z - m) / s) ** 2 / 2 - log(s) for w, m, s in rows]
        largest = max(exponents)
        return -z * z / 2 - largest - log(mpmath.fsum(exp(each - largest) for each in exponents))

    points = [point for _, m, s in rows for point in graded(m, s, -3, 40, 1)]
    for i, first in enumerate(rows):
        for second in rows[:i]:
            for z, slope in _crossings(first, second):
                points += graded(z, 1 / slope, -2, 40) if slope else [z]
    return over_normal(ratio, points)


def _crossings(first: tuple[Any, Any, Any], second: tuple[Any, Any, Any]) -> list[tuple[Any, Any]]:
    """Where two weighted densities are equal, with the slope of the difference of their logarithms."""
    (w, m, s), (v, n, t) = first, second
    a = 1 / (2 * t * t) - 1 / (2 * s * s)
    b = m / (s * s) - n / (t * t)
    c = n * n / (2 * t * t) - m * m / (2 * s * s) + log(w / s) - log(v / t)
    if a == 0:
        return [(-c / b, abs(b))] if b else []
    root = b * b - 4 * a * c
    ends = [(-b + sign * mpmath.sqrt(root)) / (2 * a) for sign in (-1, 1)] if root >= 0 else []
    return [(z, abs(2 * a * z + b)) for z in ends]
