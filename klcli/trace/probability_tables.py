"""KLs of tables of probabilities that are called: ``kl_div(log_q, p)`` of logarithms and of what has none.

It is no KL where the first is no logarithm, or the second one is, as the values at this step or what made
them say. A mean over all entries is one over the classes, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from klcli.judge.mistakes.table import find_mistake
from klcli.trace.entry_counts import Amount
from klcli.trace.loss_part import Part
from klcli.trace.recording import Recording, Step
from klcli.trace.unrecognized_terms import Unknown

KIND = "kl-div"
"""Of a likelihood that is such a KL."""
_LOGARITHMS = ("log_softmax", "log", "logsigmoid")
_PROBABILITIES = ("softmax", "exp", "sigmoid")
_ROUNDING = 1e-3
"""By which the logarithm of a probability may be above 0 in a short precision."""


def verdict_on_table(recording: Recording, part: Part, amount: Amount | None) -> tuple[str, Unknown | None]:
    """The verdict on a KL of tables, empty where nothing is to be said, and what is wrong with it.

    Args:
        recording: the run.
        part: a likelihood that is called.
        amount: how it is reduced.
    """
    step = recording.steps[part.chain.core]
    if step.more.get("kind") != KIND:
        return "", None
    for text in _flaws(step, [recording.steps[one] for one in step.below]):
        return "wrong", Unknown(False, "wrong", text, find_mistake("KL100"))
    is_mean = amount is not None and amount.is_mean_of_entries and amount.entries > 1
    return ("scaled" if is_mean else ""), None


def _flaws(step: Step, given: list[Step]) -> Iterator[str]:
    if len(given) != 2:
        return
    call, (one, target) = step.more.get("call"), given
    if _is_of(one, _PROBABILITIES, sign=1):
        yield f"the first argument of {call} is to be logarithms of probabilities, and is none"
    if step.more.get("log_target"):
        if _is_of(target, _PROBABILITIES, sign=1):
            yield f"with log_target the second argument of {call} is to be logarithms, and is none"
    elif _is_of(target, _LOGARITHMS, sign=-1):
        yield f"the second argument of {call} is to be probabilities, and has the entries of logarithms"


def _is_of(step: Step, makers: tuple[str, ...], sign: int) -> bool:
    """Whether an array has entries of a sign, or where these are not known was made by some functions."""
    if step.values is None:
        return step.more.get("made_by") in makers
    return max(sign * value for value in step.values) > _ROUNDING
