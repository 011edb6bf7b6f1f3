"""The conditions of a term that stand in no formula: what multiplies it, and what was not noted."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.numeral import significant
from klcli.judge.condition_kinds import Condition
from klcli.judge.gradient_flow import NO_GRADIENT
from klcli.trace.entry_counts import Amount
from klcli.trace.kl_counts import shape_of
from klcli.trace.kl_recognition import Kernel
from klcli.trace.loss_part import Part
from klcli.trace.recording import Recording

_OWN_BACKWARD = "it has a backward of its own, whose gradients were not noted: its values alone are judged"


def conditions_of(recording: Recording, part: Part, kernel: Kernel, amount: Amount) -> Iterator[Condition]:
    """The conditions of a KL term.

    Args:
        recording: the run.
        part: the term.
        kernel: the KL that it is.
        amount: how it is reduced.
    """
    shape = () if part.matrices else shape_of(part, kernel)
    yield from kernel.verification.conditions
    for said in (*kernel.counted, *amount.said):
        yield Condition("shapes", said, True)
    is_told = NO_GRADIENT in kernel.verification.conditions
    is_stopped = is_told or any(recording.steps[index].op == "stop" for index in part.chain.wrappers)
    if is_stopped and not is_told:
        yield NO_GRADIENT
    if part.is_taken_away and not is_stopped:
        yield Condition("weights", "the loss takes the KL away", False)
    if _has_own_weight(recording, part):
        value = significant(amount.weight)
        text = f"its weight is made of its own value, without a gradient: {value} at this step"
        yield Condition("weights", text, True)
    for weight in part.chain.learned:
        known = recording.steps[weight]
        value = significant(known.values[0]) if known.values else "not known"
        text = f"its weight is trained: {known.name or 'a number made of parameters'}, {value} at this step"
        yield Condition("weights", text, False)
    if len(shape) == 2 and shape[0] == shape[1] > 1:
        text = f"B = d = {shape[0]}: which axis is the batch cannot be told from this step"
        yield Condition("shapes", text, True)
    for cut in part.cuts:
        step = recording.steps[cut]
        text = f"what {step.name or 'the head'} is computed from is not judged"
        yield Condition("equation", text, True)


def unheld(recording: Recording, part: Part) -> Iterator[Condition]:
    """What is to be said of a KL term without gradients that were noted.

    Args:
        recording: the run.
        part: the term.
    """
    steps = (recording.steps[index] for index in recording.leading_to(part.chain.above[0][0]))
    if any(step.op == "same" and step.more.get("call") == "function" for step in steps):
        yield Condition("gradient", _OWN_BACKWARD, True)


def has_gradient(recording: Recording, part: Part) -> bool:
    """Whether a gradient flows through a part, or one of its summands.

    Args:
        recording: the run.
        part: of a loss.
    """
    return any(recording.steps[one.chain.above[0][0]].grad for one in part.merged or (part,))


def _has_own_weight(recording: Recording, part: Part) -> bool:
    """Whether what multiplies a part is made of it, as ``1 / kl.detach()`` is."""
    above = [index for index, _ in part.chain.above]
    beside = (arg for index in above for arg in recording.steps[index].below if arg not in above)
    return any(part.chain.core in recording.leading_to(one) for one in beside)
