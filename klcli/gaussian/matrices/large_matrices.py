"""Matrices that are too large for exact arithmetic: sums of float arrays, and what is refused of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.gaussian.matrices.forms_and_sizes import FORMS, MOST_DIMENSIONS, CovarianceForm
from klcli.gaussian.matrices.rational_matrices import Rational
from klcli.gaussian.matrices.refusals import (
    ROUNDED_ASYMMETRY,
    negative_pivot,
    negative_variance,
    no_correlation,
    not_symmetric,
    not_triangular,
    too_many,
)
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOAT_BITS = 53
"""Of the fraction of a double: what has no more is one exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class Floats:
    """A square matrix as an unevaluated sum of float64 arrays, which nobody writes to.

    Attributes:
        parts: one array of shape (d, d), or two, of which the second holds what the first one rounds off.
    """

    parts: tuple[NDArray[Any], ...]

    @property
    def diagonal(self) -> tuple[Fraction, ...]:
        """The exact entries on the diagonal."""
        rows = [part.diagonal().tolist() for part in self.parts]
        return tuple(sum(map(Fraction, entries), Fraction(0)) for entries in zip(*rows, strict=True))

    @property
    def is_diagonal(self) -> bool:
        """Whether all other entries are 0."""
        import numpy

        counts = [(numpy.count_nonzero(part), numpy.count_nonzero(part.diagonal())) for part in self.parts]
        return all(everywhere == here for everywhere, here in counts)

    def sha256(self) -> str:
        """The hash of the entries as little-endian float64, row by row; those of the second part follow."""
        found = sha256()
        for part in self.parts:
            found.update(part.astype("<f8", copy=False).tobytes())
        return found.hexdigest()


def floats(rows: Rational) -> Floats:
    """Rationals as sums of floats, to 106 bits."""
    return Floats(_frozen(pair_of(rows)))


def diagonal_floats(entries: Sequence[Fraction]) -> Floats:
    """A diagonal matrix."""
    import numpy

    (high, low) = (part.ravel() for part in pair_of([entries]))
    return Floats(_frozen((numpy.diag(high), numpy.diag(low))))


def pair_of(rows: Sequence[Sequence[Fraction]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rationals as sums of two floats."""
    import numpy

    high = numpy.array([[float(entry) for entry in row] for row in rows])
    return high, numpy.array([[float_rest(entry) for entry in row] for row in rows])


def float_rest(number: Fraction) -> float:
    """What the nearest float leaves of a rational; nothing of what came from a float."""
    denominator = number.denominator
    if denominator & (denominator - 1) == 0 and number.numerator.bit_length() <= _FLOAT_BITS:
        return 0.0
    return float(number - Fraction(float(number)))


def _frozen(parts: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    if len(parts) > 1 and not parts[1].any():
        parts = parts[:1]
    for part in parts:
        part.setflags(write=False)
    return parts


def admitted_array(given: Any, form: CovarianceForm) -> tuple[Floats, float]:
    """A copy of an array of numbers, its mirrored entries averaged, and how far these were apart.

    Raises:
        KlcliError: another shape or type, not finite, not symmetric, no factor, no correlations.
    """
    matrix = _floating(given, form)
    asymmetry = 0.0
    if form == "cholesky":
        _check_triangle(matrix)
    else:
        asymmetry = _average(matrix, form)
        if form == "correlation":
            _check_correlations(matrix)
        if (place := _first(matrix.diagonal() < 0)) is not None:
            raise negative_variance(form, place[0], Fraction(float(matrix[place[0], place[0]])))
    return Floats(_frozen((matrix,))), asymmetry


def _floating(given: Any, form: CovarianceForm) -> NDArray[Any]:
    import numpy

    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        shape = " x ".join(map(str, given.shape))
        raise KlcliError(
            f"the {FORMS[form]} is {shape}, not square",
            "for independent dimensions give a list: --sigma 1.2,0.9 or --var 1.44,0.81",
        )
    if len(given) > MOST_DIMENSIONS[form]:
        raise too_many(len(given), form)
    if given.dtype.kind not in "iuf":
        raise KlcliError(f"the {FORMS[form]} holds {given.dtype} and not real numbers", "give floats")
    matrix = numpy.array(given, dtype=numpy.float64, order="C")
    if (place := _first(~numpy.isfinite(matrix))) is not None:
        i, j = place
        raise KlcliError(
            f"entry ({i + 1}, {j + 1}) of the {FORMS[form]} is {matrix[i, j]}",
            "only finite numbers have a finite KL",
        )
    return matrix


def _average(matrix: NDArray[Any], form: CovarianceForm) -> float:
    """Average mirrored entries in place; the largest difference."""
    import numpy

    gap = numpy.abs(matrix - matrix.T)
    widest = float(gap.max())
    if not widest:
        return 0.0
    limit = numpy.maximum(numpy.abs(matrix), numpy.abs(matrix.T)) * float(ROUNDED_ASYMMETRY)
    if (place := _first(numpy.tril(gap > limit))) is not None:
        raise not_symmetric(form, place, *(Fraction(float(matrix[at])) for at in (place, place[::-1])))
    matrix += matrix.T.copy()
    matrix /= 2
    return widest


def _check_triangle(matrix: NDArray[Any]) -> None:
    import numpy

    if (place := _first(numpy.triu(matrix, 1) != 0)) is not None:
        raise not_triangular(place, Fraction(float(matrix[place])))
    if (place := _first(matrix.diagonal() < 0)) is not None:
        raise negative_pivot(place[0], Fraction(float(matrix[place[0], place[0]])))


def _check_correlations(matrix: NDArray[Any]) -> None:
    import numpy

    if (place := _first(matrix.diagonal() != 1)) is not None:
        raise no_correlation((place[0], place[0]), Fraction(float(matrix[place[0], place[0]])))
    if (place := _first(numpy.abs(matrix) > 1)) is not None:
        raise no_correlation(place, Fraction(float(matrix[place])))


def _first(failing: NDArray[Any]) -> Any:
    """The indices of the first entry that is true, or None."""
    import numpy

    if not failing.any():
        return None
    return tuple(int(index) for index in numpy.unravel_index(int(failing.argmax()), failing.shape))
