"""What a term of a run is made of where its arrays are those of Gaussians: its weights of the terms of a KL.

The run is done again at random Gaussians in the shapes that it had; a term is a multiple of a KL, or is one
but for the weight of one of its terms, if it is the same combination of these at all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TypeAlias

from klcli.judge.spaces.matrices.term_weights import MatrixTerm
from klcli.trace.factors import Chain
from klcli.trace.matrices.expectations import Added, added_of
from klcli.trace.matrices.kinds import kinds_of
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.random_gaussians import READINGS, Arrangement, drawn, given_by, terms_at
from klcli.trace.matrices.starts import Start, starts_of
from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Recording
from klcli.values import dataclass

_SPARE = 4
"""Points more than the terms of which one can be a combination."""
_MOST_TERMS = 6
"""As many as a KL has; what needs more is a combination by chance."""
_CLOSE = 1e-8
"""Relative to what is added: solves of small matrices lose some digits of a double."""
_MOST_WITH_SLIPS = 100
"""Readings that are tried with slips: a term of few arrays has a dozen, and each takes ten milliseconds."""

Weights: TypeAlias = Mapping["MatrixTerm | str", float]


@dataclass(frozen=True, slots=True)
class TermsFit:
    """A term as a combination of those of a KL.

    Attributes:
        start: its arrays.
        readings: what these are.
        way: whose they are.
        weights: of the terms, each summed over the batch, in the loss.
        counted: how often every one of the batch counts, by the weights of the run; None for once.
        batch: how many pairs of Gaussians there are that count.
    """

    start: Start
    readings: Mapping[int, str]
    way: Arrangement
    weights: Weights
    counted: NumPyArray | None
    batch: int

    @property
    def has_matrices(self) -> bool:
        """Whether one of the arrays is a matrix: those of independent latents alone are numbers, too."""
        return any(one in READINGS for one in self.readings.values())


def fits_of(
    recording: Recording, chain: Chain, *, has_slips: bool = False, has_volume: bool = True
) -> Iterator[TermsFit]:
    """The combinations that a part of a loss is, whatever is a KL of them; the farthest arrays first.

    Args:
        recording: the run.
        chain: the way to the part.
        has_slips: whether they are those with what stands in the place of a term by mistake.
        has_volume: whether only those with a logarithm are looked for, as every KL has one.
    """
    tried = 0
    for start in starts_of(recording, chain.core, has_volume=has_volume):
        try:
            added = added_of(recording, chain, start)
            for readings, way in kinds_of(recording, added, has_slips=has_slips):
                if has_slips and has_volume and not way.means:
                    continue  # a likelihood, or a penalty
                tried += has_slips
                if tried > _MOST_WITH_SLIPS:
                    return
                found = _of_readings(recording, added, readings, way, has_slips=has_slips)
                if found:
                    yield found
        except (UnfollowedError, ArithmeticError):
            continue


def _of_readings(
    recording: Recording, added: Added, readings: Mapping[int, str], way: Arrangement, *, has_slips: bool
) -> TermsFit | None:
    """The combination that a term is whose arrays are given."""
    import numpy as np

    random = np.random.default_rng(2026)  # any seed: every run has the same points
    shapes = {one: recording.steps[one].shape for one in readings}
    first, counted = drawn(readings, shapes, random), _counted(added)
    try:
        names = terms_at(first, readings, way, counted, has_slips=has_slips)
        if not added.is_cubic(given_by(first, readings)):
            return None
        points = [first, *(drawn(readings, shapes, random) for _ in range(len(names) + _SPARE))]
        values = [added.expected(given_by(point, readings)) for point in points]
        if not all(map(isfinite, values)):
            return None
        rows = [terms_at(point, readings, way, counted, has_slips=has_slips) for point in points]
    except (ArithmeticError, ValueError):  # NumPy's of shapes, which these readings do not give
        return None
    found = _combined(rows, values)
    return (
        None
        if found is None
        else TermsFit(added.start, readings, way, found, counted, batch=round(rows[0]["constant"]))
    )


def _counted(added: Added) -> NumPyArray | None:
    """How often every one of the batch counts, where that is not once."""
    import numpy as np

    own = added.weights
    largest = np.abs(own).max() if own.size else 0.0
    return own / largest if largest and (own != own.flat[0]).any() else None


def _combined(rows: list[dict[MatrixTerm | str, float]], values: list[float]) -> Weights | None:
    """The weights with which the terms add up to the values; None if there are none."""
    import numpy as np

    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    sizes = np.abs(table).max(0)
    found, *_ = np.linalg.lstsq(table / sizes, values, rcond=None)
    off = np.abs(table / sizes @ found - values)
    if (off > _CLOSE * (np.abs(table / sizes * found).sum(1) + np.abs(values))).any():
        return None
    found = np.where(np.abs(found) > _CLOSE * np.abs(found).max(), found / sizes, 0.0)
    if np.count_nonzero(found) > _MOST_TERMS:
        return None
    return dict(zip(names, map(float, found), strict=True))
