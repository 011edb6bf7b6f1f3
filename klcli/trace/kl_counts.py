"""How often KLs and estimators count in a loss, from the shapes that occurred."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from klcli.judge.shapes.reductions import Reductions
from klcli.trace.kernels import Kernel
from klcli.trace.parts import Part
from klcli.trace.recording import Recording
from klcli.trace.weights import Amount, amount_of, amount_of_kept, reduced
from klcli.values import replace

__all__ = ["estimator_amount", "is_of_parameters", "kl_amount", "shape_of"]


def kl_amount(recording: Recording, part: Part, kernel: Kernel) -> Amount:
    """The amount of a part that is a KL."""
    kl = kernel.verification.best.verdict.kl
    assert kl
    shape = shape_of(part, kernel)
    # A number that is a part of the KL, as 1/2 is, counts nothing; those around it may.
    factor = abs(part.chain.factor) * float(kl.scale)
    has_batch = not is_of_parameters(recording, part, kernel)
    found = _amount(recording, part, _sums(kernel, shape), shape, factor, has_batch=has_batch)
    return replace(found, total=0.0) if part.chain.is_off else found


def estimator_amount(recording: Recording, part: Part, factor: float) -> Amount | None:
    """The amount of a part that is a multiple of an estimator of each token; None if it is not known."""
    if part.tree is None or not part.builder.shapes:
        return None
    shape = max(part.builder.shapes.values(), key=len)
    sums = reduced(part.tree, shape)
    if sums.flaw or not sums.is_tried:
        return None
    return _amount(recording, part, sums, shape, abs(part.chain.factor) * factor, is_of_examples=True)


def _amount(
    recording: Recording,
    part: Part,
    sums: Reductions,
    shape: Sequence[int],
    factor: float,
    *,
    has_batch: bool = True,
    is_of_examples: bool = False,
) -> Amount:
    numbers, shared = part.chain.numbers, part.chain.shared
    kept = part.chain.kept(recording, prod(shape))
    if kept is not None:
        return amount_of_kept(kept, factor, numbers)
    return amount_of(
        sums, shape, factor, numbers, shared=shared, has_batch=has_batch, is_of_examples=is_of_examples
    )


def _sums(kernel: Kernel, shape: Sequence[int]) -> Reductions:
    """What the sums of a KL do to arrays with as many axes as those of the run have."""
    prepared = kernel.verification.prepared
    found = prepared.reductions
    if not found.scale.powers or len(found.scale.powers) == len(shape):
        return found
    own = reduced(prepared.aside.arrays, shape)
    return found if own.flaw or not own.is_tried else own


def is_of_parameters(recording: Recording, part: Part, kernel: Kernel) -> bool:
    """Whether a KL is that of a network's weights, which have no batch.

    Args:
        recording: the run.
        part: the term.
        kernel: the KL that it is.
    """
    role = kernel.verification.best.verdict.roles
    names = [name for name in (role.mean, role.head) if name in part.builder.symbols]
    leaves = [
        recording.steps[leaf]
        for name in names
        for leaf in recording.leading_to(part.builder.symbols[name])
        if recording.steps[leaf].is_leaf
    ]
    return bool(leaves) and all(leaf.more.get("made_by") == "a parameter" for leaf in leaves)


def shape_of(part: Part, kernel: Kernel) -> tuple[int, ...]:
    """The shape of the means and heads, spread over each other."""
    role = kernel.verification.best.verdict.roles
    shapes = [part.builder.shapes[name] for name in (role.mean, role.head) if name in part.builder.shapes]
    rank = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(max(lengths) for lengths in zip(*padded, strict=True))
