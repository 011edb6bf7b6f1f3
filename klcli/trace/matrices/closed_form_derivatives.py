"""The derivatives of the terms of a KL of Gaussians by their means and matrices, in closed form.

For KL(N(mu_q, S_q) || N(mu_p, S_p)), with the distance d of the means and the precision P of the prior:

    tr(P S_q)      by S_q: P           by S_p: -P S_q P
    d^T P d        by mu_q: 2 P d      by S_p: -P d d^T P      by mu_p: -2 P d
    log det S      by S: S^-1

By a factor, S = L L^T, it is the lower triangle of 2 D L, where D is that by S; by a precision -S D S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from klcli.judge.ways import Side
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.random_gaussians import Arrangement, Draw, factor_of


def derivatives(
    draws: Mapping[int, Draw], readings: Mapping[int, str], way: Arrangement
) -> dict[int, dict[str, NumPyArray]]:
    """The derivatives of each term by each array, for every one of the batch.

    Args:
        draws: the arrays.
        readings: what they are.
        way: whose they are.
    """
    import numpy as np

    size = next(iter(draws.values())).vector.shape[-1]
    covariances: dict[Side, NumPyArray] = {"q": np.eye(size), "p": np.eye(size)}
    for side, one in way.heads.items():
        factor = factor_of(draws[one], readings[one])
        covariances[side] = factor @ factor.swapaxes(-1, -2)
    precision, inverse = (np.linalg.inv(covariances[side]) for side in ("p", "q"))
    means: dict[Side, NumPyArray] = {side: draws[one].vector for side, one in way.means.items()}
    distance = means.get("q", np.zeros(size)) - means.get("p", np.zeros(size))
    pulled = (precision @ distance[..., None])[..., 0]
    by_covariance: dict[Side, dict[str, NumPyArray]] = {
        "q": {"trace": precision, "logdet_q": inverse},
        "p": {
            "trace": -precision @ covariances["q"] @ precision,
            "mahalanobis": -pulled[..., None] * pulled[..., None, :],
            "logdet_p": precision,
        },
    }
    found = {
        one: {
            term: _by_array(draws[one], readings[one], covariances[side], slope)
            for term, slope in by_covariance[side].items()
        }
        for side, one in way.heads.items()
    }
    return found | {
        one: {"mahalanobis": 2 * pulled if side == "q" else -2 * pulled} for side, one in way.means.items()
    }


def _by_array(draw: Draw, reading: str, covariance: NumPyArray, slope: NumPyArray) -> NumPyArray:
    """The derivative by an array, from that by its covariance matrix."""
    import numpy as np

    if reading == "cholesky":
        return np.asarray(np.tril(2 * slope @ draw.factor))
    if reading == "precision":
        return np.asarray(-covariance @ slope @ covariance)
    if reading == "covariance":
        return slope
    sigma, along = draw.vector, np.diagonal(slope, axis1=-2, axis2=-1)
    by_spread = {"std": 2 * sigma, "var": sigma**0, "logvar": sigma**2, "logstd": 2 * sigma**2}
    return np.asarray(along * by_spread[reading])


def summed_to(array: NumPyArray, shape: Sequence[int]) -> NumPyArray:
    """The sums over the axes over which an array of some shape was spread."""
    import numpy as np

    found = array.sum(tuple(range(array.ndim - len(shape))))
    spread = tuple(axis for axis, length in enumerate(shape) if length == 1 and found.shape[axis] > 1)
    return np.asarray(found.sum(spread, keepdims=True))
