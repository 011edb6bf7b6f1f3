"""The one table of readings: what the number that a network puts out for the spread can mean.

Everything that depends on a reading (flags, formulas, derivations, verdicts, documentation, tests)
follows from a row of this table.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias, TypeVar

from klcli.errors import KlcliError, nearest
from klcli.formula.numeral import decimal_text
from klcli.formula.tree import Tree
from klcli.values import dataclass

Domain: TypeAlias = Literal["positive", "real"]

N = TypeVar("N", Decimal, Fraction, float)


@dataclass(frozen=True, slots=True)
class Parameterization:
    """A meaning of the head s.

    Attributes:
        name: the word of the ``--param`` flag.
        meaning: what s is, as in "1.44 is a variance".
        domain: whether every real s is a head or only a positive one.
        sigma_text: the standard deviation in s.
        variance_text: sigma^2 in s, simplified.
        log_variance_text: log sigma^2 in s, simplified.
        head_text: s in sigma; the inverse of `sigma`.
        tail: the name of the reading whose sigma this one's approaches for s to -infinity, with a relative
            difference below e^s; empty where that is not so.
        least: what sigma is larger than for every head; 0 where it can be any positive number.
        most: what sigma is smaller than for every head; None where it has no bound.
        kernel: where its array kernel is, a module and a name: it is loaded when it is asked for, with numpy.
            Empty for the one that the formulas make, which takes its time.
        stable: KL(q || N(0, 1)) in s and mu, written so that it keeps its digits near the prior, with
            a helper if need be, as in ``u = ...; ...``. Empty where none is known.
        synonyms: other words for it, in small letters and without blanks and dashes.
    """

    name: str
    meaning: str
    domain: Domain
    sigma_text: str
    variance_text: str
    log_variance_text: str
    head_text: str
    tail: str = ""
    least: Fraction = Fraction(0)
    most: Fraction | None = None
    kernel: str = ""
    stable: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def sigma(self) -> Tree:
        """The standard deviation in s."""
        return _tree(self.sigma_text)

    @property
    def variance(self) -> Tree:
        """sigma^2 in s."""
        return _tree(self.variance_text)

    @property
    def log_variance(self) -> Tree:
        """log sigma^2 in s."""
        return _tree(self.log_variance_text)

    @property
    def head(self) -> Tree:
        """s in sigma."""
        return _tree(self.head_text)

    def admits(self, head: Fraction | float) -> bool:
        """Whether a finite number is a head under this reading."""
        return self.domain == "real" or head > 0

    @property
    def has_range(self) -> bool:
        """Whether some positive number is no sigma of this reading."""
        return bool(self.least) or self.most is not None

    def reaches(self, sigma: Decimal | Fraction | float) -> bool:
        """Whether some head stands for this sigma."""
        if not self.has_range:
            return sigma > 0  # as most are, a fifth of the time of comparing a fraction with a double
        return self.least < sigma and (self.most is None or sigma < self.most)

    def within(self, position: N) -> N:
        """A sigma of this reading for every positive number, in their order; the same one where any can be.

        Points that are spread over the positive numbers are so spread over the range of a reading.
        """
        if not self.has_range:
            return position
        number = type(position)
        low = number(self.least.numerator) / self.least.denominator
        if self.most is None:
            return low + position
        width = self.most - self.least
        return low + number(width.numerator) / width.denominator * (position / (1 + position))

    def range_text(self) -> str:
        """The range of sigma: ``0 < sigma < 1``, ``sigma > 0``."""
        low = decimal_text(self.least)
        return f"sigma > {low}" if self.most is None else f"{low} < sigma < {decimal_text(self.most)}"


def _tree(text: str) -> Tree:
    from klcli.formula.read.math_parser import known  # a name alone asks for no formula

    return known(text)


def _row(
    name: str,
    meaning: str,
    domain: Domain,
    kernel: str,
    *,
    tail: str = "",
    least: Fraction = Fraction(0),
    most: Fraction | None = None,
    stable: str = "",
    synonyms: str = "",
    **formulas: str,
) -> Parameterization:
    texts = {f"{role}_text": text for role, text in formulas.items()}
    return Parameterization(
        name,
        meaning,
        domain,
        tail=tail,
        least=least,
        most=most,
        kernel=f"klcli.gaussian.kernel_table:{kernel}" if kernel else "",
        stable=stable,
        synonyms=tuple(synonyms.split()),
        **texts,
    )


_ROWS = (
    _row(
        "std",
        "a standard deviation",
        "positive",
        "STD",
        sigma="s",
        variance="s^2",
        log_variance="2 log s",
        head="sigma",
        stable="u = (s - 1) (s + 1); 0.5 (u - log1p(u) + mu^2)",
        synonyms="standarddeviation deviation stddev stdev sd sigma scale σ",
    ),
    _row(
        "var",
        "a variance",
        "positive",
        "VAR",
        sigma="sqrt(s)",
        variance="s",
        log_variance="log s",
        head="sigma^2",
        stable="u = s - 1; 0.5 (u - log1p(u) + mu^2)",
        synonyms="variance sigma2 sigma^2 sigmasquared sigmasq std2 std^2 variances σ2 σ^2 σ²",
    ),
    _row(
        "logstd",
        "a log standard deviation",
        "real",
        "LOG_STD",
        sigma="e^s",
        variance="e^(2 s)",
        log_variance="2 s",
        head="log sigma",
        stable="0.5 (expm1(2 s) - 2 s + mu^2)",
        synonyms="logstandarddeviation logdeviation logstddev logsigma logscale logsd logσ lnsigma lnstd",
    ),
    _row(
        "logvar",
        "a log-variance",
        "real",
        "LOG_VAR",
        sigma="e^(s/2)",
        variance="e^s",
        log_variance="s",
        head="2 log sigma",
        stable="0.5 (expm1(s) - s + mu^2)",
        synonyms="logvariance logsigma2 logsigma^2 logvariances logσ2 logσ^2 logσ² lnvar lnvariance",
    ),
    _row(
        "precision",
        "a precision",
        "positive",
        "PRECISION",
        sigma="1/sqrt(s)",
        variance="1/s",
        log_variance="-log s",
        head="1/sigma^2",
        synonyms="prec precisions inversevariance invvar tau 1/sigma^2 1/var",
    ),
    _row(
        "logprecision",
        "a log-precision",
        "real",
        "LOG_PRECISION",
        sigma="e^(-s/2)",
        variance="e^-s",
        log_variance="-s",
        head="-2 log sigma",
        stable="0.5 (expm1(-s) + s + mu^2)",
        synonyms="logprec logtau loginversevariance loginvvar",
    ),
    _row(
        "softplus",
        "the softplus pre-activation of a standard deviation",
        "real",
        "SOFTPLUS",
        tail="logstd",
        sigma="softplus(s)",
        variance="softplus(s)^2",
        log_variance="2 log softplus(s)",
        head="sigma + log(-expm1(-sigma))",
        synonyms="softplusstd softplussigma softplusscale",
    ),
    _row(
        "softplusvar",
        "the softplus pre-activation of a variance",
        "real",
        "SOFTPLUS_VAR",
        tail="logvar",
        sigma="sqrt(softplus(s))",
        variance="softplus(s)",
        log_variance="log softplus(s)",
        head="sigma^2 + log(-expm1(-sigma^2))",
        synonyms="softplusvariance softplussigma2",
    ),
    _row(
        "sigmoid",
        "the sigmoid pre-activation of a standard deviation",
        "real",
        "SIGMOID",
        tail="logstd",
        most=Fraction(1),
        sigma="1/(1 + e^-s)",
        variance="1/(1 + e^-s)^2",
        log_variance="-2 softplus(-s)",
        head="log(sigma/(1 - sigma))",
        stable="u = 2 softplus(-s); 0.5 (expm1(-u) + u + mu^2)",
        synonyms="sigmoidstd sigmoidsigma expit logistic",
    ),
)

PARAMETERIZATIONS: dict[str, Parameterization] = {row.name: row for row in _ROWS}


def suggestion(name: str, choices: Collection[str] = PARAMETERIZATIONS) -> str:
    """``did you mean 'var'?`` for another word for a reading, or for a misspelt one; or an empty string."""
    # ``log-var``, ``log_var`` and ``log var`` are one word.
    word = re.sub(r"[-_\s]", "", name.lower())
    for row in PARAMETERIZATIONS.values():
        if word in (row.name, *row.synonyms) and row.name in choices:
            return f"did you mean '{row.name}'?"
    return nearest(name.strip().lower(), choices)


def find(name: str) -> Parameterization:
    """The row of that name.

    Raises:
        KlcliError: no such parameterization; the hint names the nearest.
    """
    if isinstance(name, str) and name in PARAMETERIZATIONS:
        return PARAMETERIZATIONS[name]
    hint = f"{suggestion(str(name))} one of: {', '.join(PARAMETERIZATIONS)}".lstrip()
    raise KlcliError(f"unknown parameterization {name!r}", hint)
