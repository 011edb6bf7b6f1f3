"""What `klcli compute` says: one divergence, its witnesses and its derivation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.numeral import significant
from klcli.formula.printing import to_text
from klcli.gaussian.agreement import Examination, Witness
from klcli.gaussian.derivation import Derivation
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import ClosedForm, Terms, Unit
from klcli.gaussian.estimation.side_by_side import Comparison
from klcli.gaussian.estimation.target import Target
from klcli.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    Paragraph,
    Steps,
    Table,
    Text,
)
from klcli.report.document import Step as ShownStep
from klcli.report.estimators import (
    EstimatorData,
    estimator_data,
    estimator_rows,
    estimator_table,
    target_block,
)
from klcli.report.report import Report
from klcli.report.witnesses import conclusion, integral_fact, sampling_fact
from klcli.report.wording import about, normal_text, percent, reading_text

__all__ = ["Computation", "Inputs", "compute_report", "gaussian_inputs"]

_MOST_DIMENSIONS = 20
_WEAK = 0.5
"""Relative error from which on a Monte Carlo run that can miss it deserves a warning."""

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


def compute_report(
    q: Gaussian,
    p: Gaussian,
    unit: Unit,
    forward: Examination,
    *,
    backward: Examination | None = None,
    derivation: Derivation | None = None,
    digits: Decimal | None = None,
    estimators: tuple[Comparison, ...] = (),
    estimators_backward: tuple[Comparison, ...] = (),
) -> Report:
    """The report of a computation.

    Args:
        q: the posterior.
        p: the prior.
        unit: of all values.
        forward: KL(q || p) and its witnesses.
        backward: KL(p || q) and its witnesses, if it was asked for.
        derivation: the steps to be shown.
        digits: KL(q || p) to as many digits as were asked for.
        estimators: every estimator of KL(q || p), if they were asked for.
        estimators_backward: every estimator of KL(p || q).
    """
    compared = (
        *estimator_data("KL(q || p)", estimators),
        *estimator_data("KL(p || q)", estimators_backward),
    )
    warnings = tuple(_warnings(forward))
    steps = derivation.steps if derivation else ()
    data = Computation(
        schema="klcli.compute/1",
        inputs=InputPair(gaussian_inputs(q), gaussian_inputs(p)),
        unit=unit,
        divergence="KL(q || p)",
        closed_form=forward.closed_form,
        digits=digits,
        integral=forward.integral,
        monte_carlo=forward.monte_carlo,
        steps=tuple(
            StepData(step.words, to_text(step.tree), to_text(step.tree, "latex"), step.value)
            for step in steps
        ),
        status=forward.status,
        reverse=_reverse(backward) if backward else None,
        target=forward.target,
        estimators=compared,
        warnings=warnings,
    )
    blocks = (
        *_blocks(q, p, unit, forward, backward, derivation, digits, warnings),
        *_estimator_blocks(unit, estimators, estimators_backward),
    )
    title = ("KL(q || p) of q = ", *normal_text(q), " and p = ", *normal_text(p))
    return Report(
        data=data,
        rows=(
            *_rows("KL(q || p)", q, p, unit, forward),
            *(_rows("KL(p || q)", p, q, unit, backward) if backward else ()),
            *estimator_rows(unit, compared),
        ),
        document=Document(title, blocks),
        bare=_bare(forward, backward, digits),
        holds=all(found.status == "agrees" for found in (forward, backward) if found)
        and all(row.agrees is not False for row in compared)
        and all(found.target.reached for found in (forward, backward) if found and found.target),
    )


def gaussian_inputs(gaussian: Gaussian) -> Inputs:
    """A Gaussian as it was read, for JSON."""
    return Inputs(
        gaussian.mean,
        gaussian.parameterization.name,
        gaussian.head,
        gaussian.sigma(),
        reading_text(gaussian),
    )


def _reverse(found: Examination) -> Reverse:
    return Reverse(
        "KL(p || q)", found.closed_form, found.integral, found.monte_carlo, found.status, found.target
    )


def _warnings(found: Examination) -> Iterator[str]:
    sampled = found.monte_carlo
    seen_by_integral = found.integral.detects is not None and found.integral.detects <= _WEAK
    if seen_by_integral and sampled.detects is not None and sampled.detects > _WEAK:
        seen = percent(sampled.detects)
        yield f"this Monte Carlo run would have missed errors of up to {seen}; the integral has not"
    if found.integral.detects is not None and found.integral.detects > _WEAK:
        yield "the KL is so small that floating-point densities cannot confirm it; it is correctly rounded"


def _rows(
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
            **_witness_columns(None),
        }
    place = dict.fromkeys(("mu", "sigma", "prior_mu", "prior_sigma"))
    yield {
        "divergence": divergence,
        "dimension": "sum",
        **place,
        "unit": unit,
        **_term_columns(found.closed_form),
        **_witness_columns(found),
    }


def _term_columns(terms: Terms | ClosedForm) -> dict[str, object]:
    return {"closed_form": terms.value, "spread": terms.spread, "shift": terms.shift}


def _witness_columns(found: Examination | None) -> dict[str, object]:
    sampled = found and found.monte_carlo
    return {
        "integral": found and found.integral.value,
        "estimator": sampled and sampled.estimator,
        "monte_carlo": sampled and sampled.value,
        "standard_error": sampled and sampled.standard_error,
        "z": sampled and sampled.z,
        "samples": sampled and sampled.samples,
        "seed": sampled and sampled.seed,
        "status": found and found.status,
    }


def _bare(forward: Examination, backward: Examination | None, digits: Decimal | None) -> str:
    first = repr(forward.closed_form.value) if digits is None else str(digits)
    return f"{first}\n{backward.closed_form.value!r}" if backward else first


def _blocks(
    q: Gaussian,
    p: Gaussian,
    unit: Unit,
    forward: Examination,
    backward: Examination | None,
    derivation: Derivation | None,
    digits: Decimal | None,
    warnings: tuple[str, ...],
) -> Iterator[Block]:
    yield Paragraph(f"reading: {reading_text(q)}")
    if p.parameterization.name != "std":
        yield Paragraph(f"prior's reading: {reading_text(p)}")
    yield _facts(forward, unit, digits)
    yield from _conclusion(forward, unit)
    yield from (Note("warning", warning) for warning in warnings)
    if q.dimension > 1:
        yield Heading("dimensions")
        yield from _dimensions(q, p, forward.closed_form)
    if backward:
        yield Heading("reverse: KL(p || q)")
        yield _facts(backward, unit, None)
        yield from _conclusion(backward, unit)
    if derivation:
        yield Heading("steps")
        yield from _steps(derivation, unit)


def _estimator_blocks(
    unit: Unit, estimators: tuple[Comparison, ...], backward: tuple[Comparison, ...]
) -> Iterator[Block]:
    for title, found in (("estimators", estimators), ("estimators of the reverse", backward)):
        if found:
            yield Heading(title)
            yield from estimator_table(found, unit)


def _steps(derivation: Derivation, unit: Unit) -> Iterator[Block]:
    last = derivation.steps[-1]
    yield Steps(
        "KL(q || p)",
        tuple(
            ShownStep(step.rule, step.tree, f"{about(step.value)} {unit}" if step is last else "")
            for step in derivation.steps
        ),
    )
    checked = (
        f"each step equals the one before to {derivation.digits} digits at {derivation.probes} points, "
        "and the closed form here"
    )
    yield Paragraph(checked, "muted")


def _facts(found: Examination, unit: Unit, digits: Decimal | None) -> Facts:
    terms = found.closed_form
    exact = about(terms.value) if digits is None else f"≈ {digits}"
    parts = f"spread {significant(terms.spread)} + shift {significant(terms.shift)}"
    return Facts(
        (
            Fact("closed form", f"{exact} {unit}", parts, "strong"),
            integral_fact(found.integral, unit),
            sampling_fact(found.monte_carlo, unit),
        )
    )


def _conclusion(found: Examination, unit: Unit) -> Iterator[Block]:
    yield Paragraph(
        conclusion(found.integral, found.monte_carlo), "good" if found.status == "agrees" else "bad"
    )
    if found.target:
        yield target_block(found.target, found.monte_carlo, unit)


def _dimensions(q: Gaussian, p: Gaussian, terms: ClosedForm) -> Iterator[Block]:
    titles = ("j", "q", "p", "spread", "shift", "KL")
    rows = []
    for number, part in enumerate(terms.per_dimension[:_MOST_DIMENSIONS]):
        values = (number + 1, q.at(number), p.at(number), part.spread, part.shift, part.value)
        rows.append(tuple(Cell(_shown(value)) for value in values))
    yield Table(tuple(Column(title, numeric=title not in ("q", "p")) for title in titles), tuple(rows))
    hidden = q.dimension - len(rows)
    if hidden > 0:
        yield Paragraph(f"and {hidden} more; --format csv has them all", "muted")


def _shown(value: int | float | Gaussian) -> Text:
    return normal_text(value) if isinstance(value, Gaussian) else significant(value)
