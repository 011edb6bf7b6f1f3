"""From a loss down to its terms: what multiplies a part of it, and over what that is summed."""

from __future__ import annotations

from collections.abc import Iterator

from klcli.formula.tree import Reduction, ReductionKind, Stop, Tree, operation
from klcli.trace.learned_weights import learned_weight
from klcli.trace.masks import Kept, counts_kept, is_count, is_mask, kept_by, values_of
from klcli.trace.programs import Builder
from klcli.trace.recording import Recording, Step
from klcli.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class Chain:
    """The way from a loss to a part of it, through what is linear.

    Attributes:
        core: the node at its end, which is nothing linear in one other.
        factor: what multiplies the core in the loss, apart from the sums and means on the way.
        wrappers: the sums, means, stops, masks and counts of kept positions on the way, the outermost first.
        above: the nodes on the way, the outermost first, each with what multiplies it in the loss.
        numbers: one over the numbers that divide on the way; these may be counts.
        shared: how many of these, the first ones, divide other terms of the loss, too.
        is_off: whether one of them is 0; the factor is then that of the others.
        divisors: the nodes that divide on the way.
        learned: the nodes of those that are trained, whose values at this step are in the factor.
    """

    core: int
    factor: float = 1.0
    wrappers: tuple[int, ...] = ()
    above: tuple[tuple[int, float], ...] = ()
    numbers: tuple[float, ...] = ()
    shared: int = 0
    is_off: bool = False
    divisors: tuple[int, ...] = ()
    learned: tuple[int, ...] = ()

    def masks(self, recording: Recording) -> tuple[int, ...]:
        """The wrappers that keep some positions, or divide by how many are kept."""
        return tuple(
            index
            for index in self.wrappers
            if recording.steps[index].op in ("div", "keep", "where")
            or (recording.steps[index].op == "mul" and is_mask(recording, _beside(recording, index)))
        )

    def names(self, recording: Recording) -> Iterator[str]:
        """What the nodes on the way are called, and the functions that these stand in."""
        for index, _ in self.above:
            step = recording.steps[index]
            yield from filter(None, (*step.names, step.place.function if step.place else None))

    def kept(self, recording: Recording, size: int) -> Kept | None:
        """What masks on the way keep of the entries of the core; None where there are none.

        Args:
            recording: the run.
            size: how many entries the terms have; a core with fewer has sums of its own.
        """
        if not self.masks(recording) or recording.steps[self.core].size != size:
            return None
        return kept_by(recording, self.wrappers, self.core)

    def counts(self, recording: Recording) -> tuple[float, ...]:
        """The numbers of kept positions, and shares of them, that divide on the way."""
        return tuple(
            values[0]
            for index in self.divisors
            if (values := recording.steps[index].values) and len(values) == 1 and is_count(recording, index)
        )

    def wrapped(self, tree: Tree, builder: Builder, recording: Recording) -> Tree:
        """A tree of the core inside of the sums, means, factors and stops on the way: of the kept positions.

        Args:
            tree: of the core.
            builder: what its symbols are.
            recording: the run.

        Raises:
            UnfollowedError: a factor is no program.
        """
        masks = self.masks(recording)
        for index in reversed(self.wrappers):
            step = recording.steps[index]
            if index in masks:
                continue
            if step.op == "stop":
                tree = Stop(tree)
            elif step.op == "mul":
                tree = operation("*", tree, builder.tree(_beside(recording, index)))
            else:
                axes = step.more.get("axes")
                kind: ReductionKind = "sum" if step.op == "sum" else "mean"
                tree = Reduction(
                    kind, "", tree, None if axes is None else tuple(axes), bool(step.more.get("keepdim"))
                )
        return tree

    def tree(self, builder: Builder, recording: Recording) -> Tree:
        """The program of the part, without what multiplies it; see `wrapped`.

        Raises:
            UnfollowedError: it is no program.
        """
        return self.wrapped(builder.tree(self.core), builder, recording)


def chain_to(recording: Recording, start: Chain) -> Chain:
    """The chain that goes on from its core as far as one thing leads to the next."""
    found = start
    while True:
        step = recording.steps[found.core]
        found = replace(found, above=(*found.above, (found.core, found.factor)))
        below = _below(recording, found, step)
        if below is None:
            return found
        found = below


def unscaled(recording: Recording, chain: Chain) -> Chain:
    """A chain below a typed number that multiplies or divides its core, as the count of examples does."""
    match recording.steps[chain.core]:
        case Step(op="div", args=(int() as core, float() as number)) if number:
            return replace(chain, core=core, factor=chain.factor / number)
        case Step(op="mul", args=(int() as core, float() as number) | (float() as number, int() as core)):
            return replace(chain, core=core, factor=chain.factor * number)
    return chain


