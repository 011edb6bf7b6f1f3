"""What `klcli compute` says of Gaussians with full covariances."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import isinf

from klcli.formula.numeral import significant
from klcli.gaussian.divergence import Unit
from klcli.gaussian.multivariate.checking import DIGITS, PROBES
from klcli.gaussian.multivariate.derivation import MatrixStep
from klcli.gaussian.multivariate.distribution import MultivariateGaussian
from klcli.gaussian.multivariate.divergence import MatrixForm
from klcli.report.covariance_data import (
    MatrixComputation,
    MatrixPair,
    matrix_inputs,
    reversed_data,
    row,
    step_data,
)
from klcli.report.document import Block, Document, Fact, Facts, Heading, Note, Paragraph, Steps
from klcli.report.document import Step as ShownStep
from klcli.report.estimators import estimator_blocks, estimator_data, estimator_rows
from klcli.report.matrix_wording import normal_words
from klcli.report.report import Report
from klcli.report.witnesses import closed_form_fact, findings
from klcli.report.wording import about
from klcli.witness.matrices import MatrixExamination
from klcli.witness.side_by_side import Comparison

__all__ = ["covariance_report"]

_EXACT = "exact arithmetic"


def covariance_report(
    q: MultivariateGaussian,
    p: MultivariateGaussian,
    unit: Unit,
    forward: MatrixExamination,
    *,
    backward: MatrixExamination | None = None,
    diagonal: float | None = None,
    derivation: tuple[MatrixStep, ...] = (),
    digits: Decimal | None = None,
    estimators: tuple[Comparison, ...] = (),
    estimators_backward: tuple[Comparison, ...] = (),
) -> Report:
    """The report of a divergence between full covariances.

    Args:
        q: the posterior.
        p: the prior.
        unit: of all values.
        forward: KL(q || p) and its witnesses.
        backward: KL(p || q) and its witnesses, if it was asked for.
        diagonal: KL(q || p) without the correlations of q, where it has any.
        derivation: the steps to be shown.
        digits: KL(q || p) to as many digits as were asked for.
        estimators: every estimator of KL(q || p), if they were asked for.
        estimators_backward: every estimator of KL(p || q).
    """
    compared = (
        *estimator_data("KL(q || p)", estimators),
        *estimator_data("KL(p || q)", estimators_backward),
    )
    warnings = tuple(_warnings(q, p, forward))
    data = MatrixComputation(
        schema="klcli.compute/1",
        inputs=MatrixPair(matrix_inputs(q), matrix_inputs(p)),
        unit=unit,
        divergence="KL(q || p)",
        closed_form=forward.closed_form,
        diagonal=diagonal,
        digits=digits,
        integral=forward.integral,
        monte_carlo=forward.monte_carlo,
        steps=tuple(map(step_data, derivation)),
        status=forward.status,
        reverse=reversed_data(backward) if backward else None,
        target=forward.target,
        estimators=compared,
        warnings=warnings,
    )
    dimensions = f"{q.dimension} dimension{'s' * (q.dimension > 1)}"
    title = f"KL(q || p) of q = {normal_words(q, 'q')} and p = {normal_words(p, 'p')} in {dimensions}"
    first = repr(forward.closed_form.value) if digits is None else str(digits)
    return Report(
        data=data,
        rows=(
            row("KL(q || p)", unit, forward),
            *([row("KL(p || q)", unit, backward)] if backward else ()),
            *estimator_rows(unit, compared),
        ),
        document=Document(
            title,
            (
                *_blocks(data, q, p, forward, backward),
                *_steps(derivation, unit),
                *estimator_blocks(unit, estimators, estimators_backward),
            ),
        ),
        bare=f"{first}\n{backward.closed_form.value!r}" if backward else first,
        holds=all(_holds(found) for found in (forward, backward) if found)
        and all(found.agrees is not False for found in compared),
    )


def _holds(found: MatrixExamination) -> bool:
    reached = found.target is None or found.target.reached
    return found.status != "disagrees" and reached


def _warnings(q: MultivariateGaussian, p: MultivariateGaussian, found: MatrixExamination) -> Iterator[str]:
    for name, gaussian in (("posterior", q), ("prior", p)):
        if gaussian.asymmetry:
            gap = significant(gaussian.asymmetry, 2)
            yield f"the {name}'s matrix is not quite symmetric (by {gap}); mirrored entries were averaged"
    if found.status == "unconfirmed":
        yield (
            "a covariance is so ill-conditioned that it has no Cholesky factor in double precision; "
            "there is nothing to sample from, and no witness"
        )


def _blocks(
    data: MatrixComputation,
    q: MultivariateGaussian,
    p: MultivariateGaussian,
    forward: MatrixExamination,
    backward: MatrixExamination | None,
) -> Iterator[Block]:
    yield Paragraph(f"reading: {data.inputs.posterior.reading}")
    if normal_words(p, "p") != "N(0, I)":
        yield Paragraph(f"prior's reading: {data.inputs.prior.reading}")
    yield from _found(forward, data.unit, data.digits)
    yield from (Note("warning", warning) for warning in data.warnings)
    if not isinf(forward.closed_form.value):
        yield Heading("parts")
        yield Facts(tuple(_parts(data)))
        arithmetic = _arithmetic(forward.closed_form)
        yield Paragraph(f"KL = 1/2 (trace - d - log-determinant + Mahalanobis), {arithmetic}", "muted")
    if backward:
        yield Heading("reverse: KL(p || q)")
        yield from _found(backward, data.unit, None)


def _found(found: MatrixExamination, unit: Unit, digits: Decimal | None) -> Iterator[Block]:
    terms = found.closed_form
    if isinf(terms.value):
        yield Paragraph(f"KL is infinite: {terms.reason}.", "strong")
        return
    first = closed_form_fact(terms.value, terms.spread, terms.shift, unit, digits)
    yield from findings(first, found.integral, found.monte_carlo, unit, found.target)


def _parts(data: MatrixComputation) -> Iterator[Fact]:
    terms, size = data.closed_form, data.closed_form.dimension
    yield Fact("trace", _number(terms.trace), "tr(S_p^-1 S_q)")
    yield Fact("dimensions", str(size), "d")
    yield Fact("log-determinant", _number(terms.log_determinant), "log(|S_q| / |S_p|)")
    yield Fact("Mahalanobis", _number(terms.mahalanobis), "(mu_q - mu_p)^T S_p^-1 (mu_q - mu_p)")
    if data.diagonal is not None:
        yield Fact(
            "without correlations",
            f"{about(data.diagonal)} {data.unit}",
            "what a loss computes that has only the variances of q",
        )
    if size > 1:
        mean = f"{about(terms.value / size)} {data.unit}"
        yield Fact(
            "mean over latents", mean, f"what a mean in the place of the sum gives: 1/{size} of the KL"
        )


def _number(value: float | None) -> str:
    return "none" if value is None else significant(value)


def _arithmetic(terms: MatrixForm) -> str:
    if terms.method == _EXACT:
        return "in exact arithmetic, correctly rounded"
    return f"by {terms.method}, with a relative error of at most {_above(terms.error)}"


def _above(error: float) -> str:
    """A bound to one figure, rounded up."""
    shown = f"{error:.0e}"
    return significant(float(shown) if float(shown) >= error else float(shown) + 10.0 ** int(shown[-3:]), 1)


def _steps(derivation: tuple[MatrixStep, ...], unit: Unit) -> Iterator[Block]:
    if not derivation:
        return
    yield Heading("steps")
    shown = []
    for step in (found.step for found in derivation):
        value = "" if step.value is None else f"{about(step.value)} {unit}"
        shown.append(ShownStep(step.rule, step.tree, value))
    yield Steps("KL(q || p)", tuple(shown))
    yield Paragraph(
        f"each step equals the one before to {DIGITS} digits at {PROBES} random Gaussians of its case; "
        "those with a value hold here and give the closed form, the last ones are special cases",
        "muted",
    )
