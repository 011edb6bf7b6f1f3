"""Samples of Gaussians with covariance matrices: mean + A noise, where A A^T has to be the covariance.

The operations that lead to a sample are done again at random Gaussians, with unit vectors for its noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from klcli.judge.mistakes.table import find_mistake
from klcli.judge.sampler import SamplerJudgement, sampled_beside
from klcli.trace.matrices.fit import TermsFit
from klcli.trace.matrices.matrix_kl_counts import noted_arrays
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.random_gaussians import covariance_as, drawn, given_by, readings_beside
from klcli.trace.matrices.replay import OrderedSteps, steps_to
from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Recording
from klcli.trace.walks import reached
from klcli.values import dataclass

_CLOSE = 1e-8
"""Relative: roots and inverses of small matrices lose some digits of a double."""


_ROUNDED = 1e-5
"""Of numbers in single precision that are the same."""
_CORRELATED = 1e-3
"""A covariance, relative to the largest variance, that is no rounding."""


@dataclass(frozen=True, slots=True)
class MatrixSampling:
    """What a sample was found to be.

    Attributes:
        sampling: beside the KL.
        difference: from the KL, in words, if there is one.
    """

    sampling: SamplerJudgement
    difference: str


def sampling_of(recording: Recording, index: int, fit: TermsFit) -> MatrixSampling | None:
    """What a node is beside a KL; None if it is no sample of its posterior's mean and matrix.

    Args:
        recording: the run.
        index: the node.
        fit: what the KL is made of.
    """
    import numpy as np

    head, mean = fit.way.heads.get("q"), fit.way.means.get("q")
    noises = _noises(recording, index)
    if head is None or len(noises) != 1:
        return None
    own = {one: reading for one, reading in fit.readings.items() if one in (head, mean)}
    copies = {copy: one for one in own for copy in recording.alike(one)}
    shapes = {one: recording.steps[one].shape for one in own}
    given = given_by(drawn(own, shapes, np.random.default_rng(7)), own)  # any seed: every run has the same
    try:
        steps = steps_to(recording, [index], [*copies, *noises])
        arrays = {copy: given[one] for copy, one in copies.items()}
        line = _line(steps, arrays, noises[0], recording.steps[noises[0]].shape, index)
        centre = 0.0 if mean is None else given[mean]
        if line is None or not np.allclose(line[0], centre, rtol=_CLOSE, atol=_CLOSE):
            return None
    except (UnfollowedError, ArithmeticError, ValueError):  # NumPy's of shapes
        return None
    return _beside(given[head], fit.readings[head], line[1], str(recording.steps[noises[0]].more.get("kind")))


def sampling_of_full(recording: Recording, index: int, mean: int) -> MatrixSampling | None:
    """What a node is beside a KL of independent latents, where it is a sample whose latents are correlated.

    Args:
        recording: the run, whose numbers are taken.
        index: the node.
        mean: the node of the mean that the KL has.
    """
    import numpy as np

    noises, centre = _noises(recording, index), recording.steps[mean]
    if len(noises) != 1 or centre.values is None:
        return None
    noted = {one: array for one, array in noted_arrays(recording, index, ()).items() if one != noises[0]}
    try:
        steps = steps_to(recording, [index], [*noted, *noises])
        if not any("call" in step.more for _, step in steps.steps):
            return None  # entries alone
        line = _line(steps, noted, noises[0], recording.steps[noises[0]].shape, index)
        expected = np.reshape(centre.values, centre.shape)
        if line is None or not np.allclose(line[0], expected, rtol=_ROUNDED, atol=_ROUNDED):
            return None
    except (UnfollowedError, ArithmeticError, ValueError):  # NumPy's of shapes
        return None
    covariance = line[1] @ line[1].swapaxes(-1, -2)
    between = covariance * (1 - np.eye(covariance.shape[-1]))
    if np.abs(between).max() <= _CORRELATED * np.abs(covariance).max():
        return None
    kind = str(recording.steps[noises[0]].more.get("kind"))
    words = "the sample has a covariance matrix, the KL independent latents"
    return MatrixSampling(SamplerJudgement("disagrees", None, kind, None, find_mistake("KL201")), words)


def _noises(recording: Recording, index: int) -> list[int]:
    """The noises that a node is computed from."""
    inside = reached(index, lambda one: recording.steps[one].operands)
    return [one for one in inside if recording.steps[one].op == "noise"]


def _line(
    steps: OrderedSteps, given: Mapping[int, NumPyArray], noise: int, shape: tuple[int, ...], index: int
) -> tuple[NumPyArray, NumPyArray] | None:
    """A node without noise, and what multiplies the noise in it; None where it is no line of each example's.

    Args:
        steps: the operations that lead to it.
        given: the arrays of the Gaussian.
        noise: the node of the noise.
        shape: of the noise.
        index: the node.
    """
    import numpy as np

    random = np.random.default_rng(11).normal(size=shape)  # any seed: every run has the same
    still, moved = (steps.arrays({**given, noise: one})[index] for one in (0 * random, random))
    for axis in (-1, -2)[: len(shape)]:
        if shape[axis] == 1:
            continue
        columns, total = [], still
        for place in range(shape[axis]):
            unit = np.zeros(shape)
            np.moveaxis(unit, axis, 0)[place] = 1
            columns.append(steps.arrays({**given, noise: unit})[index] - still)
            along = np.moveaxis(random, axis, 0)[place]
            total = total + columns[-1] * (along if along.ndim == still.ndim else along[..., None])
        if total.shape == moved.shape and np.allclose(total, moved, rtol=_CLOSE, atol=_CLOSE):
            return still, np.stack(columns, -1)
    return None


def _beside(head: NumPyArray, stated: str, factor: NumPyArray, noise: str) -> MatrixSampling:
    """What multiplies the noise, beside the reading that the KL has of its matrix."""
    import numpy as np

    covariance = factor @ factor.swapaxes(-1, -2)
    shares = {one: _share(covariance, covariance_as(head, one)) for one in readings_beside(stated)}
    factors = {one: share for one, share in shares.items() if share is not None}
    own = covariance_as(head, stated)
    factor_of_own = np.linalg.cholesky(own)
    for words, other in (
        ("the sample multiplies the noise by the covariance matrix, not by its Cholesky factor", own @ own),
        (
            "the sample multiplies the noise by the transpose of the Cholesky factor",
            factor_of_own.swapaxes(-1, -2) @ factor_of_own,
        ),
        ("the sample has the precision matrix of the KL as its covariance matrix", np.linalg.inv(own)),
        (
            "the sample has independent latents, the KL those of a covariance matrix",
            covariance * np.eye(covariance.shape[-1]),
        ),
        ("the sample has another covariance matrix than the KL", covariance),
    ):
        if _share(covariance, other) is not None:
            return MatrixSampling(sampled_beside(noise, factors, stated), words)
    raise AssertionError(noise)  # it is a multiple of itself


def _share(covariance: NumPyArray, other: NumPyArray) -> Fraction | None:
    """The number whose square is the ratio of two covariance matrices; None where that is no number."""
    import numpy as np

    covariance, other = np.broadcast_arrays(covariance, other)
    ratio = np.trace(covariance, axis1=-2, axis2=-1).mean() / np.trace(other, axis1=-2, axis2=-1).mean()
    if not ratio > 0 or not np.allclose(covariance, ratio * other, rtol=_CLOSE, atol=_CLOSE):
        return None
    # A factor that people write, out of a decimal number.
    return Fraction(float(ratio) ** 0.5).limit_denominator(10**6)
