"""Closed forms of KL(N(mu, sigma^2) || p) for the priors of scipy.stats that have one.

With y = (x - loc)/scale, which is N(o, r^2) under q, the KL is

    log(scale) - 1/2 log(2 pi e sigma^2) + E[-log f(y)]

where f is the standard density: what is needed is the expectation of -log f at a normal variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb, erf, erfc, exp, inf, isfinite, lgamma, log, pi, prod, sqrt

from klcli.errors import KlcliError
from klcli.gaussian.divergence_result import ClosedForm
from klcli.gaussian.machine import EPSILON
from klcli.gaussian.priors.densities import DensityLogRatio
from klcli.values import dataclass

_STEP = 2.0**-26
"""The square root of the precision: the best step of a difference quotient."""
_LARGEST_POWER = 20
"""Of |x|^beta, whose moments are sums of as many terms."""


@dataclass(frozen=True, slots=True)
class KnownForm:
    """A closed form with its source.

    Attributes:
        formula: E[-log f(y)] in words of o and r.
        source: where it is from.
        terms: its terms; takes o, r and the shape parameters; None for shapes without a closed form.
    """

    formula: str
    source: str
    terms: Callable[..., tuple[float, ...] | None]


def known_value(pairs: tuple[DensityLogRatio, ...]) -> ClosedForm | None:
    """KL(q || p) in closed form, the sum over independent dimensions; None where none is known.

    Raises:
        KlcliError: the value is beyond the doubles.
    """
    form = KNOWN_FORMS.get(pairs[0].density.name)
    found = [_evaluated(form, pair) for pair in pairs] if form else []
    rows = [row for row in found if row is not None]
    if form is None or len(rows) < len(pairs):
        return None
    value, rounding = (sum(column) for column in zip(*rows, strict=True))
    if not isfinite(value) or not isfinite(rounding):
        raise KlcliError(
            "KL(q || p) is beyond the doubles (1.8e308); nothing could check it",
            "is the head read as it was meant? see --param",
        )
    # A KL is >= 0: what rounding has put below is nearer to it there.
    return ClosedForm(
        max(0.0, value),
        dimension=len(pairs),
        method="doubles",
        error=None,
        rounding=rounding,
        formula=_WHOLE + form.formula,
        source=form.source,
    )


def _evaluated(form: KnownForm, pair: DensityLogRatio) -> tuple[float, float] | None:
    """The value in one dimension and its rounding: of the terms, and what a rounded o or r changes."""
    scores, shape = pair.scores, [float(value) for _, value in pair.density.shape]
    o, r = scores.offset, scores.ratio
    try:
        terms, *moved = (
            form.terms(*at, *shape) for at in ((o, r), (o * (1 + _STEP), r), (o, r * (1 + _STEP)))
        )
    except OverflowError:
        return inf, inf
    if terms is None:
        return None
    whole = (scores.log_sigma_p, -scores.log_sigma_q, -0.5 * log(2 * pi) - 0.5, *terms)
    change = sum(abs(sum(other or ()) - sum(terms)) for other in moved) / _STEP
    return sum(whole), _UNITS * EPSILON * (sum(map(abs, whole)) + change)


_UNITS = 8
"""Roundings of a term that are allowed for; half of one was the most that the cases of the tests showed."""
_WHOLE = "log(scale) - 1/2 log(2 pi e sigma^2) + "


def _laplace(o: float, r: float) -> tuple[float, ...]:
    return log(2), *_folded(o, r)


def _folded(o: float, r: float) -> tuple[float, float]:
    """E|y|; both terms are positive."""
    t = o / r if r else inf
    return r * sqrt(2 / pi) * exp(-0.5 * t * t), o * erf(t / sqrt(2))


def _asymmetric(o: float, r: float, kappa: float) -> tuple[float, ...]:
    """With t = o/r the mean of y above 0 is r phi(t) + o Phi(t), and of -y below 0 r phi(t) - o Phi(-t)."""
    t = o / r if r else inf
    density = r * exp(-0.5 * t * t) / sqrt(2 * pi)
    above, below = 0.5 * erfc(-t / sqrt(2)), 0.5 * erfc(t / sqrt(2))
    return (
        log(kappa + 1 / kappa),
        kappa * density,
        kappa * o * above,
        density / kappa,
        -o * below / kappa,
    )


def _gumbel_r(o: float, r: float) -> tuple[float, ...]:
    return o, exp(0.5 * r * r - o)


def _gumbel_l(o: float, r: float) -> tuple[float, ...]:
    return _gumbel_r(-o, r)


def _moyal(o: float, r: float) -> tuple[float, ...]:
    return 0.5 * o, 0.5 * exp(0.5 * r * r - o), 0.5 * log(2 * pi)


def _loggamma(o: float, r: float, c: float) -> tuple[float, ...]:
    return lgamma(c), -c * o, exp(0.5 * r * r + o)


def _gennorm(o: float, r: float, beta: float) -> tuple[float, ...] | None:
    constant = log(2) + lgamma(1 + 1 / beta)
    if beta == 1:
        return constant, *_folded(o, r)
    if beta % 2 or beta > _LARGEST_POWER:
        return None
    power = int(beta)
    return constant, *(
        comb(power, 2 * i) * o ** (power - 2 * i) * r ** (2 * i) * prod(range(1, 2 * i, 2))
        for i in range(power // 2 + 1)
    )


_FOLDED = "Leone, Nelson and Nottingham, The folded normal distribution, Technometrics 3, 1961"
_LOGNORMAL = (
    "the mean of a lognormal variable: Johnson, Kotz and Balakrishnan, "
    "Continuous Univariate Distributions 1, 1994, chapter 14"
)
_MOMENTS = (
    "the moments of a normal variable: Johnson, Kotz and Balakrishnan, "
    "Continuous Univariate Distributions 1, 1994, chapter 13"
)

KNOWN_FORMS: Mapping[str, KnownForm] = {
    "laplace": KnownForm("log 2 + r sqrt(2/pi) exp(-o^2/(2 r^2)) + o erf(o/(r sqrt 2))", _FOLDED, _laplace),
    "laplace_asymmetric": KnownForm(
        "log(kappa + 1/kappa) + kappa (r phi(o/r) + o Phi(o/r)) + (r phi(o/r) - o Phi(-o/r))/kappa",
        "integrals of x phi(x): Owen, A table of normal integrals, Communications in Statistics B 9, 1980",
        _asymmetric,
    ),
    "gumbel_r": KnownForm("o + exp(r^2/2 - o)", _LOGNORMAL, _gumbel_r),
    "gumbel_l": KnownForm("exp(r^2/2 + o) - o", _LOGNORMAL, _gumbel_l),
    "moyal": KnownForm("(o + exp(r^2/2 - o))/2 + 1/2 log(2 pi)", _LOGNORMAL, _moyal),
    "loggamma": KnownForm("log Gamma(c) - c o + exp(r^2/2 + o)", _LOGNORMAL, _loggamma),
    "gennorm": KnownForm("log(2 Gamma(1 + 1/beta)) + E|y|^beta", f"{_FOLDED}; {_MOMENTS}", _gennorm),
}
"""By the name of the prior. Where a shape has no closed form (gennorm(1.5)) the row says so."""
