"""How often likelihoods count in a loss: those that are called by a name, and those that are written out."""

from __future__ import annotations

from math import prod

from klcli.formula.traversal import free_symbols
from klcli.trace.entry_counts import Amount, amount_of, amount_of_call, reduced
from klcli.trace.loss_part import Part
from klcli.trace.mask_counts import amount_of_kept
from klcli.trace.recording import Recording


def likelihood_amount(recording: Recording, part: Part) -> Amount | None:
    """The amount of a part that is a likelihood; None where that is not known."""
    is_called = recording.steps[part.chain.core].op == "loss"
    return _called_amount(recording, part) if is_called else _written_amount(recording, part)


def _called_amount(recording: Recording, part: Part) -> Amount | None:
    step = recording.steps[part.chain.core]
    if part.likelihood is None or len(step.below) < 2:
        return None
    one, target = (recording.steps[index] for index in step.below[:2])
    shape = target.shape if part.likelihood.name == "cross-entropy" else one.shape
    if part.likelihood.name == "cross-entropy" and one.shape == target.shape:
        shape = one.shape[:1] + one.shape[2:]  # targets that are probabilities
    batch = shape[0] if shape else 1
    reduction = str(step.more.get("reduction"))
    if reduction == "none" and part.tree is not None:
        chain = part.chain
        if (kept := chain.kept(recording, prod(shape))) is not None:
            return amount_of_kept(kept, chain.factor, chain.numbers)
        sums = reduced(part.tree, shape)
        if sums.flaw:
            return None
        own = part.likelihood.name == "cross-entropy"  # an example has one, where it has one label
        return amount_of(sums, shape, chain.factor, chain.numbers, shared=chain.shared, is_of_examples=own)
    entries = prod(shape) // batch if batch else 1
    return amount_of_call(reduction, batch, entries, part.chain.factor, part.chain.numbers, part.chain.shared)


def _written_amount(recording: Recording, part: Part) -> Amount | None:
    assert part.tree is not None
    assert part.likelihood
    shape = max((part.builder.shapes[name] for name in free_symbols(part.tree)), key=len)
    if (kept := part.chain.kept(recording, prod(shape))) is not None:
        return amount_of_kept(kept, abs(part.chain.factor) * part.likelihood.factor, part.chain.numbers)
    sums = reduced(part.tree, shape)
    if sums.flaw or not sums.is_tried:
        return None
    factor = abs(part.chain.factor) * part.likelihood.factor
    return amount_of(sums, shape, factor, part.chain.numbers, shared=part.chain.shared)
