"""What ``assert_kl`` says of a function that is no KL: the verdict, what shows it, and the remedy."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from klcli.formula.numeral import significant
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.acceptance import ACCEPTABLE
from klcli.judge.counterexample import plain_text
from klcli.judge.gradient_flow import trained_instead
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.naming import multiple_text
from klcli.judge.proof import is_proved
from klcli.judge.question import Question
from klcli.judge.verification import Verification
from klcli.trace.fixes import corrected, fix_of
from klcli.trace.function_examination import FunctionExamination, fixed_prior
from klcli.trace.function_trials import Gap, Trial, limit_of

_WORDS = {
    "none": "entry by entry",
    "sum": "sum over all",
    "sum-mean": "sum over latents, mean over batch",
    "mean": "mean over all",
    "mean-sum": "mean over latents, sum over batch",
}
_UNASKED = ("none", "sum", "sum-mean")
"""Reductions that are right unless another is demanded: a mean over latents is 1/d of the KL."""


def passing_line(name: str, found: FunctionExamination, row: Parameterization) -> str:
    """What holds of a function that is the KL: how it reduces it, and its clips, which nobody had to demand.

    Args:
        name: the function's.
        found: what was found of it.
        row: what its head means.
    """
    clips = (
        [one.text for one in found.verification.conditions if one.kind == "clip"]
        if found.verification
        else []
    )
    return "; ".join([f"{name}: the KL for {row.meaning}, {_WORDS[found.reduction or 'none']}", *clips])


def problem_lines(
    name: str,
    found: FunctionExamination,
    row: Parameterization,
    wanted: str | None,
    scale: float,
    names: tuple[str, str],
    *,
    gradient: bool,
) -> list[str]:
    """What is said of a function that is not the KL; nothing if all is right.

    Args:
        name: the function's.
        found: what was found of it.
        row: what its head is to mean.
        wanted: the reduction that is demanded; None for those that are right by themselves.
        scale: the factor that is demanded.
        names: of its mean and head.
        gradient: whether its gradients count.
    """
    verification = found.verification
    if found.reduction is None:
        return [_first_line(name, found, row, scale), *_details(found, scale, names)]
    if lines := reduction_lines(name, found.reduction, wanted):
        return lines
    if found.beyond:
        text = "has the values of the KL where it was tried, but not far from there"
        return [f"{name} {text}", *_details(found, scale, names)]
    if found.gaps:
        return [_gradient_line(name, found, names), *_gradient_details(found, verification, names)]
    if verification and (text := _beyond(verification, gradient=gradient)):
        return [
            f"{name} has the values of the KL where it was tried, but {text}",
            *_details(found, scale, names),
        ]
    return []


def reduction_lines(name: str, reduction: str, wanted: str | None) -> list[str]:
    """What is said of a function that is the KL, reduced otherwise than it should be; nothing if it is right.

    Args:
        name: the function's.
        reduction: how it reduces.
        wanted: the reduction that is demanded; None for those that are right by themselves.
    """
    if reduction in ((wanted,) if wanted else _UNASKED):
        return []
    text = f"{name} is the KL, reduced as {reduction}, {_WORDS[reduction]}"
    hint = f"demanded is {wanted}" if wanted else "a mean over the latents is 1/d of it"
    return [f"{text}: {hint}", f"  accept     assert_kl(..., reduction={reduction!r})"]


def _beyond(found: Verification, *, gradient: bool) -> str:
    """What the judge knows of other places than those that were tried; empty if nothing speaks against it."""
    aside = ("shapes",) if gradient else ("shapes", "gradient")
    failing = [one.text for one in found.conditions if not one.passes and one.kind not in aside]
    if failing:
        return failing[0]
    example = found.counterexample
    if found.best.kind in ("wrong", "not-kl") and found.best.verdict.kl is None and example:
        point = ", ".join(f"{key} = {plain_text(value)}" for key, value in example.point.items())
        value = "none" if example.found is None else significant(example.found)
        return f"not at {point}: it is {value} there, the KL {significant(example.expected)}"
    return ""


def _first_line(name: str, found: FunctionExamination, row: Parameterization, scale: float) -> str:
    verification = found.verification
    meaning = (
        f"{name} is no KL for {row.meaning}" if scale == 1 else f"{name} is not {scale} KL for {row.meaning}"
    )
    if verification is None:
        return meaning
    best = verification.best
    if mistake := _mistake(verification, scale):
        return f"{meaning}: {mistake.code} {mistake.sentence}"
    others = [one.verdict.parameterization for one in verification.candidates if one.kind == "exact"]
    if row in others and (text := _condition(verification)):
        return f"{meaning}: {text}"
    if others and row not in others:
        return f"{meaning}: it is one for {' or '.join(other.meaning for other in others)}"
    if best.verdict.kl:
        return f"{meaning}: it is {multiple_text(verification, best.verdict)}"
    return meaning


def _condition(found: Verification) -> str:
    """What makes the values others than those of the KL that its algebra is; empty where nothing is known.

    A clip within the usual range passes for a program, and its values beyond are others nevertheless.
    """
    said = [one for one in found.conditions if not one.passes or one.kind in ACCEPTABLE]
    return min(said, key=lambda one: one.passes).text if said else ""


def _mistake(found: Verification, scale: float) -> Mistake | None:
    """What explains a program.

    Nothing does where it is the KL itself plus a constant, and no factor where another than 1 is demanded.
    """
    kl = found.best.verdict.kl
    is_meant = kl is not None and found.best.kind == "scaled" and (kl.scale == 1 or scale != 1)
    return None if is_meant else found.best.mistake


def _details(found: FunctionExamination, scale: float, names: tuple[str, str]) -> Iterator[str]:
    verification = found.verification
    if verification is None:
        yield f"  computes   not followed: {found.problem}; the numbers decide"
    elif verdict := next((one.verdict for one in verification.candidates if one.verdict.kl), None):
        how = "proved" if is_proved(verification.prepared.tree, verdict) else "at the points tried"
        text = multiple_text(verification, verdict)
        yield f"  computes   {text}    {how}, from the {found.operations} operations that it ran"
    gap = _worst(found, scale)
    if gap:
        at = f"{names[0]} = {significant(gap.mean)}, {names[1]} = {significant(gap.head)}, {gap.dtype}"
        yield f"  worst      {at}: {significant(gap.found)}, the KL is {significant(gap.expected)}"
    sums = verification.prepared.reductions if verification else None
    if sums and not sums.flaw:
        yield f"  reduction  {_WORDS.get(sums.name, sums.name)}"
    elif sums:
        yield f"  reduction  {sums.flaw}"


def remedy_lines(
    function: Callable[..., Any],
    found: Verification | None,
    names: tuple[str, str],
    row: Parameterization,
    prior: tuple[float, float],
    scale: float,
) -> Iterator[str]:
    """The statement of a function as it should be, or the formula in its arguments.

    What is known to be right is the KL itself, and so none of both where a multiple of it is demanded.

    Args:
        function: the function.
        found: what the judge says of its program.
        names: of its mean and head.
        row: what its head is to mean.
        prior: mean and standard deviation.
        scale: the factor that is demanded.
    """
    mistake = _mistake(found, scale) if found else None
    if mistake is None:
        return
    fix = None
    if scale == 1:
        fix = fix_of(function, Question(names[0], names[1], row, fixed_prior(prior)))
        if fix is None and (text := corrected(found)):
            own = dict(zip(("mu", "s"), names, strict=True))
            # Every word of the formula; those that are symbols have the names of the arguments.
            fix = re.sub(r"[^\W\d]\w*", lambda word: own.get(word[0], word[0]), text)
    page = f"klcli explain {mistake.code}"
    yield f"  fix        {fix}    {page}" if fix else f"  see        {page}"


def _worst(found: FunctionExamination, scale: float) -> Gap | None:
    """A value that is off: entry by entry where there are entries, otherwise that of a whole call."""
    best: Gap | None = None
    for one in (*found.trials, *filter(None, (found.single, found.beyond))):
        for gap in _value_gaps(one, scale):
            if gap.size > scale * limit_of(gap.dtype) and (best is None or gap.size > best.size):
                best = gap
    return best


def _value_gaps(one: Trial, scale: float) -> Iterator[Gap]:
    values = list(map(float, one.out["values"]))
    if len(values) != len(one.truth):
        return
    for value, truth, mean, head in zip(values, one.truth, one.mean, one.head, strict=True):
        size = abs(value - scale * truth) / (1 + abs(truth))
        # What is infinite, or NaN, is off by more than all that doubles can have.
        yield Gap("value", mean, head, one.dtype, value, scale * truth, size if isfinite(size) else 1e300)


def _gradient_line(name: str, found: FunctionExamination, names: tuple[str, str]) -> str:
    what = dict.fromkeys(gap.what for gap in found.gaps)
    shown = " and ".join(what)
    text = f"{name} has the value of the KL and another gradient"
    if found.stops:
        place = found.stops[0]
        line = linecache.getline(place.path, place.line).strip()
        where = f"{place.path.rpartition('/')[2]}:{place.line}"
        return f"{text}: that of {shown} is stopped ({where}{f': {line}' if line else ''})"
    return f"{text}: that of {shown}"


def _gradient_details(
    found: FunctionExamination, verification: Verification | None, names: tuple[str, str]
) -> Iterator[str]:
    gap = found.gaps[0]
    at = gap.head if gap.what == names[1] else gap.mean
    text = f"autograd {significant(gap.found)}, true {significant(gap.expected)}"
    loss = trained_instead(verification.prepared, verification.best.verdict) if verification else ""
    more = f"; it optimises {loss}" if loss else ""
    yield f"  gradient   of {gap.what} at {significant(at)}: {text}{more}"
