"""The framework's gradient of a KL of matrices at a step, held against the true one at the same numbers.

Where it is another one, it may be that of some terms of the KL alone: it is taken apart into theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from klcli.judge.ways import Side
from klcli.trace.factors import Chain
from klcli.trace.gradients import Slope
from klcli.trace.matrices.closed_form_derivatives import derivatives, summed_to
from klcli.trace.matrices.fit import TermsFit
from klcli.trace.matrices.kl_recognition import MatrixKl
from klcli.trace.matrices.matrix_kl_counts import draws_of
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.random_gaussians import READINGS, Draw, factor_of, given_by
from klcli.trace.recording import NotedLoss, Recording
from klcli.values import dataclass

_KLS = ("exact", "scaled", "other-prior", "reversed")
_CLOSE = 1e-3
"""Relative to the largest of a gradient: of inverses in single precision; a wrong one is off by a share."""
_EPSILONS: Mapping[str, float] = {"float64": 2.3e-16, "float32": 1.2e-7}
"""From 1 to the next number, 2^-52 and 2^-23."""
_HALF = 1e-2
"""The same of half precisions, of which bfloat16 has the largest, 2^-7."""
_ROUNDINGS = 30
"""Of how many an inverse and its gradient are made, with some to spare."""
_WORST = 0.05
"""Beyond this nothing is said: matrices of such a condition have no gradient in that precision."""
_WORDS: Mapping[str, str] = {
    "trace": "the trace",
    "mahalanobis": "the distance of the means",
    "logdet_q": "the log-determinant",
    "logdet_p": "the log-determinant of the prior",
}


@dataclass(frozen=True, slots=True)
class ToldSlopes:
    """What gradients say.

    Attributes:
        slopes: of every mean and matrix that has a gradient.
        is_held: whether one of the two Gaussians is held still.
        is_known: whether the matrix of the posterior, or the only one, is among them.
    """

    slopes: tuple[Slope, ...] = ()
    is_held: bool = False
    is_known: bool = False


def slopes_of_matrices(recording: Recording, loss: NotedLoss, chain: Chain, found: MatrixKl) -> ToldSlopes:
    """The gradients of a KL with respect to its means and matrices, as far as they were noted.

    Those of a sample are no gradients of a KL.

    Args:
        recording: the run.
        loss: with the gradients that were noted.
        chain: the way to the KL in it.
        found: the KL.
    """
    fit = found.fit
    is_kl = found.verification.best.kind in _KLS
    draws = None if found.is_sampled or chain.is_off or not is_kl else draws_of(recording, chain, fit)
    root = chain.above[0][0]
    if draws is None or not any(of == root for of, _ in loss.whole_gradients):
        return ToldSlopes()
    limit = _limit(recording, fit, draws)
    noted = {
        one: array for one in fit.readings if (array := _noted(recording, loss, root, fit, one)) is not None
    }
    held = _held(fit, noted)
    names = {node: name for name, node in found.symbols.items()}
    arrays = given_by(draws, fit.readings)
    slopes = [
        _compared(
            recording.steps[one].name or names[one], fit.readings[one], arrays[one], noted[one], parts, limit
        )
        for one, parts in _true(recording, fit, draws).items()
        if one in noted and one not in held
    ]
    if limit > _WORST:
        return ToldSlopes(is_held=bool(held))
    return ToldSlopes(tuple(slopes), bool(held), fit.way.heads[min(fit.way.heads, key="qp".index)] in noted)


def _noted(recording: Recording, loss: NotedLoss, root: int, fit: TermsFit, symbol: int) -> NumPyArray | None:
    """The gradient with respect to an array, 0 where none flows to it; None where it was not told."""
    import numpy as np

    step = recording.steps[symbol]
    nodes = [symbol, *(copy for copy, own in fit.start.copies if own == symbol)]
    found = [loss.whole_gradients[root, one] for one in nodes if (root, one) in loss.whole_gradients]
    if not found:
        return None
    return np.asarray(np.sum([np.reshape(one, step.shape) for one in found], axis=0))


def _held(fit: TermsFit, noted: Mapping[int, NumPyArray]) -> set[int]:
    """The arrays of a Gaussian to which no gradient flows, where one flows to the other."""
    sides: dict[Side, set[int]] = {"q": set(), "p": set()}
    for given in (fit.way.means, fit.way.heads):
        for side, one in given.items():
            sides[side] |= {one} & set(noted)
    still = [own for own in sides.values() if own and not any(noted[one].any() for one in own)]
    return still[0] if len(still) == 1 and all(sides.values()) else set()


def _true(recording: Recording, fit: TermsFit, draws: Mapping[int, Draw]) -> dict[int, dict[str, NumPyArray]]:
    """The gradients of the terms by each array, with the weights and in the shape that they had."""
    import numpy as np

    factors, means = fit.way.heads.values(), fit.way.means.values()
    batch = np.broadcast_shapes(
        *(draws[one].factor.shape[:-2] for one in factors), *(draws[one].vector.shape[:-1] for one in means)
    )
    counted = np.ones(batch) if fit.counted is None else np.broadcast_to(fit.counted, batch)
    found = {}
    for one, parts in derivatives(draws, fit.readings, fit.way).items():
        axes = 2 if fit.readings[one] in READINGS else 1
        weights = counted.reshape(*batch, *(1,) * axes)
        spread = (*batch, *recording.steps[one].shape[-axes:])
        found[one] = {
            term: fit.weights[term]
            * summed_to(np.broadcast_to(slope, spread) * weights, recording.steps[one].shape)
            for term, slope in parts.items()
        }
    return found


def _limit(recording: Recording, fit: TermsFit, draws: Mapping[int, Draw]) -> float:
    """The relative error that the gradients may have, by the condition of the matrices."""
    import numpy as np

    epsilon = max(_EPSILONS.get(recording.steps[one].dtype, _HALF) for one in draws)
    factors = [factor_of(draws[one], fit.readings[one]) for one in fit.way.heads.values()]
    condition = max(float(np.linalg.cond(factor).max()) ** 2 for factor in factors)
    return max(_CLOSE, _ROUNDINGS * epsilon * condition)


def _compared(
    name: str,
    reading: str,
    array: NumPyArray,
    noted: NumPyArray,
    parts: Mapping[str, NumPyArray],
    limit: float,
) -> Slope:
    """The gradients with respect to one array at the entry where they are farthest apart.

    Args:
        name: what the array is called.
        reading: what it is.
        array: its numbers.
        noted: the framework's gradient.
        parts: the true ones of the terms.
        limit: the relative error that they may have.
    """
    import numpy as np

    if reading == "cholesky":
        noted = np.tril(noted)
    elif reading in READINGS:  # one triangle of a symmetric matrix may be read alone
        noted = (noted + noted.swapaxes(-1, -2)) / 2
    true = np.sum(list(parts.values()), axis=0)
    gaps = np.abs(noted - true)
    scale = max(np.abs(noted).max(), *(np.abs(one).max() for one in parts.values()))
    # Without any gap the largest slope is shown.
    worst = np.unravel_index(int(np.argmax(gaps if gaps.any() else np.abs(true))), noted.shape)
    agrees = bool(np.isfinite(gaps).all() and gaps.max() <= limit * scale)
    cause = "" if agrees else ", ".join(_causes(noted, parts, limit * scale))
    return Slope(name, float(array[worst]), float(noted[worst]), float(true[worst]), agrees, cause)


def _causes(noted: NumPyArray, parts: Mapping[str, NumPyArray], limit: float) -> Iterator[str]:
    """Which of the terms have another gradient, where it is made of theirs."""
    import numpy as np

    columns = np.stack([one.ravel() for one in parts.values()], 1)
    found, *_ = np.linalg.lstsq(columns, noted.ravel(), rcond=None)
    if np.abs(columns @ found - noted.ravel()).max() > limit:
        return
    shares = [round(float(one), 2) for one in found]
    if len(set(shares)) == 1:
        yield "no gradient flows to it" if not shares[0] else f"{shares[0]:g} times that"
        return
    for term, share in zip(parts, shares, strict=True):
        if share != 1:
            yield f"{_WORDS[term]} has {f'{share:g} times its' if share else 'no'} gradient"
