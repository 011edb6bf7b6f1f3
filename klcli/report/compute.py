"""What `klcli compute` says: one divergence, its witnesses and its derivation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from klcli.formula.numeral import significant
from klcli.formula.printing import to_text
from klcli.gaussian.derivation import Derivation
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import ClosedForm, Unit
from klcli.report.compute_data import (
    Computation,
    InputPair,
    StepData,
    gaussian_inputs,
    reversed_data,
    rows,
)
from klcli.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Note,
    Paragraph,
    Steps,
    Table,
    Text,
)
from klcli.report.document import Step as ShownStep
from klcli.report.estimators import estimator_blocks, estimator_data, estimator_rows
from klcli.report.report import Report
from klcli.report.witnesses import closed_form_fact, findings
from klcli.report.wording import about, normal_text, percent, reading_text
from klcli.witness.examination import Examination
from klcli.witness.side_by_side import Comparison

__all__ = ["compute_report"]

_MOST_DIMENSIONS = 20
_WEAK = 0.5
"""Relative error from which on a Monte Carlo run that can miss it deserves a warning."""


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
        reverse=reversed_data(backward) if backward else None,
        target=forward.target,
        estimators=compared,
        warnings=warnings,
    )
    blocks = (
        *_blocks(q, p, unit, forward, backward, derivation, digits, warnings),
        *estimator_blocks(unit, estimators, estimators_backward),
    )
    title = ("KL(q || p) of q = ", *normal_text(q), " and p = ", *normal_text(p))
    return Report(
        data=data,
        rows=(
            *rows("KL(q || p)", q, p, unit, forward),
            *(rows("KL(p || q)", p, q, unit, backward) if backward else ()),
            *estimator_rows(unit, compared),
        ),
        document=Document(title, blocks),
        bare=_bare(forward, backward, digits),
        holds=all(found.status == "agrees" for found in (forward, backward) if found)
        and all(row.agrees is not False for row in compared)
        and all(found.target.reached for found in (forward, backward) if found and found.target),
    )


def _warnings(found: Examination) -> Iterator[str]:
    sampled = found.monte_carlo
    seen_by_integral = found.integral.detects is not None and found.integral.detects <= _WEAK
    if seen_by_integral and sampled.detects is not None and sampled.detects > _WEAK:
        seen = percent(sampled.detects)
        yield f"this Monte Carlo run can have missed errors of up to {seen}; the integral has not"
    if found.integral.detects is not None and found.integral.detects > _WEAK:
        yield "the KL is so small that floating-point densities cannot confirm it; it is correctly rounded"


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
    yield from _found(forward, unit, digits)
    yield from (Note("warning", warning) for warning in warnings)
    if q.dimension > 1:
        yield Heading("dimensions")
        yield from _dimensions(q, p, forward.closed_form)
    if backward:
        yield Heading("reverse: KL(p || q)")
        yield from _found(backward, unit, None)
    if derivation:
        yield Heading("steps")
        yield from _steps(derivation, unit)


def _found(found: Examination, unit: Unit, digits: Decimal | None) -> Iterator[Block]:
    terms = found.closed_form
    first = closed_form_fact(terms.value, terms.spread, terms.shift, unit, digits)
    return findings(first, found.integral, found.monte_carlo, unit, found.target)


def _steps(derivation: Derivation, unit: Unit) -> Iterator[Block]:
    last = derivation.steps[-1]
    yield Steps(
        "KL(q || p)",
        tuple(
            ShownStep(step.rule, step.tree, f"{about(step.value)} {unit}" if step is last else "")
            if step.value is not None
            else ShownStep(step.rule, step.tree)
            for step in derivation.steps
        ),
    )
    checked = f"each step equals the one before to {derivation.digits} digits at {derivation.probes} points, "
    here = (
        "and the closed form here"
        if last.value is not None
        else "but takes too many digits to be put in here"
    )
    yield Paragraph(checked + here, "muted")


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
