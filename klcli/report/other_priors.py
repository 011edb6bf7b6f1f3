"""What `klcli compute --prior` says of a prior that is no Gaussian: how it was read, what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isinf

from klcli.formula.numeral import decimal_text
from klcli.formula.tree import Tree
from klcli.gaussian.divergence_result import Unit
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.gaussian.priors.bounds import Bound
from klcli.gaussian.priors.densities import CONFIRMED, Density, Product
from klcli.gaussian.priors.mixture import Mixture
from klcli.gaussian.priors.other_prior import OtherPrior
from klcli.report.document import DocumentBlock, Fact, FactList, Heading, Paragraph
from klcli.report.gaussian_wording import normal_text, reading_text
from klcli.report.wording import about, list_text
from klcli.witness.examination import Examination

_MOST_COMPONENTS = 4
"""Components of a mixture up to which a title has all of them."""
_SCORES = "where y = (x - loc)/scale has the mean o = (mu - loc)/scale and the spread r = sigma/scale"


def named(prior: OtherPrior) -> Iterator[str | Tree]:
    """``0.3 N(-1, 0.1^2) + 0.7 N(1, 0.5^2)`` or ``t(df = 3, loc = 0, scale = 1)``."""
    if isinstance(prior.distribution, Mixture):
        yield from _mixture(prior.distribution)
    else:
        yield f"{prior.distribution.factors[0].name}({_parameter_text(prior.distribution)})"


def reading(prior: OtherPrior) -> str:
    """What the numbers of the prior's text were taken for."""
    p, spread, first = prior.distribution, prior.spread, prior.written[0]
    if isinstance(p, Product):
        return f"{first} as scipy.stats reads it: {_parameter_text(p)}"
    assert spread  # every mixture has one
    sigma = reading_text(p.components[0]).rpartition("so ")[2]
    if spread.square:
        return f"the spread of {first} is written as the square of a standard deviation, so {sigma}"
    row = PARAMETERIZATIONS[spread.name]
    if spread.named:
        return f"the spread of {first} is {row.meaning}, so {sigma}"
    other = PARAMETERIZATIONS["var" if spread.name == "std" else "std"]
    return (
        f"the second number of {first} is {row.meaning}, so {sigma} "
        f"(--prior-param {other.name} reads it as {other.meaning})"
    )


def parameters(density: Density) -> dict[str, Fraction]:
    """The parameters of a distribution of scipy.stats by their names."""
    return {**dict(density.shape), "loc": density.loc, "scale": density.scale}


def missing(prior: OtherPrior) -> str:
    """Why another prior has no closed form."""
    if isinstance(prior.distribution, Mixture):
        return "a mixture has none: log p is the log of a sum"
    return f"klcli knows none for {prior.written[0]}"


def jointly(prior: OtherPrior, dimension: int) -> str:
    """How the dimensions of another prior hang together."""
    if isinstance(prior.distribution, Mixture):
        return (
            f"the prior is one mixture in {dimension} dimensions, no product of mixtures: "
            "a component is chosen for all of them together"
        )
    return "the dimensions of the prior are independent; the KL is the sum"


def known(found: Examination, unit: Unit) -> Iterator[DocumentBlock]:
    """The bounds, and the closed form that was taken from a book."""
    if found.bounds:
        yield Heading("bounds")
        yield FactList(tuple(_bound(row, unit) for row in found.bounds))
        yield Paragraph("; ".join(dict.fromkeys(row.source for row in found.bounds if row.source)), "muted")
    if found.closed_form and found.closed_form.formula:
        yield Heading("closed form")
        yield Paragraph(f"{found.closed_form.formula}, {_SCORES}")
        yield Paragraph(found.closed_form.source, "muted")


def warnings(prior: OtherPrior, found: Examination) -> Iterator[str]:
    """What the witnesses of another prior cannot see."""
    p, sampled = prior.distribution, found.monte_carlo
    if isinstance(p, Product) and found.integral and p.factors[0].name not in CONFIRMED:
        yield (
            f"the log density is that of scipy.stats.{p.factors[0].name}; integral and Monte Carlo share it, "
            "so they cannot see an error in it"
        )
    if found.integral and sampled and sampled.agrees is None:
        yield (
            "log q - log p has such heavy tails under q that so many draws do not know their own standard "
            "error: Monte Carlo was not held against anything"
        )


def _mixture(p: Mixture) -> Iterator[str | Tree]:
    for place, (weight, part) in enumerate(zip(p.weights, p.components, strict=True)):
        if place == _MOST_COMPONENTS:
            yield f" + ... ({len(p.components)} components)"
            return
        yield f"{' + ' if place else ''}{decimal_text(weight)} "
        yield from normal_text(part)


def _parameter_text(p: Product) -> str:
    """``df = 3, loc = (0, 1), scale = 1``: every parameter with its value, or those of the dimensions."""
    rows = [parameters(density) for density in p.factors]
    columns = {name: [decimal_text(row[name]) for row in rows] for name in rows[0]}
    return ", ".join(
        f"{name} = {list_text(values[:1] if len(set(values)) == 1 else values)}"
        for name, values in columns.items()
    )


def _bound(row: Bound, unit: Unit) -> Fact:
    value = "infinite" if isinf(row.value) else f"{about(row.value)} {unit}"
    side = "KL <=" if row.kind == "upper" else "KL >="
    weak = "; KL >= 0 says more" if row.kind == "lower" and row.value < 0 else ""
    shown = f"{side} {value}".replace("= ≈", "=")
    return Fact(f"{row.kind} bound", shown, f"{row.name}: {row.formula}{weak}")
