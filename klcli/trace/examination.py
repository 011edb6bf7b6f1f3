"""A function's calls and its program together: what the numbers say, what the judge says, where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import isfinite
from random import Random

from klcli.errors import KlcliError
from klcli.formula.tree import Tree, free_symbols
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.answer import verify
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.verification import Verification
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
    verification, problem = _judged(trials, names, reading, prior)
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
    trials: Sequence[Trial],
    names: tuple[str, str],
    reading: Parameterization,
    prior: tuple[float, float],
) -> tuple[Verification | None, str]:
    """What the judge says of the program of the calls, or why that was not followed."""
    try:
        trees = [_program(one, names) for one in trials[: len(SHAPES)]]
    except UnfollowedError as error:
        return None, str(error)
    tree = _with_lengths(trees, SHAPES)
    symbols = free_symbols(tree)
    question = Question(
        mean="mu" if "mu" in symbols else None,
        head="s" if "s" in symbols else None,
        reading=reading,
        prior=FixedPrior(Fraction(repr(float(prior[0]))), Fraction(repr(float(prior[1]))) ** 2),
    )
    try:
        return verify(program_of(tree), question), ""
    except KlcliError as error:
        return None, error.message


def _program(one: Trial, names: tuple[str, str]) -> Tree:
    """The program of a call in mu and s.

    Raises:
        UnfollowedError: it has other symbols, or is none.
    """
    recording = read_recording(one.out["document"])
    own = dict(zip(names, ("mu", "s"), strict=True))
    leaves = {
        index: own[step.name]
        for index, step in enumerate(recording.steps)
        if step.op == "leaf" and step.name in own
    }
    builder = Builder(recording, names=leaves)
    tree = builder.tree(recording.losses[0].node)
    if not set(free_symbols(tree)) <= {"mu", "s"}:
        raise UnfollowedError(_unfollowed(recording, builder))
    return tree


def _with_lengths(trees: Sequence[Tree], shapes: Sequence[tuple[int, ...]]) -> Tree:
    """The program with lengths for those numbers that are other ones in another shape, as counts are."""
    first, second = trees
    while first != second:
        pairs = product(with_counts(first, shapes[0]), with_counts(second, shapes[1]))
        found = [one for (one, said), (other, also) in pairs if _words(said) == _words(also) and one == other]
        if not found:
            steps = zip(with_counts(first, shapes[0]), with_counts(second, shapes[1]), strict=False)
            alike = [(one, other) for (one, said), (other, also) in steps if _words(said) == _words(also)]
            if not alike:
                return first
            first, second = alike[0]
            continue
        return found[0]
    return first


def _words(said: str) -> str:
    """What a number is taken for, without the number."""
    return said.partition(" ")[2]


def _unfollowed(recording: Recording, builder: Builder) -> str:
    others = [index for name, index in builder.symbols.items() if name not in ("mu", "s")]
    made = [str(recording.steps[index].more.get("made_by", recording.steps[index].op)) for index in others]
    return f"what {' and '.join(dict.fromkeys(made))} computes"