def _below(recording: Recording, found: Chain, step: Step) -> Chain | None:
    """The chain one node further; None at its end."""
    first = step.args[0] if step.args else None
    if step.op in ("same", "neg") and isinstance(first, int):
        return replace(found, core=first, factor=found.factor * (-1 if step.op == "neg" else 1))
    if step.op == "shape" and isinstance(first, int) and step.size == 1:
        return replace(found, core=first)
    if step.op in ("sum", "mean", "stop", "keep") and isinstance(first, int):
        is_chosen = step.op == "keep" and not is_mask(recording, step.below[1])
        if recording.steps[first].op == "stack" or is_chosen:
            return None
        return replace(found, core=first, wrappers=(*found.wrappers, found.core))
    if step.op in ("mul", "div"):
        return _multiplied(recording, found, step)
    if step.op == "where":
        return _left(recording, found, step)
    if step.op == "add" and any(isinstance(arg, float) and not arg for arg in step.args):
        return replace(found, core=step.below[0])  # a sum begins with a 0
    return None


def _multiplied(recording: Recording, found: Chain, step: Step) -> Chain | None:
    left, right = step.args
    for part, other in ((left, right), (right, left)):
        value, is_counted = number_of(recording, other), True
        if value is None:
            value, is_counted = stopped_number(recording, other), False
        learned = None
        if value is None and isinstance(part, int) and isinstance(other, int):
            learned = value = learned_weight(recording, other, part)
        if not isinstance(part, int) or value is None or (step.op == "div" and other is left):
            continue
        if number_of(recording, part) is not None:
            return None  # a number by itself is a term, whatever it is made of
        if not value and step.op == "div":
            return None
        is_off, value = found.is_off or not value, value or 1.0
        value = 1 / value if step.op == "div" else value
        return replace(
            found,
            core=part,
            factor=found.factor * value,
            numbers=(*found.numbers, value)
            if step.op == "div" and learned is None and is_counted
            else found.numbers,
            is_off=is_off,
            divisors=(*found.divisors, other)
            if step.op == "div" and isinstance(other, int)
            else found.divisors,
            learned=found.learned if learned is None else (*found.learned, int(other)),
        )
    return _masked(recording, found, step)


def _masked(recording: Recording, found: Chain, step: Step) -> Chain | None:
    """The chain below a mask, the numbers of kept positions, or another array that trains nothing.

    The last only where it multiplies a sum of terms: a product with one may be anything.
    """
    trained = [arg for arg in step.below if recording.steps[arg].grad]
    if len(step.below) != 2 or len(trained) != 1:
        return None
    other = _beside(recording, found.core)
    is_kept = is_mask(recording, other) or _is_sum(recording, trained[0])
    if step.op == "div":
        is_kept = trained[0] == step.args[0] and counts_kept(recording, other)
    return replace(found, core=trained[0], wrappers=(*found.wrappers, found.core)) if is_kept else None


def _left(recording: Recording, found: Chain, step: Step) -> Chain | None:
    """The chain below what a mask leaves of an array, with zeros for the rest."""
    trained = [arg for arg in step.below[1:] if recording.steps[arg].grad]
    if len(trained) != 1 or not is_mask(recording, step.below[0]):
        return None
    return replace(found, core=trained[0], wrappers=(*found.wrappers, found.core))


def _beside(recording: Recording, index: int) -> int:
    """The operand of a product or quotient that trains nothing."""
    return next(arg for arg in recording.steps[index].below if not recording.steps[arg].grad)


def _is_sum(recording: Recording, index: int) -> bool:
    """Whether terms are added in a node, besides what changes only its sign or shape."""
    step = recording.steps[index]
    while step.op in ("same", "neg", "shape") and step.below:
        step = recording.steps[step.below[0]]
    return step.op in ("add", "sub") and len(step.below) == 2


def stopped_number(recording: Recording, arg: int | float) -> float | None:
    """The number that an argument without its gradient is at this step: a weight, as ``error.detach()``."""
    if not isinstance(arg, int) or recording.steps[arg].op != "stop" or recording.steps[arg].size != 1:
        return None
    return (recording.steps[arg].values or (None,))[0]


def number_of(recording: Recording, arg: int | float) -> float | None:
    """The number that an argument is: typed, or without a gradient and with a value that is known."""
    if not isinstance(arg, int):
        return float(arg)
    step = recording.steps[arg]
    if step.op == "full":
        return float(step.args[0])
    if step.size == 1 and not step.grad and step.op not in ("noise", "stop"):
        return (values_of(recording, arg) or (None,))[0]
    return None
