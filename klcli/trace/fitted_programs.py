"""A function that is not followed as the program that it has the values of, which is judged as any other.

Single entries say which multiple of a KL it is; how it reduces them, its value of whole arrays says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isclose, log10
from typing import Any

from klcli.formula.tree import Call, Negative, Number, Operation, Operator, Symbol, Tree
from klcli.judge.engine import recovered
from klcli.trace.black_box_probing import FittedKL
from klcli.trace.recording import NotedLoss, Recording, Step, WholeCall
from klcli.values import replace

_ASIDE = 9
"""Digits that `recovered` leaves aside, but for one that the fit is wrong in."""
_OPERATIONS: Mapping[Operator, str] = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}


def fitted_recording(recording: Recording, fit: FittedKL) -> Recording | None:
    """A recording of the program that a function has the values of; None if its sums are not known.

    Args:
        recording: of the function.
        fit: what its single entries are.
    """
    called, loss = recording.called, recording.losses[0]
    axes = _reduction(called, fit) if called else None
    if called is None or axes is None:
        return None
    last = recording.steps[loss.node]
    steps = _Steps(last, called)
    node = steps.kl(fit)
    shape = called.shape
    for op, axis in axes:
        lengths = [] if axis is None else list(steps.steps[node].shape[:-1])
        node = steps.add(op, [node], lengths, axes=None if axis is None else [axis], keepdim=False)
    if _scale(fit) != 1:
        node = steps.add("mul", [node, _scale(fit)], shape)
    own = steps.steps[node]
    called_by = last.more.get("call") or last.more.get("made_by")
    steps.steps[node] = replace(own, names=last.names, more={**own.more, "call": called_by, **_known(called)})
    value = called.values[0] if len(called.values) == 1 else None
    noted = NotedLoss(node, value, loss.place)
    return replace(recording, steps=tuple(steps.steps), losses=(noted,), probes=(), called=None, others=())


def _known(called: WholeCall) -> dict[str, Any]:
    return {"values": called.values} if len(called.values) == 1 else {}


def _reduction(called: WholeCall, fit: FittedKL) -> Sequence[tuple[str, int | None]] | None:
    """The sums and means, with their axes, by which single entries become what a whole call gave back."""
    (shape, mean), (other, head) = (called.given[name] for name in (fit.mean, fit.head))
    if shape != other or len(shape) != 2:
        return None
    try:
        entries = [fit.value(*one) for one in zip(mean, head, strict=True)]
    except ArithmeticError:
        return None
    batch, latents = shape
    rows = [sum(entries[place * latents : (place + 1) * latents]) for place in range(batch)]
    total = sum(entries)
    possible: list[tuple[list[float], Sequence[tuple[str, int | None]]]] = [
        (entries, ()),
        (rows, (("sum", -1),)),
        ([row / latents for row in rows], (("mean", -1),)),
        ([total], (("sum", None),)),
        ([total / batch], (("sum", -1), ("mean", None))),
        ([total / batch / latents], (("mean", None),)),
        ([total / latents], (("mean", -1), ("sum", None))),
    ]
    return next((axes for values, axes in possible if _are_close(values, called.values, fit)), None)


def _are_close(values: Sequence[float], found: Sequence[float], fit: FittedKL) -> bool:
    pairs = zip(values, found, strict=False)
    return len(values) == len(found) and all(
        isclose(one, other, rel_tol=fit.close, abs_tol=fit.close) for one, other in pairs
    )


def _scale(fit: FittedKL) -> float:
    """What multiplies a KL to a standard normal prior; any other is judged with what multiplies it."""
    mean, variance = fit.prior
    is_standard = isclose(variance, 1, rel_tol=fit.close) and abs(mean) <= fit.close
    return _plain(fit.scale, fit) if is_standard else 1.0


def _plain(value: float, fit: FittedKL) -> float:
    """The plain number that a factor is but for the rounding of its fit."""
    return float(recovered(Decimal(value), int(-log10(fit.close)) + _ASIDE))


class _Steps:
    """The steps of a program, as they are added."""

    def __init__(self, last: Step, called: WholeCall) -> None:
        self._last, self.steps, self._leaves = last, list[Step](), dict[str, int]()
        for name, (shape, values) in called.given.items():
            more = {"values": values, "made_by": "an input"}
            self.steps.append(Step("leaf", (), shape, last.dtype, True, None, (name,), more))
            self._leaves[name] = len(self.steps) - 1

    def add(self, op: str, args: Sequence[int | float], shape: Sequence[int], **more: Any) -> int:
        """Add an operation, and give its place."""
        step = Step(op, tuple(args), tuple(shape), self._last.dtype, True, self._last.place, (), more)
        self.steps.append(step)
        return len(self.steps) - 1

    def kl(self, fit: FittedKL) -> int:
        """The terms of one entry, added up, without what multiplies a KL to a standard normal prior."""
        scale = _scale(fit)
        square, linear, variance, logarithm, constant = (_plain(one / scale, fit) for one in fit.factors)
        mean, head = self._leaves[fit.mean], self._leaves[fit.head]
        shape = self.steps[mean].shape
        terms = [
            (square, self.add("square", [mean], shape)),
            (linear, mean),
            (variance, self._of(fit.reading.variance, head, shape)),
            (logarithm / 2, self._of(fit.reading.log_variance, head, shape)),
        ]
        first, *rest = [self.add("mul", [factor, node], shape) for factor, node in terms if factor]
        for one in rest:
            first = self.add("add", [first, one], shape)
        return self.add("add", [first, constant], shape) if constant else first

    def _of(self, tree: Tree, head: int, shape: Sequence[int]) -> int:
        """A function of the head."""
        found = self._operand(tree, head, shape)
        assert isinstance(found, int)
        return found

    def _operand(self, tree: Tree, head: int, shape: Sequence[int]) -> int | float:
        match tree:
            case Symbol():
                return head
            case Number():
                return float(tree.value)
            case Negative():
                inner = self._operand(tree.operand, head, shape)
                return -inner if isinstance(inner, float) else self.add("neg", [inner], shape)
            case Operation():
                pair = [self._operand(one, head, shape) for one in (tree.left, tree.right)]
                return self.add(_OPERATIONS[tree.operator], pair, shape)
            case Call():
                return self.add(tree.function, [self._operand(tree.argument, head, shape)], shape)
        raise TypeError(f"{type(tree).__name__} in the table of readings")
