"""What `klcli compute` says of Gaussians with full covariances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isinf

from klcli.formula.numeral import decimal_text, significant
from klcli.formula.printing import to_text
from klcli.gaussian.agreement import Witness
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.estimation.side_by_side import Comparison
from klcli.gaussian.estimation.target import Target
from klcli.gaussian.multivariate.agreement import MatrixExamination
from klcli.gaussian.multivariate.checking import DIGITS, PROBES
from klcli.gaussian.multivariate.derivation import MatrixStep
from klcli.gaussian.multivariate.distribution import FORMS, MultivariateGaussian
from klcli.gaussian.multivariate.divergence import MatrixForm
from klcli.report.compute_data import Direction, witness_columns
from klcli.report.document import Block, Document, Fact, Facts, Heading, Note, Paragraph, Steps
from klcli.report.document import Step as ShownStep
from klcli.report.estimators import EstimatorData, estimator_blocks, estimator_data, estimator_rows
from klcli.report.report import Report
from klcli.report.witnesses import closed_form_fact, findings
from klcli.report.wording import about, list_text, normal_text, plain

__all__ = ["MatrixComputation", "covariance_report", "gaussian_words"]

_MOST_SHOWN = 4
"""Dimensions up to which a matrix is written out."""
_MOST_FIGURES = 16
"""Characters up to which an entry is written as it was given."""
_EXACT = "exact arithmetic"


@dataclass(frozen=True, slots=True)
class MatrixInputs:
    """A Gaussian with a matrix as it was read; `std` belongs to a correlation matrix."""

    mu: tuple[Fraction, ...]
    form: str
    matrix: tuple[tuple[Fraction, ...], ...]
    std: tuple[Fraction, ...]
    reading: str


@dataclass(frozen=True, slots=True)
class MatrixPair:
    """Both Gaussians as they were read."""

    posterior: MatrixInputs
    prior: MatrixInputs


@dataclass(frozen=True, slots=True)
class MatrixStepData:
    """One step of the derivation, what it holds for, and its value at the input if it holds there."""

    rule: str
    formula: str
    latex: str
    value: float | None
    case: str


@dataclass(frozen=True, slots=True)
class MatrixReverse:
    """The other direction."""

    divergence: Direction
    closed_form: MatrixForm
    integral: Witness | None
    monte_carlo: Witness | None
    status: str
    target: Target | None


@dataclass(frozen=True, slots=True)
class MatrixComputation:
    """The data of `klcli compute` with a matrix; the field names are the keys of its JSON."""

    schema: str
    inputs: MatrixPair
    unit: Unit
    divergence: Direction
    closed_form: MatrixForm
    diagonal: float | None
    digits: Decimal | None
    integral: Witness | None
    monte_carlo: Witness | None
    steps: tuple[MatrixStepData, ...]
    status: str
    reverse: MatrixReverse | None
    target: Target | None
    estimators: tuple[EstimatorData, ...]
    warnings: tuple[str, ...]


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
        inputs=MatrixPair(_inputs(q), _inputs(p)),
        unit=unit,
        divergence="KL(q || p)",
        closed_form=forward.closed_form,
        diagonal=diagonal,
        digits=digits,
        integral=forward.integral,
        monte_carlo=forward.monte_carlo,
        steps=tuple(
            MatrixStepData(
                row.step.words,
                to_text(row.step.tree),
                to_text(row.step.tree, "latex"),
                row.step.value,
                row.case,
            )
            for row in derivation
        ),
        status=forward.status,
        reverse=_reverse(backward) if backward else None,
        target=forward.target,
        estimators=compared,
        warnings=warnings,
    )
    dimensions = f"{q.dimension} dimension{'s' * (q.dimension > 1)}"
    title = f"KL(q || p) of q = {_normal(q, 'q')} and p = {_normal(p, 'p')} in {dimensions}"
    first = repr(forward.closed_form.value) if digits is None else str(digits)
    return Report(
        data=data,
        rows=(
            _row("KL(q || p)", unit, forward),
            *([_row("KL(p || q)", unit, backward)] if backward else ()),
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
        and all(row.agrees is not False for row in compared),
    )


def _inputs(gaussian: MultivariateGaussian) -> MatrixInputs:
    return MatrixInputs(gaussian.mean, gaussian.form, gaussian.matrix, gaussian.std, _reading(gaussian))


def _reading(gaussian: MultivariateGaussian) -> str:
    """``[[1.2, 0.3], [0.3, 0.9]] is a covariance matrix``."""
    size = gaussian.dimension
    rows = ["[" + ", ".join(map(_short, row)) + "]" for row in gaussian.matrix] if size <= _MOST_SHOWN else []
    shown = f"[{', '.join(rows)}]" if rows else f"the {size} x {size} matrix"
    scales = (
        f", with the standard deviations {list_text([*map(_short, gaussian.std)])}" if gaussian.std else ""
    )
    return f"{shown} is a {FORMS[gaussian.form]}{scales}"


def _short(number: Fraction) -> str:
    exact = decimal_text(number)
    return exact if len(exact) <= _MOST_FIGURES else significant(float(number))


def gaussian_words(gaussian: Gaussian | MultivariateGaussian, index: str) -> str:
    """A Gaussian in a line of words, with its matrix if it has one."""
    if isinstance(gaussian, Gaussian):
        return plain(normal_text(gaussian))
    return f"{_normal(gaussian, index)}, where {_reading(gaussian)}"


def _normal(gaussian: MultivariateGaussian, index: str) -> str:
    """``N((0.3, 0.1), S_q)``, or ``N(0, I)``."""
    size, means = gaussian.dimension, gaussian.mean
    identity = all(
        entry == (i == j) for i, row in enumerate(gaussian.matrix) for j, entry in enumerate(row)
    ) and all(number == 1 for number in gaussian.std)
    shown = means[:1] if len(set(means)) == 1 else means
    listed = list_text([_short(number) for number in shown])
    return f"N({listed}, {'I' if identity else f'S_{index}'})" if size else ""


def _holds(found: MatrixExamination) -> bool:
    reached = found.target is None or found.target.reached
    return found.status != "disagrees" and reached


def _reverse(found: MatrixExamination) -> MatrixReverse:
    return MatrixReverse(
        "KL(p || q)", found.closed_form, found.integral, found.monte_carlo, found.status, found.target
    )


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


def _row(divergence: Direction, unit: Unit, found: MatrixExamination) -> dict[str, object]:
    terms = found.closed_form
    return {
        "divergence": divergence,
        "dimensions": terms.dimension,
        "unit": unit,
        "closed_form": terms.value,
        "spread": terms.spread,
        "shift": terms.shift,
        "trace": terms.trace,
        "log_determinant": terms.log_determinant,
        "mahalanobis": terms.mahalanobis,
        "method": terms.method,
        **witness_columns(found.integral, found.monte_carlo, found.status),
    }


def _blocks(
    data: MatrixComputation,
    q: MultivariateGaussian,
    p: MultivariateGaussian,
    forward: MatrixExamination,
    backward: MatrixExamination | None,
) -> Iterator[Block]:
    yield Paragraph(f"reading: {data.inputs.posterior.reading}")
    if _normal(p, "p") != "N(0, I)":
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
    return f"by {terms.method}, with a relative error of about {significant(terms.error, 1)}"


def _steps(derivation: tuple[MatrixStep, ...], unit: Unit) -> Iterator[Block]:
    if not derivation:
        return
    yield Heading("steps")
    shown = []
    for row in derivation:
        value = "" if row.step.value is None else f"{about(row.step.value)} {unit}"
        shown.append(ShownStep(row.step.rule, row.step.tree, value))
    yield Steps("KL(q || p)", tuple(shown))
    yield Paragraph(
        f"each step equals the one before to {DIGITS} digits at {PROBES} random Gaussians of its case; "
        "those with a value hold here and give the closed form, the last ones are special cases",
        "muted",
    )
