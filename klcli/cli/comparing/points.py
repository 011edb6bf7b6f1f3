"""The point at which ``klcli compare`` compares: a posterior, its latents, and the prior beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isinf
from typing import Any

from klcli.cli.options.gaussians import posterior
from klcli.cli.options.matrices import any_posterior, any_prior
from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text
from klcli.formula.tree import Tree
from klcli.gaussian.distribution import AnyGaussian, has_heads
from klcli.gaussian.divergence import divergence
from klcli.gaussian.matrices.forms_and_sizes import FORMS
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.several_latents import Latents, over_latents
from klcli.report.matrix_wording import gaussian_words
from klcli.values import dataclass

_TYPICAL = Fraction("1.2")
"""The standard deviation at which values are compared, where a reading reaches it."""


def check_reached(deviations: Iterable[Fraction], reading: Parameterization) -> None:
    """Check that some head stands for every standard deviation.

    Raises:
        KlcliError: none does, under the reading.
    """
    for sigma in deviations:
        if not reading.reaches(sigma):
            raise KlcliError(
                f"no head stands for sigma = {decimal_text(sigma)} when it is {reading.meaning}",
                f"under this reading {reading.range_text()}; give --sigma",
            )


@dataclass(frozen=True, slots=True)
class TypedPosterior:
    """What was typed of the posterior: its Gaussian, and mean and standard deviation of each latent."""

    gaussian: AnyGaussian
    mean: tuple[Fraction, ...]
    deviations: tuple[Fraction, ...]


def point_of(
    reading: Parameterization,
    mu: tuple[Fraction, ...] | None,
    sigma: tuple[Fraction, ...] | None,
    options: Mapping[str, Any],
) -> TypedPosterior:
    """The point that was typed; what was not is typical.

    Args:
        reading: of the heads.
        mu: the means, one for each latent or one for all; None where none was typed.
        sigma: the standard deviations, likewise.
        options: all options of the command by name, those of a covariance and of other readings among them.

    Raises:
        KlcliError: it is no Gaussian.
    """
    typed = {**dict.fromkeys(PARAMETERIZATIONS), **options, "param": None, "sigma": sigma}
    given = any(options[form.replace("-", "_")] is not None for form in FORMS)
    mean = mu or (Fraction("0.3"),)
    if not given:
        spread = sigma or (_TYPICAL if reading.reaches(_TYPICAL) else reading.within(Fraction(1)),)
        size = max(len(mean), len(spread))
        typed |= {"mu": mean * size if len(mean) == 1 else mean}
        typed |= {"sigma": spread * size if len(spread) == 1 else spread}
        independent = posterior(typed)
        return TypedPosterior(independent, independent.mean, independent.spread.head)
    q = any_posterior(typed | {"mu": mean})
    return TypedPosterior(q, q.mean, q.spread.deviations())


def latents_of(
    formulas: Mapping[str, Tree], reading: Parameterization, q: TypedPosterior, options: Mapping[str, Any]
) -> Latents | None:
    """The formulas over all latents; None for one latent with the prior N(0, 1).

    Args:
        formulas: of one latent, by name.
        reading: of their head.
        q: the posterior of all latents.
        options: all options of the command by name, those of the prior among them.
    """
    plain = all(value is None for name, value in options.items() if name.startswith("prior_"))
    size = len(q.mean)
    if plain and size == 1 and has_heads(q.gaussian):
        return None
    p = any_prior(options, size)
    truth = divergence(q.gaussian, p).value
    if isinf(truth):
        raise KlcliError(
            "the KL of this posterior is infinite: its covariance is singular", "see klcli compute"
        )
    latents = list(zip(q.mean, q.deviations, strict=True))
    words = (gaussian_words(q.gaussian, "q"), gaussian_words(p, "p"))
    return Latents(size, *words, truth, over_latents(formulas, reading, latents, truth))
