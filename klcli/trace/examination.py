"""A function's calls and its program together: what the numbers say, what the judge says, where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from random import Random

from klcli.errors import KlcliError
from klcli.formula.tree import Tree, free_symbols
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.candidates import Question
from klcli.judge.verdict import FixedPrior
from klcli.judge.verification import Verification, verify
from klcli.trace.kernels import with_counts
from klcli.trace.programs import Builder, UnfollowedError, program_of
from klcli.trace.recording import Place, Recording, read_recording
from klcli.trace.trials import SHAPES, Call, Gap, Reduction, Trial, gaps, reduction_of, trial
from klcli.values import dataclass

__all__ = ["Examination", "examine"]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found of a function.

    Attributes:
        trials: the calls.
        single: a call with one entry of one example, where the values are not those of the KL.
        reduction: how its values are the KL times the scale; None where they are not.
        gaps: where gradients, or values in one precision, are others; the largest first.
        verification: what the judge says of its program; None where that was not followed.
        problem: why it was not followed.
        operations: how many operations ran.
        stops: where gradients are stopped.
    """

    trials: tuple[Trial, ...]
    single: Trial | None
    reduction: Reduction | None
    gaps: tuple[Gap, ...]
    verification: Verification | None
    problem: str
    operations: int
    stops: tuple[Place, ...]


def examine(
    call: Call,
    names: tuple[str, str],
    reading: Parameterization,
    *,
    prior: tuple[float, float] = (0, 1),
    scale: float = 1,
    dtypes: Sequence[str] = ("float64",),
    gradient: bool = True,
    seed: int = 0,
) -> Examination:
    """Call a function in two shapes and some precisions, and judge its program.

    Args:
        call: how it is called.
        names: of its mean and its head.
        reading: what its head means.
        prior: mean and standard deviation.
        scale: the factor that its KL is to have.
        dtypes: the precisions.
        gradient: whether its gradients are looked at.
        seed: of the entries.
    """
    generator = Random(seed)
    trials = tuple(
        trial(call, shape, dtype, reading, prior, names, generator) for dtype in dtypes for shape in SHAPES
    )
    reduction = reduction_of(trials, scale)
    found: list[Gap] = []
    single = None if reduction else trial(call, (1, 1), dtypes[0], reading, prior, names, generator)
    if reduction:
        found = [gap for one in trials for gap in gaps(one, reduction, scale, gradient=gradient)]
    recording = read_recording(trials[0].out["document"])
    verification, problem = _judged(recording, names, reading, prior, trials[0].shape)
    return Examination(
        trials,
        single,
        reduction,
        tuple(sorted(found, key=lambda gap: -gap.size if isfinite(gap.size) else -1e300)),
        verification,
        problem,
        sum(not step.is_leaf for step in recording.steps),
        tuple(step.place for step in recording.steps if step.op == "stop" and step.place),
    )


def _judged(
    recording: Recording,
    names: tuple[str, str],
    reading: Parameterization,
    prior: tuple[float, float],
    shape: tuple[int, ...],
) -> tuple[Verification | None, str]:
    """What the judge says of the program of the first call, or why that was not followed."""
    root = recording.losses[0].node
    own = {"mu": names[0], "s": names[1]}
    leaves = {
        index: symbol
        for index, step in enumerate(recording.steps)
        for symbol, name in own.items()
        if step.op == "leaf" and step.name == name
    }
    builder = Builder(recording, names=leaves)
    try:
        tree = builder.tree(root)
    except UnfollowedError as error:
        return None, str(error)
    if not set(free_symbols(tree)) <= set(own):
        return None, _unfollowed(recording, builder, own)
    question = Question(
        mean="mu" if "mu" in free_symbols(tree) else None,
        head="s" if "s" in free_symbols(tree) else None,
        reading=reading,
        prior=FixedPrior(Fraction(repr(float(prior[0]))), Fraction(repr(float(prior[1]))) ** 2),
    )
    try:
        return _best(tree, question, shape), ""
    except KlcliError as error:
        return None, error.message


def _best(tree: Tree, question: Question, shape: tuple[int, ...]) -> Verification:
    """The answer about a program, with numbers taken for lengths where that makes it exact."""
    found = verify(program_of(tree), question)
    if found.best.kind == "exact":
        return found
    for other, _ in with_counts(tree, shape):
        better = verify(program_of(other), question)
        if better.best.kind == "exact":
            return better
    return found


def _unfollowed(recording: Recording, builder: Builder, own: dict[str, str]) -> str:
    others = [index for name, index in builder.symbols.items() if name not in own]
    made = [str(recording.steps[index].more.get("made_by", recording.steps[index].op)) for index in others]
    return f"what {' and '.join(dict.fromkeys(made))} computes"
