"""The numbers of a step held against its program, and against the KL that it is said to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan, prod

from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Symbol, operation
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError
from klcli.gaussian.parameterization import Parameterization
from klcli.trace.entry_counts import Amount
from klcli.trace.kl_counts import kept_of, shape_of
from klcli.trace.kl_recognition import Kernel
from klcli.trace.loss_part import Part
from klcli.trace.masks import entry_weights
from klcli.trace.programs import Builder
from klcli.trace.recording import Recording
from klcli.values import dataclass

_CLOSE: Mapping[str, float] = {"float64": 1e-9, "float32": 1e-4}
"""Relative errors of sums in a precision; anything shorter is far off already."""
_ROUGH = 2e-2
"""The same for half precisions, whose numbers have 8 to 11 bits."""
_LARGEST = 20000
"""Entries of an array that are evaluated: as many as recorders tell the values of."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the numbers of a step say.

    Attributes:
        noted: what the term added to the loss, as it was noted.
        evaluated: what its program gives on the same tensors; None where they were not noted.
        true: what the KL that it is said to be gives, with its weight; None where it has a constant.
        agrees: whether they are the same to the precision of the run.
    """

    noted: float
    evaluated: float | None
    true: float | None
    agrees: bool

    @classmethod
    def within(cls, slack: float, noted: float, evaluated: float, true: float | None) -> Agreement:
        """What numbers say that may be apart by their roundings."""
        values = [evaluated] if true is None else [evaluated, true]
        agrees = all(isfinite(value) and abs(value - noted) <= slack for value in values)
        return cls(noted, evaluated, true, agrees)


def held_against(
    recording: Recording, part: Part, kernel: Kernel, amount: Amount, noted: float | None
) -> Agreement | None:
    """What the numbers say of a KL term; None where they were not noted.

    Args:
        recording: the run.
        part: the term.
        kernel: the KL that it is.
        amount: how it is reduced.
        noted: what it adds to the loss; None where that is not known.
    """
    evaluated, arrays = evaluated_here(recording, part), arrays_of(part)
    if noted is None or evaluated is None or arrays is None or part.chain.is_off:
        return None
    sign = -1 if part.is_taken_away else 1
    entries = None if kernel.is_sampled else kl_of_entries(kernel, arrays)
    counted = None if entries is None else weights_of(recording, part, kernel, amount, len(entries))
    true = None
    if entries is not None and counted is not None:
        true = sign * sum(weight * one.real for weight, one in zip(counted, entries, strict=True))
    # A KL of nearly 0 is what is left of terms of the size of 1, with their roundings.
    scale = max(abs(noted), abs(evaluated), 1e-3 * abs(part.chain.factor))
    return Agreement.within(rounding(recording, part) * scale, noted, evaluated, true)


def weights_of(
    recording: Recording, part: Part, kernel: Kernel, amount: Amount, count: int
) -> list[float] | None:
    """What the KL of every entry is multiplied by in the loss; None where that is not known.

    Args:
        recording: of the step.
        part: of the loss.
        kernel: what is KL in it.
        amount: how often it counts, without masks.
        count: of its entries.
    """
    if not part.chain.masks(recording):
        return [amount.total] * count
    kept = kept_of(recording, part, shape_of(part, kernel))
    if kept is None or len(kept.weights.values) != count:
        return None
    kl = kernel.verification.best.verdict.kl
    factor = abs(part.chain.factor) * (float(kl.scale) if kl else 1.0)
    return [factor * one for one in kept.weights.values]


def evaluated_here(recording: Recording, part: Part) -> float | None:
    """What a part adds to its loss, by its program on the tensors; None where they are not known."""
    arrays = arrays_of(part)
    if arrays is None or part.tree is None:
        return None
    try:
        if part.chain.masks(recording):
            own = evaluate_arrays(Builder(recording, cuts=part.cuts).tree(part.chain.core), arrays)
            return _added(recording, part, part.chain.core, own.values)
        found = evaluate_arrays(part.tree, arrays)
    except (ShapeError, UnshapedError):
        return None
    return float(found.values[0]) * part.chain.factor if len(found.values) == 1 else None


def noted_here(recording: Recording, part: Part) -> float | None:
    """What a part adds to its loss, by the innermost sum on the way to it that was noted; None for none."""
    for index, _ in reversed(part.chain.above):
        values = recording.steps[index].values
        if not values or len(values) != recording.steps[index].size or not all(map(isfinite, values)):
            continue
        found = _added(recording, part, index, values)
        if found is not None:
            return found
    return None


def _added(recording: Recording, part: Part, index: int, values: Sequence[float]) -> float | None:
    """What the entries of a node on the way to a part add to its loss."""
    chain = part.chain
    place, before = next((place, before) for place, (node, before) in enumerate(chain.above) if node == index)
    below = {inner for inner, _ in chain.above[place:]}
    weights = entry_weights(recording, [one for one in chain.wrappers if one not in below], index)
    if weights is None or len(weights.values) != len(values):
        return None
    return float(before * sum(one * weight for one, weight in zip(values, weights.values, strict=True)))


def arrays_of(part: Part) -> dict[str, Array] | None:
    """The values of the symbols of a part, where they are known and few."""
    arrays = part.builder.arrays(free_symbols(part.tree)) if part.tree is not None else None
    if not arrays or max(len(one.values) for one in arrays.values()) > _LARGEST:
        return None
    return arrays


def rounding(recording: Recording, part: Part) -> float:
    """The relative error that a sum of many entries may have in the precisions of a part and its arrays."""
    nodes = [*(index for index, _ in part.chain.above), *part.builder.symbols.values()]
    dtypes = {recording.steps[index].dtype for index in nodes}
    return max(_CLOSE.get(dtype, _ROUGH) for dtype in dtypes)


def kl_of_entries(kernel: Kernel, arrays: Mapping[str, Array]) -> list[complex] | None:
    """The KL of every entry, written from the two Gaussians; complex where the arrays are.

    None where the term has a constant, clips or small numbers, or is the other direction.
    """
    verdict = kernel.verification.best.verdict
    kl, role = verdict.kl, verdict.roles
    constant = kernel.verification.prepared.reductions.constant
    prepared = kernel.verification.prepared
    guarded = prepared.shifts or prepared.epsilons or prepared.clips or prepared.bounds or prepared.floors
    has_constant = (
        # The rounding of a number in the program is no constant.
        kl is None or abs(float(kl.shift)) > 1e-9 * float(kl.scale) or (constant and constant.terms)
    )
    if kl is None or has_constant or guarded or verdict.kind == "reversed":
        return None
    shape = max((one.shape for one in arrays.values()), key=prod)
    mean = _spread(arrays.get(role.mean or ""), shape, 0.0)
    sigma = sigma_of(arrays.get(role.head or ""), shape, verdict.parameterization)
    if role.has_prior:
        own = verdict.prior_parameterization or verdict.parameterization
        prior_mean = _spread(arrays.get(role.prior_mean or ""), shape, 0.0)
        prior_sigma = sigma_of(arrays.get(role.prior_head or ""), shape, own)
    else:
        prior_mean = [float(kl.prior_mean or 0)] * len(mean)
        prior_sigma = [float(kl.prior_variance or 1) ** 0.5] * len(mean)
    moments = zip(mean, sigma, prior_mean, prior_sigma, strict=True)
    return [kl_of_moments(m, s, n, t) for m, s, n, t in moments]


def kl_of_moments(mean: complex, sigma: complex, prior_mean: complex, prior_sigma: complex) -> complex:
    """KL(N(mean, sigma^2) || N(prior_mean, prior_sigma^2)), by its textbook form."""
    from cmath import log

    if not sigma.real > 0 or not prior_sigma.real > 0:
        return nan
    ratio, shift = sigma / prior_sigma, (mean - prior_mean) / prior_sigma
    return (ratio * ratio - 1 + shift * shift) / 2 - log(ratio)


def _spread(array: Array | None, shape: tuple[int, ...], default: float) -> list[complex]:
    """The entries of an array spread over a shape."""
    if array is None:
        return [default] * prod(shape)
    return list(evaluate_arrays(_SUM, {"x": array, "y": Array(shape, [0.0] * prod(shape))}).values)


def sigma_of(array: Array | None, shape: tuple[int, ...], reading: Parameterization) -> list[complex]:
    """The standard deviations of a head under a reading, spread over a shape; 1 without a head."""
    if array is None:
        return [1.0] * prod(shape)
    return _spread(evaluate_arrays(reading.sigma, {"s": array}), shape, 1.0)


_SUM = operation("+", Symbol("x"), Symbol("y"))
