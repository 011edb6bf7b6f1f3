"""A function's calls and its program together: what the numbers say, what the judge says, where it stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from math import isfinite
from random import Random

from klcli.errors import KlcliError
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.answer import verify
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.verification import Verification
from klcli.trace.function_programs import tree_of
from klcli.trace.function_trials import (
    SHAPES,
    Caller,
    Gap,
    OutputReduction,
    Trial,
    TriedFunction,
    entries,
    far_points,
    gaps,
    reduction_of,
)
from klcli.trace.programs import UnfollowedError, program_of
from klcli.trace.recording import Place, read_recording
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class FunctionExamination:
    """What was found of a function.

    Attributes:
        trials: the calls.
        single: a call with one entry of one example, whose value is not that of the KL; None where all are.
        reduction: how its values are the KL times the scale; None where they are not.
        beyond: of a function whose program is not followed, a call with one entry far from usual ones whose
            value is not that of the KL; None where all are.
        gaps: where gradients, or values in one precision, are others; the largest first.
        tree: its program; None where that was not followed.
        verification: what the judge says of that.
        problem: why it was not followed.
        operations: how many operations ran.
        stops: where gradients are stopped.
    """

    trials: tuple[Trial, ...]
    single: Trial | None
    reduction: OutputReduction | None
    beyond: Trial | None
    gaps: tuple[Gap, ...]
    tree: Tree | None
    verification: Verification | None
    problem: str
    operations: int
    stops: tuple[Place, ...]


def examine(
    call: Caller,
    names: tuple[str, str],
    reading: Parameterization,
    *,
    prior: tuple[float, float] = (0, 1),
    scale: float = 1,
    dtypes: Sequence[str] = ("float64",),
    gradient: bool = True,
    seed: int = 0,
) -> FunctionExamination:
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
    function = TriedFunction(call, names, reading, prior)
    draw = partial(entries, reading=reading, generator=Random(seed))
    trials = tuple(function.trial(shape, dtype, draw(shape)) for dtype in dtypes for shape in SHAPES)
    reduction = reduction_of(trials, scale)
    single = None if reduction else _single(function, trials[0], scale)
    recording = read_recording(trials[0].out["document"])
    tree, problem = _followed(trials, names)
    verification, refused = _judged(tree, reading, prior) if tree else (None, "")
    far = tuple(_far(function)) if reduction and not tree and "float64" in dtypes else ()
    return FunctionExamination(
        trials,
        single,
        reduction,
        next((one for one in far if reduction_of([one], scale) is None), None),
        _off((*trials, *far), reduction, scale, gradient=gradient),
        tree,
        verification,
        problem or refused,
        sum(not step.is_leaf for step in recording.steps),
        tuple(step.place for step in recording.steps if step.op == "stop" and step.place),
    )


def _far(function: TriedFunction) -> Iterator[Trial]:
    """Calls with one entry far from usual ones, at which shorter precisions overflow."""
    for mean, head in far_points(function.reading):
        yield function.trial((1, 1), "float64", ([mean], [head]))


def _single(function: TriedFunction, first: Trial, scale: float) -> Trial | None:
    """The first of its entries that has not the value of the KL by itself, either."""
    points = [([mean], [head]) for mean, head in zip(first.mean, first.head, strict=True)]
    alone = (function.trial((1, 1), first.dtype, point) for point in points)
    return next((one for one in alone if reduction_of([one], scale) is None), None)


def _off(
    trials: Sequence[Trial], reduction: OutputReduction | None, scale: float, *, gradient: bool
) -> tuple[Gap, ...]:
    """Where the calls are off, the largest first."""
    found = (
        [gap for one in trials for gap in gaps(one, reduction, scale, gradient=gradient)] if reduction else ()
    )
    # An infinite gap, and one that is NaN, comes before all that doubles can have.
    return tuple(sorted(found, key=lambda gap: -gap.size if isfinite(gap.size) else -1e300))


def _followed(trials: Sequence[Trial], names: tuple[str, str]) -> tuple[Tree | None, str]:
    """The program of the calls, or why it was not followed."""
    documents = [one.out["document"] for one in trials[: len(SHAPES)]]
    try:
        return tree_of(documents, SHAPES, dict(zip(names, ("mu", "s"), strict=True))), ""
    except UnfollowedError as error:
        return None, str(error)


def _judged(
    tree: Tree, reading: Parameterization, prior: tuple[float, float]
) -> tuple[Verification | None, str]:
    """What the judge says of a program, or why it does not."""
    symbols = free_symbols(tree)
    question = Question(
        mean="mu" if "mu" in symbols else None,
        head="s" if "s" in symbols else None,
        reading=reading,
        prior=fixed_prior(prior),
    )
    try:
        return verify(program_of(tree), question), ""
    except KlcliError as error:
        return None, error.message


def fixed_prior(prior: tuple[float, float]) -> FixedPrior:
    """The prior with a mean and a standard deviation, by the decimals that they are written with."""
    return FixedPrior(Fraction(repr(float(prior[0]))), Fraction(repr(float(prior[1]))) ** 2)
