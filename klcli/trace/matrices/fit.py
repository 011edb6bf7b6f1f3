"""What a term of a run is made of where its arrays are those of Gaussians: its weights of the terms of a KL.

The run is done again at random Gaussians in the shapes that it had; a term is a multiple of a KL, or is one
but for the weight of one of its terms, if it is the same combination of these at all of them. A term with
normal noise in it is taken in expectation: of third degree in the noise at most, it has the mean of its
values at the 2 d points at the distance of sqrt(d) on the axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TypeAlias

from klcli.judge.spaces.matrices.term_weights import MatrixTerm
from klcli.trace.factors import Chain
from klcli.trace.masks import entry_weights
from klcli.trace.matrices.evaluation import NumPyArray, evaluated
from klcli.trace.matrices.gaussians import (
    Arrangement,
    arrangements,
    drawn,
    given_by,
    readings_of,
    terms_at,
)
from klcli.trace.matrices.starts import Start, starts_of
from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Recording
from klcli.values import dataclass

__all__ = ["TermsFit", "Weights", "fits_of", "outer_weights"]

_POINTS = 12
"""Twice the six terms of which one can be a combination."""
_MOST_TRIES = 300
"""Readings of arrays that are tried, of all starts together: each takes some milliseconds."""
_CLOSE = 1e-8
"""Relative to what is added: solves of small matrices lose some digits of a double."""

Weights: TypeAlias = Mapping["MatrixTerm | str", float]


@dataclass(frozen=True, slots=True)
class TermsFit:
    """A term as a combination of those of a KL.

    Attributes:
        start: its arrays.
        readings: what these are.
        way: whose they are.
        weights: of the terms, each summed over the batch, in the loss.
        batch: how many pairs of Gaussians there are.
    """

    start: Start
    readings: Mapping[int, str]
    way: Arrangement
    weights: Weights
    batch: int


def fits_of(recording: Recording, chain: Chain) -> Iterator[TermsFit]:
    """The combinations that a part of a loss is, whatever is a KL of them; the farthest arrays first."""
    root, _ = chain.above[0]
    weights = outer_weights(recording, chain)
    if weights is None:
        return
    starts = list(starts_of(recording, root))
    tries = 0
    # Vectors are means, and matrices those of Gaussians, before vectors are spreads of independent latents.
    for has_spreads in (False, True):
        for start in starts:
            for readings in readings_of(start, has_spreads=has_spreads):
                tries += 1
                if tries > _MOST_TRIES:
                    return
                try:
                    yield from _of_readings(recording, root, weights, start, readings)
                except UnfollowedError:
                    break


def outer_weights(recording: Recording, chain: Chain) -> list[float] | None:
    """What each entry of the outermost node of a part is multiplied by in the loss; None where not known."""
    root, before = chain.above[0]
    below = {inner for inner, _ in chain.above}
    found = entry_weights(recording, [one for one in chain.wrappers if one not in below], root)
    return None if found is None else [before * float(one) for one in found.values]


def _of_readings(
    recording: Recording, root: int, outer: list[float], start: Start, readings: Mapping[int, str]
) -> Iterator[TermsFit]:
    """The combinations of a term whose arrays are given."""
    import numpy as np

    random = np.random.default_rng(2026)
    shapes = {one: recording.steps[one].shape for one in (*start.vectors, *start.matrices)}
    points = [drawn(start, shapes, random) for _ in range(_POINTS)]
    values: list[float] = []
    for point in points:
        try:
            values.append(_value(recording, root, outer, start, given_by(point, readings)))
        except (ArithmeticError, ValueError):  # NumPy's of shapes, which these readings do not give
            return
        if not isfinite(values[-1]):
            return
    for way in arrangements(readings):
        try:
            rows = [terms_at(start.size, point, readings, way) for point in points]
        except ValueError:  # NumPy's of shapes: the arrays of these two Gaussians do not belong together
            continue
        found = _combined(rows, values)
        if found is not None:
            yield TermsFit(start, readings, way, found, round(rows[0]["constant"]))


def _value(
    recording: Recording, root: int, outer: list[float], start: Start, given: dict[int, NumPyArray]
) -> float:
    """What the part adds to its loss, in expectation over its noise."""
    import numpy as np

    given = {**given, **{copy: given[own] for copy, own in start.copies}}
    if not start.noises:
        return float(np.dot(outer, evaluated(recording, [root], given)[root].ravel()))
    (noise,) = start.noises if len(start.noises) == 1 else (None,)
    if noise is None or recording.steps[noise].more.get("kind") != "randn":
        raise UnfollowedError("noise of several kinds")
    shape = recording.steps[noise].shape
    if not shape or shape[-1] != start.size:
        raise UnfollowedError("noise of another size than the latents")
    directions = np.eye(start.size), _turned(start.size)
    first, second = (
        np.mean(
            [
                np.dot(
                    outer,
                    evaluated(recording, [root], {**given, noise: np.broadcast_to(one, shape)})[root].ravel(),
                )
                for one in (*turned * start.size**0.5, *-turned * start.size**0.5)
            ]
        )
        for turned in directions
    )
    if abs(first - second) > _CLOSE * (abs(first) + abs(second)):
        raise UnfollowedError("a function of its noise of a higher degree")
    return float(first)


def _turned(size: int) -> NumPyArray:
    """Other axes: where they give another mean, the function is of a higher degree."""
    import numpy as np

    found, _ = np.linalg.qr(np.random.default_rng(size).normal(size=(size, size)))
    return found


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
    return dict(zip(names, map(float, found), strict=True))
