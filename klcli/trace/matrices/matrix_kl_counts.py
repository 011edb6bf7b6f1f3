"""How often a KL of Gaussians with covariance matrices counts, and the numbers of its step."""

from __future__ import annotations

from collections.abc import Collection
from math import isclose, prod

from klcli.formula.value.small_arrays import Array
from klcli.trace.entry_counts import Amount
from klcli.trace.factors import Chain
from klcli.trace.mask_counts import amount_of_kept
from klcli.trace.masks import Kept
from klcli.trace.matrices.expectations import weights_of_entries
from klcli.trace.matrices.fit import TermsFit
from klcli.trace.matrices.kl_recognition import MatrixKl
from klcli.trace.matrices.numpy_operations import NumPyArray
from klcli.trace.matrices.random_gaussians import READINGS, Draw, spread_of, terms_at
from klcli.trace.matrices.replay import evaluated
from klcli.trace.number_checks import Agreement
from klcli.trace.programs import UnfollowedError
from klcli.trace.recording import Recording
from klcli.trace.walks import reached

_DIGITS = 10
"""Of a weight that is fitted in doubles."""
_CLOSE = 1e-6
"""Relative, of a number that is one over the batch."""
_CLOSE_IN_SINGLE = 1e-3
"""Relative, of determinants and inverses in single precision."""


def amount_of_matrices(recording: Recording, chain: Chain, found: MatrixKl) -> Amount:
    """How a KL is reduced, and what multiplies it then.

    Args:
        recording: of the step.
        chain: what stands between the KL and the loss.
        found: the KL.
    """
    if found.fit.counted is not None:
        return _amount_of_kept(found, chain)
    batch = found.fit.batch
    averaged = any(recording.steps[one].op == "mean" for one in chain.wrappers)
    divided = any(isclose(number * batch, 1, rel_tol=_CLOSE) for number in chain.numbers)
    is_mean = batch > 1 and (averaged or divided)
    count = batch if is_mean else 1
    weight = float(f"{found.scale * count:.{_DIGITS}g}")
    return Amount(weight / count, batch, found.fit.start.size, False, is_mean)


def _amount_of_kept(found: MatrixKl, chain: Chain) -> Amount:
    """The same where a mask keeps some of the batch: their weights are those of all of their latents."""
    counted, size = found.fit.counted, found.fit.start.size
    assert counted is not None
    weights = Array((*counted.shape, size), [float(one) for one in counted.ravel() for _ in range(size)])
    return amount_of_kept(Kept(weights, size), found.scale, chain.numbers)


def agreement_of(
    recording: Recording, chain: Chain, found: MatrixKl, noted: float | None
) -> Agreement | None:
    """What the numbers of the step say; None where they were not noted.

    Args:
        recording: of the step.
        chain: what stands between the KL and the loss.
        found: the KL.
        noted: the part of the loss in the step that ran; None where it was not noted.
    """
    import numpy as np

    root, outer = chain.core, weights_of_entries(recording, chain)
    if noted is None or outer is None or chain.is_off:
        return None
    fit, draws = found.fit, draws_of(recording, chain, found.fit)
    try:
        arrays = evaluated(recording, [root], noted_arrays(recording, root, fit.readings))
    except (UnfollowedError, ArithmeticError):
        return None
    if draws is None:
        return None
    here = float(np.dot(outer.ravel(), arrays[root].ravel()))
    true = None if found.is_sampled else _true(fit, draws, found)
    scale = max(abs(noted), abs(here), abs(found.scale))
    return Agreement.within(_CLOSE_IN_SINGLE * scale, noted, here, true)


def draws_of(recording: Recording, chain: Chain, fit: TermsFit) -> dict[int, Draw] | None:
    """The means and matrices of the step; None where they were not noted, or are none.

    Args:
        recording: of the step.
        chain: of the term, with what multiplies it.
        fit: which nodes are means and matrices, and how they are read.
    """
    import numpy as np

    try:
        arrays = evaluated(recording, fit.readings, noted_arrays(recording, chain.core, fit.readings))
        return {one: _gaussian(arrays[one], reading) for one, reading in fit.readings.items()}
    except (UnfollowedError, ArithmeticError, np.linalg.LinAlgError):
        return None


def _true(fit: TermsFit, draws: dict[int, Draw], found: MatrixKl) -> float | None:
    """The KL that the term is said to be, with its weight; None where that is no KL, or has a constant."""
    kl = found.verification.best.verdict.kl
    has_other_prior = kl is not None and kl.prior_variance not in (None, 1)
    if found.verification.best.kind not in ("exact", "reversed") or has_other_prior:
        return None
    terms = terms_at(draws, fit.readings, fit.way, fit.counted)
    signs = {"trace": 1, "mahalanobis": 1, "logdet_q": -1, "logdet_p": 1, "constant": -fit.start.size}
    sign = -1 if found.is_taken_away else 1
    return sign * found.scale / 2 * sum(signs[name] * terms[name] for name in terms if name in signs)


def _gaussian(array: NumPyArray, reading: str) -> Draw:
    """An array of the step as what it is read as."""
    import numpy as np

    if reading == "mean":
        return Draw(array, array)
    if reading not in READINGS:
        sigma = spread_of(array, reading)
        return Draw(sigma, sigma[..., None] * np.eye(sigma.shape[-1]))
    if reading == "cholesky":
        return Draw(array, np.tril(array))
    return Draw(array, np.linalg.cholesky(array if reading == "covariance" else np.linalg.inv(array)))


def noted_arrays(recording: Recording, root: int, symbols: Collection[int]) -> dict[int, NumPyArray]:
    """The arrays of the step that were noted: symbols, and what nothing is computed before.

    Args:
        recording: of the step.
        root: the node that is computed from them.
        symbols: the nodes that are taken as they are, whatever they are computed from.
    """
    import numpy as np

    found: dict[int, NumPyArray] = {}
    done: set[int] = set()
    for index in reached(root, lambda one: () if one in done else recording.steps[one].operands):
        step = recording.steps[index]
        base = recording.steps[step.operands[0]] if step.op == "part" else step
        is_start = step.is_leaf and not base.operands and (base is step or base.values is None)
        is_start = is_start or index in symbols
        # What is held still may be gone at the loss, and has the values of what was made of it.
        held = step.operands[0] if step.op in ("same", "stop") else index
        if (is_start or held in symbols) and step.values and len(step.values) == prod(step.shape):
            found[index] = found[held] = np.array(step.values).reshape(step.shape)
            done.add(index)
    return found
