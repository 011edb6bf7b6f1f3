"""The data of `klcli compute` between Gaussians: what its JSON and its CSV hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import ClosedForm, Terms, Unit
from klcli.report.estimators import EstimatorData
from klcli.report.wording import reading_text
from klcli.witness.examination import Examination, Witness
from klcli.witness.target import Target

__all__ = [
    "Computation",
    "Direction",
    "InputPair",
    "Inputs",
    "Reverse",
    "StepData",
    "gaussian_inputs",
    "reversed_data",
    "rows",
    "witness_columns",
]

Direction: TypeAlias = Literal["KL(q || p)", "KL(p || q)"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """A Gaussian as it was read."""

    mu: tuple[Fraction, ...]
    parameterization: str
    head: tuple[Fraction, ...]
    sigma: tuple[float, ...]
    reading: str


@dataclass(frozen=True, slots=True)
class InputPair:
    """Both Gaussians as they were read."""

    posterior: Inputs
    prior: Inputs


@dataclass(frozen=True, slots=True)
class StepData:
    """One step of the derivation, with its value at the input."""

    rule: str
    formula: str
    latex: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Reverse:
    """The other direction."""

    divergence: Direction
    closed_form: ClosedForm
    integral: Witness
    monte_carlo: Witness
    status: str
    target: Target | None


@dataclass(frozen=True, slots=True)
class Computation:
    """The data of `klcli compute`; the field names are the keys of its JSON."""

    schema: str
    inputs: InputPair
    unit: Unit
    divergence: Direction
    closed_form: ClosedForm
    digits: Decimal | None
    integral: Witness
    monte_carlo: Witness
    steps: tuple[StepData, ...]
    status: str
    reverse: Reverse | None
    target: Target | None
    estimators: tuple[EstimatorData, ...]
    warnings: tuple[str, ...]


def gaussian_inputs(gaussian: Gaussian) -> Inputs:
    """A Gaussian as it was read, for JSON."""
    return Inputs(
        gaussian.mean,
        gaussian.parameterization.name,
        gaussian.head,
        gaussian.sigma(),
        reading_text(gaussian),
    )


def reversed_data(found: Examination) -> Reverse:
    """The other direction, for JSON."""
    return Reverse(
        "KL(p || q)", found.closed_form, found.integral, found.monte_carlo, found.status, found.target
    )


def rows(
    divergence: Direction, q: Gaussian, p: Gaussian, unit: Unit, found: Examination
) -> Iterator[dict[str, object]]:
    """A row for each dimension and one for the sum, which alone has the witnesses.

    The columns mu and sigma are those of the first argument of the divergence, the others of the second.
    """
    columns = zip(q.mean, q.sigma(), p.mean, p.sigma(), found.closed_form.per_dimension, strict=True)
    for number, (mean, sigma, prior_mean, prior_sigma, terms) in enumerate(columns, 1):
        place = {"mu": mean, "sigma": sigma, "prior_mu": prior_mean, "prior_sigma": prior_sigma}
        yield {
            "divergence": divergence,
            "dimension": number,
            **place,
            "unit": unit,
            **_term_columns(terms),
            **witness_columns(None, None, None),
        }
    place = dict.fromkeys(("mu", "sigma", "prior_mu", "prior_sigma"))
    yield {
        "divergence": divergence,
        "dimension": "sum",
        **place,
        "unit": unit,
        **_term_columns(found.closed_form),
        **witness_columns(found.integral, found.monte_carlo, found.status),
    }


def _term_columns(terms: Terms | ClosedForm) -> dict[str, object]:
    return {"closed_form": terms.value, "spread": terms.spread, "shift": terms.shift}


def witness_columns(
    integral: Witness | None, sampled: Witness | None, status: str | None
) -> dict[str, object]:
    """The columns of what was found beside a closed form."""
    return {
        "integral": integral and integral.value,
        "estimator": sampled and sampled.estimator,
        "monte_carlo": sampled and sampled.value,
        "standard_error": sampled and sampled.standard_error,
        "z": sampled and sampled.z,
        "samples": sampled and sampled.samples,
        "seed": sampled and sampled.seed,
        "status": status,
    }
