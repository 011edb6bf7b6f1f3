"""How often KLs and estimators count in a loss, from the shapes that occurred."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose, prod

from klcli.formula.value.small_arrays import Array
from klcli.judge.shapes.reductions import Reductions
from klcli.trace.entry_counts import Amount, amount_of, coefficient, reduced
from klcli.trace.kl_recognition import Kernel
from klcli.trace.loss_part import Part
from klcli.trace.mask_counts import amount_of_kept
from klcli.trace.masks import Kept
from klcli.trace.recording import Recording, Step
from klcli.values import replace

_HALVES = 2
"""A number of latents that the 1/2 of a KL is told from."""
_CLOSE = 1e-6
"""Relative: a number of kept positions has a small one added, lest it is 0, and is in single precision."""


def kl_amount(recording: Recording, part: Part, kernel: Kernel) -> Amount:
    """The amount of a part that is a KL.

    Args:
        recording: of the step.
        part: of the loss.
        kernel: what is KL in it.
    """
    kl = kernel.verification.best.verdict.kl
    assert kl
    shape = shape_of(part, kernel)
    # A number that is a part of the KL, as 1/2 is, counts nothing; those around it may.
    factor = abs(part.chain.factor) * float(kl.scale)
    has_batch = not is_of_parameters(recording, part, kernel)
    sums = _sums(kernel, shape)
    columns = _columns(recording, part, kernel) if has_batch else 0
    found = _amount(recording, part, sums, shape, factor, has_batch=has_batch, is_of_latents=not columns)
    if columns > _HALVES and any(isclose(one * columns, 1, rel_tol=_CLOSE) for one in part.chain.numbers):
        said = (*found.said, f"{columns} is taken for the number of latents")
        found = replace(found, entries=columns, is_mean_of_entries=True, said=said)
    return replace(found, total=0.0) if part.chain.is_off else found


def estimator_amount(recording: Recording, part: Part, factor: float) -> Amount | None:
    """The amount of a part that is a multiple of an estimator of each token; None if it is not known.

    Args:
        recording: of the step.
        part: of the loss.
        factor: of the estimator in the formula of the part.
    """
    if part.tree is None or not part.builder.shapes:
        return None
    shape = max(part.builder.shapes.values(), key=len)
    sums = reduced(part.tree, shape)
    if sums.flaw or not sums.is_tried:
        return None
    return _amount(recording, part, sums, shape, abs(part.chain.factor) * factor)


def _amount(
    recording: Recording,
    part: Part,
    sums: Reductions,
    shape: Sequence[int],
    factor: float,
    *,
    has_batch: bool = True,
    is_of_latents: bool = False,
) -> Amount:
    """The amount, of a KL, or of an estimator, which is of examples."""
    numbers: Sequence[float] = part.chain.numbers
    kept = kept_of(recording, part, shape)
    if kept is not None:
        latents = shape[-1] if is_of_latents else 1
        return amount_of_kept(kept, factor, numbers, shared=part.chain.shared, latents=latents)
    if counts := other_counts(recording, part, shape):  # these are no lengths of it
        numbers = [one for one in numbers if not any(isclose(one * of, 1, rel_tol=_CLOSE) for of in counts)]
    return amount_of(
        sums,
        shape,
        factor,
        numbers,
        shared=part.chain.shared,
        has_batch=has_batch,
        is_of_examples=not is_of_latents,
        is_of_latents=is_of_latents,
    )


def kept_of(recording: Recording, part: Part, shape: Sequence[int]) -> Kept | None:
    """What masks keep of the entries of a part; None where there are none, or that is not known.

    Args:
        recording: the run.
        part: the term.
        shape: of its means and heads; what masks are applied to may be sums over the last axes of these.
    """
    chain = part.chain
    core = recording.steps[chain.core]
    kept = chain.kept(recording, core.size)
    inner = prod(shape) // max(core.size, 1)
    if kept is None or inner == 1:
        return kept
    sums = reduced(part.builder.tree(chain.core), shape)
    outer = list(core.shape)
    while outer and outer[-1] == 1:
        outer.pop()
    if sums.flaw or not sums.is_tried or list(shape[: len(outer)]) != outer:
        return None
    weight = coefficient(sums.scale, shape)
    values = [one * weight for one in kept.weights.values for _ in range(inner)]
    return Kept(Array(tuple(shape), values), kept.entries * inner)


def other_counts(recording: Recording, part: Part, shape: Sequence[int]) -> tuple[float, ...]:
    """The numbers of kept positions that divide a part and are no lengths of it."""
    lengths = [prod(shape[: last + 1]) for last in range(len(shape))]
    counts = part.chain.counts(recording)
    return tuple(one for one in counts if not any(isclose(one, length, rel_tol=_CLOSE) for length in lengths))


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
    own = _leaves(recording, part, (role.mean, role.head))
    other = [leaf for leaf in _leaves(recording, part, (role.prior_mean, role.prior_head)) if leaf.grad]
    is_program = recording.called is None
    return bool(own) and all(
        leaf.more.get("made_by") == "a parameter" or (is_program and _is_trained_vector(leaf))
        for leaf in (*own, *other)
    )


def _is_trained_vector(leaf: Step) -> bool:
    """Whether it is what a program trains, as ``torch.zeros(d, requires_grad=True)``, and has no batch."""
    return leaf.op == "leaf" and leaf.grad and leaf.more.get("made_by") == "an input" and len(leaf.shape) == 1


def _columns(recording: Recording, part: Part, kernel: Kernel) -> int:
    """Of how many latents of each example a KL has one, if it has a single number of each; else 0.

    Its means and heads have one axis, and are outputs of a model with that axis and another one.
    """
    builder = part.builder
    names = [one for one in kernel.verification.best.verdict.roles.names if one in builder.symbols]
    found: list[int] = []
    for name in names:
        step = recording.steps[builder.symbols[name]]
        base = recording.steps[step.operands[0]] if step.op == "part" and step.operands else step
        if len(builder.shapes[name]) != 1 or base.shape[:-1] != builder.shapes[name]:
            return 0
        found.append(base.shape[-1])
    return min(found, default=0)


def _leaves(recording: Recording, part: Part, names: Sequence[str | None]) -> list[Step]:
    """The leaves that symbols are computed from."""
    nodes = [part.builder.symbols[name] for name in names if name in part.builder.symbols]
    every = [recording.steps[leaf] for node in nodes for leaf in recording.leading_to(node)]
    return [leaf for leaf in every if leaf.is_leaf]


def shape_of(part: Part, kernel: Kernel) -> tuple[int, ...]:
    """The shape of the means and heads, spread over each other."""
    names = kernel.verification.best.verdict.roles.names
    shapes = [part.builder.shapes[name] for name in names if name in part.builder.shapes]
    rank = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(max(lengths) for lengths in zip(*padded, strict=True))
