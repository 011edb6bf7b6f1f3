"""What `klcli compute` says: one divergence, its witnesses and its derivation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import inf
from typing import TYPE_CHECKING, Any

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.divergence import divergence, divergence_digits
from klcli.gaussian.divergence_result import ClosedForm, Unit
from klcli.report.compute_csv import rows
from klcli.report.compute_data import ComputeData
from klcli.report.compute_inputs import inputs, readings, title
from klcli.report.compute_sections import dimensions, parts
from klcli.report.csv_records import CellValue, names_of, own_fields
from klcli.report.divergence_limits import Held, Limits, held, limit_blocks
from klcli.report.document import Document, DocumentBlock, Heading, Note, Paragraph, Plot
from klcli.report.estimators import estimator_blocks, estimator_records, estimator_rows
from klcli.report.report import Report
from klcli.report.units import comparison_in, examination_in
from klcli.report.witnesses import findings
from klcli.report.wording import percent
from klcli.values import dataclass
from klcli.witness.examination import Examination, case_of
from klcli.witness.monte_carlo import DEFAULT_SAMPLES

if TYPE_CHECKING:
    from klcli.gaussian.priors.other_prior import OtherPrior
    from klcli.report.compute_steps import AnyDerivation
    from klcli.witness.side_by_side import EstimatorComparison

SCHEMA = "klcli.compute/2"
_FORWARD, _BACKWARD = "KL(q || p)", "KL(p || q)"
_WEAK = 0.5
"""Relative error from which on a Monte Carlo run that can miss it deserves a warning."""
_NO_STEPS = "no steps: the derivation is that of a Gaussian prior"


@dataclass(frozen=True, slots=True)
class Computed:
    """What was computed, in nats.

    Attributes:
        q: the posterior.
        p: the prior; a Gaussian with a matrix if and only if q is one.
        forward: KL(q || p) and its witnesses.
        backward: KL(p || q) and its witnesses, if it was asked for.
        derivation: the steps to be shown.
        wants_steps: whether they were asked for, also where there are none.
        digits: to which the closed form was asked for; None for a double.
        variances: q without its correlations and the prior for it, where q has any.
        estimators: every estimator of KL(q || p), if they were asked for.
        estimators_backward: every estimator of KL(p || q).
        limits: against which KL(q || p) is held, in the unit of the report.
    """

    q: AnyGaussian
    p: AnyGaussian | OtherPrior
    forward: Examination
    backward: Examination | None = None
    derivation: AnyDerivation = ()
    wants_steps: bool = False
    digits: int | None = None
    variances: tuple[AnyGaussian, AnyGaussian] | None = None
    estimators: tuple[EstimatorComparison, ...] = ()
    estimators_backward: tuple[EstimatorComparison, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class _Shown:
    """The same in the unit of the report, with what follows from it."""

    computed: Computed
    unit: Unit
    forward: Examination
    backward: Examination | None
    digits: Decimal | None
    diagonal: float | None
    warnings: tuple[str, ...]
    missing: str
    held: Held | None


def compute_report(computed: Computed, unit: Unit) -> Report:
    """The report of a computation.

    Raises:
        KlcliError: digits that cannot be had.
    """
    told = _told(computed, unit)
    estimators = [
        record
        for name, found in ((_FORWARD, computed.estimators), (_BACKWARD, computed.estimators_backward))
        for record in estimator_records(name, [comparison_in(unit, row) for row in found])
    ]
    within = told.held is None or told.held.holds
    both = [found for found in (computed.forward, computed.backward) if found]
    return Report(
        data=_data(told, estimators),
        rows=(*_rows(told), *estimator_rows(unit, estimators)),
        document=Document(title(computed.q, computed.p), tuple(_blocks(told))),
        bare="\n".join(_bare(told)),
        holds=within
        and all(found.holds for found in both)
        and all(row["agrees"] is not False for row in estimators),
        pictures=lambda: _pictures(computed, unit),
    )


def _pictures(computed: Computed, unit: Unit) -> list[Plot]:
    from klcli.report.compute_pictures import integrand_plot, settling_plot

    plots = [integrand_plot(computed.q, computed.p, unit)]
    if computed.estimators and isinstance(computed.p, Gaussian):
        run = computed.estimators[0].witness
        case = case_of(computed.q, computed.p)
        plots.append(settling_plot(case, run.samples or DEFAULT_SAMPLES, run.seed or 0, unit))
    return [plot for plot in plots if plot]


def _told(computed: Computed, unit: Unit) -> _Shown:
    q, p, digits, backward, why = computed.q, computed.p, None, None, ""
    if not isinstance(p, Gaussian):
        from klcli.report.other_priors import missing

        why = missing(p)
    if computed.digits is not None and isinstance(p, Gaussian):
        digits = divergence_digits(q, p, computed.digits, unit)
    if computed.backward and isinstance(p, Gaussian):
        backward = examination_in(unit, computed.backward, p, q)
    variances = computed.variances
    forward = examination_in(unit, computed.forward, q, p)
    return _Shown(
        computed=computed,
        unit=unit,
        forward=forward,
        backward=backward,
        digits=digits,
        diagonal=divergence(*variances, unit).value if variances else None,
        warnings=tuple(_warnings(computed)),
        missing=why,
        held=held(computed.limits, _known(forward)),
    )


def _known(found: Examination) -> float | None:
    """The value of a divergence; None where a sample is all that is known of it."""
    if found.status == "infinite":
        return inf
    known = found.closed_form or found.integral
    return known.value if known else None


def _data(told: _Shown, estimators: list[dict[str, CellValue]]) -> ComputeData:
    """One shape, whatever the distributions are; what one of them does not have is null or empty."""
    computed = told.computed
    return ComputeData(
        schema=SCHEMA,
        inputs={"posterior": inputs(computed.q), "prior": inputs(computed.p)},
        unit=told.unit,
        **_examination_data(_FORWARD, told.forward, told.missing),
        diagonal=told.diagonal,
        digits=told.digits,
        steps=_step_records(told),
        reverse=_examination_data(_BACKWARD, told.backward, "") if told.backward else None,
        estimators=estimators,
        limits=told.held,
        warnings=told.warnings,
    )


def _examination_data(divergence: str, found: Examination, missing: str) -> dict[str, Any]:
    closed_form = found.closed_form or {**dict.fromkeys(names_of(ClosedForm)), "reason": missing}
    return {"divergence": divergence, **own_fields(found), "closed_form": closed_form}


def _rows(told: _Shown) -> Iterator[dict[str, CellValue]]:
    q, p = told.computed.q, told.computed.p
    yield from rows(_FORWARD, q, p, told.unit, told.forward)
    if told.backward and isinstance(p, Gaussian):
        yield from rows(_BACKWARD, p, q, told.unit, told.backward)


def _bare(told: _Shown) -> Iterator[str]:
    """The best value there is of each direction."""
    for found in (told.forward, told.backward):
        if found is told.forward and told.digits is not None:
            yield str(told.digits)
        elif found:
            values = (found.closed_form, found.integral, found.monte_carlo)
            yield next((repr(known.value) for known in values if known), found.status)


def _blocks(told: _Shown) -> Iterator[DocumentBlock]:
    computed, unit = told.computed, told.unit
    yield from map(Paragraph, readings(computed.q, computed.p))
    size, forward = computed.q.dimension, told.forward
    yield from findings(forward, unit, dimension=size, missing=told.missing, digits=told.digits)
    yield from limit_blocks(told.held, _known(forward), unit)
    yield from (Note("warning", warning) for warning in told.warnings)
    yield from _sections(told)
    if told.backward:
        yield Heading(f"reverse: {_BACKWARD}")
        yield from findings(told.backward, unit, dimension=size)
    if computed.derivation:
        from klcli.report.compute_steps import steps

        yield from steps(computed.derivation, _value(told), unit)
    if computed.wants_steps and not isinstance(computed.p, Gaussian):
        yield Paragraph(_NO_STEPS, "muted")
    for name, found in (
        ("estimators", computed.estimators),
        ("estimators of the reverse", computed.estimators_backward),
    ):
        yield from estimator_blocks(name, [comparison_in(unit, row) for row in found], unit)


def _step_records(told: _Shown) -> list[dict[str, object]]:
    if not told.computed.derivation:
        return []
    from klcli.report.compute_steps import step_records

    return step_records(told.computed.derivation, _value(told), told.unit)


def _value(told: _Shown) -> float | None:
    return told.forward.closed_form.value if told.forward.closed_form else None


def _sections(told: _Shown) -> Iterator[DocumentBlock]:
    """What is known beside the witnesses."""
    q, p, found = told.computed.q, told.computed.p, told.forward
    if not isinstance(p, Gaussian):
        from klcli.report.other_priors import known

        yield from known(found, told.unit)
    elif found.closed_form and has_heads(q) and has_heads(p):
        yield from dimensions(q, p, found.closed_form)
    elif found.closed_form:
        yield from parts(found.closed_form, told.diagonal, told.unit)


def _warnings(computed: Computed) -> Iterator[str]:
    p, found = computed.p, computed.forward
    for name, gaussian in (("posterior", computed.q), ("prior", p)):
        if isinstance(gaussian, Gaussian) and not has_heads(gaussian) and gaussian.spread.asymmetry:
            gap = significant(gaussian.spread.asymmetry, 2)
            yield f"the {name}'s matrix is not quite symmetric (by {gap}); mirrored entries were averaged"
    if not isinstance(p, Gaussian):
        from klcli.report.other_priors import warnings

        yield from warnings(p, found)
    elif found.status == "unconfirmed" and not found.monte_carlo:
        yield found.reason
    elif has_heads(p):
        yield from _warnings_of_weakness(found)


def _warnings_of_weakness(found: Examination) -> Iterator[str]:
    """What the witnesses of a small KL do not see."""
    by_integral = found.integral.detects if found.integral else None
    by_sampling = found.monte_carlo.detects if found.monte_carlo else None
    if by_integral is None:
        return
    if by_integral > _WEAK:
        yield "the KL is so small that floating-point densities cannot confirm it; it is correctly rounded"
    elif by_sampling is not None and by_sampling > _WEAK:
        seen = percent(by_sampling)
        yield f"this Monte Carlo run can have missed errors of up to {seen}; the integral has not"
