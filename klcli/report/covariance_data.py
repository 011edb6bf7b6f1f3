"""The data of `klcli compute` with full covariances: what its JSON and its CSV hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from struct import pack

from klcli.formula.printing import to_text
from klcli.gaussian.divergence import Unit
from klcli.gaussian.multivariate.arrays import Floats
from klcli.gaussian.multivariate.derivation import MatrixStep
from klcli.gaussian.multivariate.distribution import MOST_EXACT, MultivariateGaussian
from klcli.gaussian.multivariate.divergence import MatrixForm
from klcli.report.compute_data import Direction, witness_columns
from klcli.report.estimators import EstimatorData
from klcli.report.matrix_wording import matrix_words
from klcli.witness.examination import Witness
from klcli.witness.matrices import MatrixExamination
from klcli.witness.target import Target

__all__ = [
    "MatrixComputation",
    "MatrixPair",
    "NamedArray",
    "matrix_inputs",
    "reversed_data",
    "row",
    "step_data",
]


@dataclass(frozen=True, slots=True)
class NamedArray:
    """Thousands of numbers by their name.

    Attributes:
        file: where they were read; None where they were typed or handed over.
        shape: of the array.
        sha256: of the bytes of the file; without one, of the numbers as little-endian float64, row by row.
    """

    file: str | None
    shape: tuple[int, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class MatrixInputs:
    """A Gaussian with a matrix as it was read; `std` belongs to a correlation matrix.

    Beyond 16 dimensions matrices are named, and so are means and deviations, unless all are the same: then
    one number stands for all.
    """

    mu: tuple[Fraction, ...] | NamedArray
    form: str
    matrix: tuple[tuple[Fraction, ...], ...] | NamedArray
    std: tuple[Fraction, ...] | NamedArray
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


def matrix_inputs(gaussian: MultivariateGaussian) -> MatrixInputs:
    """A Gaussian as it was read."""
    return MatrixInputs(
        _numbers(gaussian.mean),
        gaussian.form,
        _matrix(gaussian),
        _numbers(gaussian.std),
        matrix_words(gaussian),
    )


def _matrix(gaussian: MultivariateGaussian) -> tuple[tuple[Fraction, ...], ...] | NamedArray:
    if not isinstance(gaussian.matrix, Floats):
        return gaussian.matrix
    shape = (gaussian.dimension, gaussian.dimension)
    if gaussian.origin:
        return NamedArray(gaussian.origin.file, shape, gaussian.origin.sha256)
    return NamedArray(None, shape, gaussian.matrix.sha256())


def _numbers(given: tuple[Fraction, ...]) -> tuple[Fraction, ...] | NamedArray:
    if len(given) <= MOST_EXACT:
        return given
    if len(set(given)) == 1:
        return given[:1]
    return NamedArray(None, (len(given),), sha256(pack(f"<{len(given)}d", *map(float, given))).hexdigest())


def step_data(found: MatrixStep) -> MatrixStepData:
    """A step with its formula as text."""
    step = found.step
    return MatrixStepData(step.words, to_text(step.tree), to_text(step.tree, "latex"), step.value, found.case)


def reversed_data(found: MatrixExamination) -> MatrixReverse:
    """The other direction."""
    return MatrixReverse(
        "KL(p || q)", found.closed_form, found.integral, found.monte_carlo, found.status, found.target
    )


def row(divergence: Direction, unit: Unit, found: MatrixExamination) -> dict[str, object]:
    """The record of one direction."""
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
