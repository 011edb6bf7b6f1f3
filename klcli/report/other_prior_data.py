"""The data of `klcli compute --prior` for a prior that is no Gaussian, as the JSON shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from klcli.formula.numeral import decimal_text
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.gaussian.priors.bounds import Bound
from klcli.gaussian.priors.densities import Density, Product
from klcli.gaussian.priors.mixture import Mixture
from klcli.gaussian.priors.reading import OtherPrior
from klcli.report.compute_data import Inputs, gaussian_inputs
from klcli.report.wording import list_text, reading_text
from klcli.witness.other_priors import Appraisal, Evidence, Status

__all__ = [
    "ClosedFormData",
    "ComponentInputs",
    "OtherComputation",
    "PriorInputs",
    "PriorPair",
    "computation",
    "parameter_text",
]


@dataclass(frozen=True, slots=True)
class ComponentInputs:
    """A component of a mixture as it was read."""

    weight: Fraction
    distribution: Inputs


@dataclass(frozen=True, slots=True)
class PriorInputs:
    """A prior as it was read; `parameters` has a row for each dimension, `components` for each component."""

    text: str
    name: str
    reading: str
    components: tuple[ComponentInputs, ...]
    parameters: tuple[Mapping[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class PriorPair:
    """Posterior and prior as they were read."""

    posterior: Inputs
    prior: PriorInputs


@dataclass(frozen=True, slots=True)
class ClosedFormData:
    """The closed form, or why there is none."""

    value: float | None
    rounding: float | None
    formula: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class OtherComputation:
    """The data of `klcli compute --prior`; the field names are the keys of its JSON."""

    schema: str
    inputs: PriorPair
    unit: Unit
    divergence: str
    closed_form: ClosedFormData
    digits: None
    integral: Evidence | None
    monte_carlo: Evidence | None
    bounds: tuple[Bound, ...]
    steps: tuple[()]
    status: Status
    reason: str
    reverse: None
    warnings: tuple[str, ...]


def computation(
    q: Gaussian, prior: OtherPrior, unit: Unit, found: Appraisal, warnings: tuple[str, ...]
) -> OtherComputation:
    """The data of a computation."""
    return OtherComputation(
        schema="klcli.compute/1",
        inputs=PriorPair(gaussian_inputs(q), _prior_inputs(prior)),
        unit=unit,
        divergence="KL(q || p)",
        closed_form=_closed_form(prior, found),
        digits=None,
        integral=found.integral,
        monte_carlo=found.monte_carlo,
        bounds=found.bounds,
        steps=(),
        status=found.status,
        reason=found.reason,
        reverse=None,
        warnings=warnings,
    )


def _prior_inputs(prior: OtherPrior) -> PriorInputs:
    p, reading = prior.distribution, _reading(prior)
    if isinstance(p, Product):
        parameters = tuple(_parameters(density) for density in p.factors)
        return PriorInputs(prior.text, p.factors[0].name, reading, (), parameters)
    rows = zip(p.weights, p.components, strict=True)
    components = tuple(ComponentInputs(weight, gaussian_inputs(part)) for weight, part in rows)
    return PriorInputs(prior.text, "mixture", reading, components, ())


def _parameters(density: Density) -> dict[str, Fraction]:
    return {**dict(density.shape), "loc": density.loc, "scale": density.scale}


def parameter_text(p: Product) -> str:
    """``df = 3, loc = (0, 1), scale = 1``: every parameter with its value, or those of the dimensions."""
    rows = [_parameters(density) for density in p.factors]
    columns = {name: [decimal_text(row[name]) for row in rows] for name in rows[0]}
    return ", ".join(
        f"{name} = {list_text(values[:1] if len(set(values)) == 1 else values)}"
        for name, values in columns.items()
    )


def _reading(prior: OtherPrior) -> str:
    """What the numbers of the prior's text were taken for."""
    p, spread, first = prior.distribution, prior.spread, prior.written[0]
    if isinstance(p, Product):
        return f"{first} as scipy.stats reads it: {parameter_text(p)}"
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


def _closed_form(prior: OtherPrior, found: Appraisal) -> ClosedFormData:
    known = found.closed_form
    if known:
        return ClosedFormData(known.value, known.rounding, known.formula, known.source, "")
    if found.status == "infinite":
        return ClosedFormData(inf, 0.0, "", "", found.reason)
    if isinstance(prior.distribution, Mixture):
        return ClosedFormData(None, None, "", "", "a mixture has none: log p is the log of a sum")
    return ClosedFormData(None, None, "", "", f"klcli knows none for {prior.written[0]}")
