"""Random Gaussians for the arrays of a run, and the terms that a KL of them has.

KL = 1/2 (tr(P S) + dm^T P dm - log det S_q + log det S_p - d), P the precision of the prior; what has no
array is 0 or the identity. Every term is summed over the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klcli.judge.spaces.matrices.term_weights import MatrixTerm
from klcli.judge.ways import Side
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.slips import slips_of
from klcli.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

_SMALLEST, _RANGE = 0.4, 1.5
"""Standard deviations, and the entries on the diagonal of a factor."""
READINGS = ("cholesky", "covariance", "precision")
_OF_VECTORS: Mapping[str, Callable[[Any, NumPyArray], NumPyArray]] = {
    "mean": lambda np, array: array,
    "std": lambda np, sigma: sigma,
    "var": lambda np, sigma: sigma**2,
    "logvar": lambda np, sigma: 2 * np.log(sigma),
    "logstd": lambda np, sigma: np.log(sigma),
}
"""What an array of vectors may be; all but the first are spreads of independent latents."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Random numbers for an array: a vector, or the lower factor of a covariance matrix."""

    vector: NumPyArray
    factor: NumPyArray


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which array is the mean of which Gaussian, and which its spread."""

    means: Mapping[Side, int]
    heads: Mapping[Side, int]


def drawn(readings: Mapping[int, str], shapes: Mapping[int, Sequence[int]], random: Any) -> dict[int, Draw]:
    """Random numbers for arrays.

    Args:
        readings: what these are.
        shapes: the shapes that they had.
        random: a generator.
    """
    import numpy as np

    found = {}
    for one, reading in readings.items():
        *batch, size = shapes[one][:-1] if reading in READINGS else shapes[one]
        vector = random.normal(size=(*batch, size))
        factor = np.tril(random.normal(size=(*batch, size, size)) / 2, -1)
        spread = _SMALLEST + _RANGE * random.random(size=(*batch, size))
        found[one] = Draw(vector, factor + spread[..., None] * np.eye(size))
    return found


def given_by(draws: Mapping[int, Draw], readings: Mapping[int, str]) -> dict[int, NumPyArray]:
    """The arrays under some readings."""
    import numpy as np

    found = {}
    for one, reading in readings.items():
        draw = draws[one]
        if reading == "mean":
            found[one] = draw.vector
        elif reading in _OF_VECTORS:
            found[one] = _OF_VECTORS[reading](np, np.diagonal(draw.factor, axis1=-2, axis2=-1))
        elif reading == "cholesky":
            found[one] = draw.factor
        else:
            covariance = draw.factor @ draw.factor.swapaxes(-1, -2)
            found[one] = covariance if reading == "covariance" else np.linalg.inv(covariance)
    return found


def readings_beside(reading: str) -> tuple[str, ...]:
    """The readings of a matrix, or those of spreads, by one of them."""
    return READINGS if reading in READINGS else tuple(_OF_VECTORS)[1:]


def covariance_as(array: NumPyArray, reading: str) -> NumPyArray:
    """The covariance matrices of an array under a reading."""
    import numpy as np

    if reading == "cholesky":
        return np.asarray(array @ array.swapaxes(-1, -2))
    if reading in READINGS:
        return array if reading == "covariance" else np.linalg.inv(array)
    return np.asarray(spread_of(array, reading)[..., None] ** 2 * np.eye(array.shape[-1]))


def spread_of(array: NumPyArray, reading: str) -> NumPyArray:
    """The standard deviations that a vector is read as."""
    import numpy as np

    if reading == "std":
        return array
    return np.sqrt(array) if reading == "var" else np.exp(array / 2 if reading == "logvar" else array)


def terms_at(
    draws: Mapping[int, Draw],
    readings: Mapping[int, str],
    way: Arrangement,
    counted: NumPyArray | None = None,
    *,
    has_slips: bool = False,
) -> dict[MatrixTerm | str, float]:
    """The terms of the KL of two Gaussians, summed over the batch.

    Args:
        draws: the arrays.
        readings: what they are; that of a vector with the spreads of independent latents is a diagonal.
        way: whose they are.
        counted: how often every one of the batch counts; None for once.
        has_slips: whether what is met in their place by mistake is wanted, too.
    """
    import numpy as np

    size = next(iter(draws.values())).vector.shape[-1]
    unit = np.eye(size)
    factors = {side: factor_of(draws[one], readings[one]) for side, one in way.heads.items()}
    whitened = np.linalg.solve(factors.get("p", unit), factors.get("q", unit))
    found: dict[MatrixTerm | str, NumPyArray] = {"trace": (whitened**2).sum((-1, -2))}
    distance = _distance(draws, way)
    if distance is not None:
        solved = np.linalg.solve(*_together(factors.get("p", unit), distance[..., None]))
        found["mahalanobis"] = (solved**2).sum((-1, -2))
    for side, factor in factors.items():
        logs = np.log(np.diagonal(factor, axis1=-2, axis2=-1))
        found["logdet_q" if side == "q" else "logdet_p"] = 2 * logs.sum(-1)
    if has_slips:
        made_of: dict[str, NumPyArray] = {
            side: factor @ factor.swapaxes(-1, -2) for side, factor in factors.items()
        }
        if "q" in way.heads and readings[way.heads["q"]] == "cholesky":
            made_of["factor"] = factors["q"]
        if distance is not None:
            made_of["distance"] = distance
        found |= {name: slip.value(np, made_of) for name, slip in slips_of(made_of)}
    shape = np.broadcast_shapes(*(one.shape for one in found.values()))
    weights = np.ones(shape) if counted is None else np.broadcast_to(counted, shape)
    return {name: float((one * weights).sum()) for name, one in found.items()} | {
        "constant": float(weights.sum())
    }


def _distance(draws: Mapping[int, Draw], way: Arrangement) -> NumPyArray | None:
    """The difference of the means; None without any."""
    own = {side: draws[one].vector for side, one in way.means.items()}
    if not own:
        return None
    return own["q"] - own["p"] if len(own) > 1 else own["q"] if "q" in own else -own["p"]


def _together(matrix: NumPyArray, column: NumPyArray) -> tuple[NumPyArray, NumPyArray]:
    import numpy as np

    batch = np.broadcast_shapes(matrix.shape[:-2], column.shape[:-2])
    return (
        np.broadcast_to(matrix, (*batch, *matrix.shape[-2:])),
        np.broadcast_to(column, (*batch, *column.shape[-2:])),
    )


def factor_of(draw: Draw, reading: str) -> NumPyArray:
    """The factor of a covariance matrix: a diagonal of spreads of independent latents."""
    import numpy as np

    return draw.factor if reading in READINGS else draw.factor * np.eye(draw.factor.shape[-1])
