"""Numbers that are added in a loss and that nobody types: they change its value, and train nothing."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from klcli.trace.factors import Chain, chain_to, number_of
from klcli.trace.masks import values_of
from klcli.trace.recording import Recording, Step
from klcli.values import dataclass, replace

_MOST_SUMS = 400
"""Sums of a loss that are looked into; one of many layers has as many."""
_TYPED, _SINGLE = "{:.3e}", 1e-7
"""Numbers that are typed have four digits at most, as doubles or relative to the rounding of singles."""


@dataclass(frozen=True, slots=True)
class AddedNumber:
    """A number in a loss.

    Attributes:
        node: the sum that it is added in.
        value: what it is, times what multiplies it; of an array of numbers the sum of its entries.
        is_plain: whether it came as a number, and was not computed from arrays.
    """

    node: int
    value: float
    is_plain: bool = True


def added_numbers(recording: Recording, loss: int) -> Iterator[AddedNumber]:
    """The numbers that are added in a loss, but for those that are typed.

    Args:
        recording: the run.
        loss: its node.
    """
    waiting, count = [Chain(loss)], 0
    while waiting and count < _MOST_SUMS:
        chain, count = chain_to(recording, waiting.pop()), count + 1
        step = recording.steps[chain.core]
        if step.op in ("sum", "mean") and step.below:  # of a stack of numbers
            stacked = recording.steps[step.below[0]]
            waiting += [replace(chain, core=arg, above=()) for arg in stacked.below]
        elif step.op in ("add", "sub"):
            for place, arg in enumerate(step.args):
                factor = chain.factor * (-1 if step.op == "sub" and place else 1)
                if isinstance(arg, int) and recording.steps[arg].grad:
                    waiting.append(replace(chain, core=arg, factor=factor, above=()))
                elif (values := _values(recording, arg)) and not all(map(_is_typed, values)):
                    yield AddedNumber(chain.core, factor * sum(values), _is_plain(recording, arg))
        elif _is_made_number(step):
            yield AddedNumber(chain.core, chain.factor * sum(step.values or ()))


def _values(recording: Recording, arg: int | float) -> tuple[float, ...] | None:
    number = number_of(recording, arg)
    if number is not None or not isinstance(arg, int):
        return None if number is None else (number,)
    return values_of(recording, arg)


def _is_typed(value: float) -> bool:
    return isclose(value, float(_TYPED.format(value)), rel_tol=_SINGLE)


def _is_plain(recording: Recording, arg: int | float) -> bool:
    return not isinstance(arg, int) or all(
        recording.steps[one].size == 1 for one in recording.leading_to(arg)
    )


def _is_made_number(step: Step) -> bool:
    """Whether it is a number with a gradient of its own, as ``torch.tensor(kl, requires_grad=True)``."""
    return step.op == "leaf" and step.size == 1 and step.more.get("made_by") == "an input"
