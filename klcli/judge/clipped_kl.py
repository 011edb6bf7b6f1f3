"""What clips do to a KL: of its whole (free bits), of its head, of a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf, isfinite

from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Clip, Reduction, Symbol
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import DoubleColumns, Doubles
from klcli.judge.acceptance import PASSES
from klcli.judge.condition_kinds import Condition, ConditionKind
from klcli.judge.loss_context.clips import binds, can_be_whole, is_known
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.shapes.length_polynomials import LengthPolynomial
from klcli.judge.typical_posteriors import sigmas_text, usual_points
from klcli.judge.verdict import Verdict
from klcli.names.losses import is_mask
from klcli.names.noise import is_epsilon

_ROUNDING = 1e-12
"""Of a KL that is 0 at the prior, and computed from numbers of order one there."""

_LEAST_SHARE = 0.01
"""Of kept entries: a share that is kept to more than that is another one in many batches."""


def clip_conditions(prepared: Prepared, verdict: Verdict) -> Iterator[Condition]:
    """What the clips of a program do to the KL that it is without them."""
    program, names = prepared.program, {*free_symbols(prepared.tree)}
    yield from (_of_floor(prepared, clip, verdict) for clip in prepared.floors)
    yield from (_of_bound(prepared, clip, verdict) for clip in prepared.bounds)
    own = [clip for clip in prepared.clips if names & {*free_symbols(clip.operand)}]
    known_ones = [clip for clip in own if all(map(is_known, clip.limits))]
    for clip in known_ones:
        text = f"{in_habit(program, clip)} {_where_it_binds(clip, verdict)}"
        yield Condition("clip", f"{text}; outside of its limits there is no gradient", True)
    yield from unknown_limits(program, [clip for clip in own if clip not in known_ones])
    for clip in (node for node in walk(program.arrays) if isinstance(node, Clip)):
        if _cuts_count(clip):
            text = f"{in_habit(program, clip)} is not how many there are where that is outside of its limits"
            yield Condition("clip", text, False)


def _cuts_count(clip: Clip) -> bool:
    """Whether a number of kept entries, or their share, is cut; at least one, to divide by it, is not."""
    reductions = [node for node in walk(clip.operand) if isinstance(node, Reduction)]
    if not reductions or not all(map(is_mask, free_symbols(clip.operand))):
        return False
    is_share = any(node.kind == "mean" for node in reductions)
    low, high = (
        limit and is_known(limit) and evaluate(limit, {}, Doubles()) for limit in (clip.low, clip.high)
    )
    return (low or 0) > (_LEAST_SHARE if is_share else 1) or bool(high and not (is_share and high >= 1))


def _of_floor(prepared: Prepared, clip: Clip, verdict: Verdict) -> Condition:
    """A clip of the whole from below, at 0 for example, where it does nothing, or at free bits.

    One of its negative is one from above: ``-0.5 * minimum(x, -0.2)`` keeps it to 0.1.
    """
    program = prepared.program
    if clip.low is None:
        return _of_ceiling(prepared, clip, verdict)
    limit = in_habit(program, clip.limits[0])
    if not is_known(clip.limits[0]):
        unknown = f"{limit}, whose value is not known"
        text = f"the whole is kept to {unknown} (free bits): below it there is no gradient"
        return Condition("free-bits", text, _is_small(clip))
    size = _lift(prepared, clip, verdict)
    if size <= _ROUNDING:
        return Condition("free-bits", f"the whole is kept to {limit}, and is never below it", True)
    text = f"the whole is kept to {limit} (free bits): below it there is no gradient"
    return Condition("free-bits", text, size <= PASSES)


def _of_ceiling(prepared: Prepared, clip: Clip, verdict: Verdict) -> Condition:
    """A clip of the negative of the whole from above."""
    kept = f"its negative is kept to {in_habit(prepared.program, clip.limits[0])}"
    size = _lift(prepared, clip, verdict) if is_known(clip.limits[0]) else inf
    if size <= _ROUNDING:
        return Condition("free-bits", f"{kept}, and is never above it", True)
    unknown = "" if is_known(clip.limits[0]) else ", whose value is not known"
    text = f"{kept}{unknown} (free bits): above it there is no gradient"
    return Condition("free-bits", text, size <= PASSES)


def _lift(prepared: Prepared, clip: Clip, verdict: Verdict) -> float:
    """By how much a clip of k KL moves what is beyond it, relative to k (1 + KL), wherever that is finite.

    What is no mean and no head is 1. A constant that numbers of examples or latents leave may be of any size.
    """
    if prepared.reductions.constant not in (None, LengthPolynomial()):
        return inf
    points, divergences = usual_points(verdict)
    one = [1.0] * len(divergences)
    columns = {name: points.get(name, one) for name in free_symbols(clip.operand)}
    values = evaluate(clip.operand, columns, DoubleColumns(len(divergences)))
    limit = evaluate(clip.limits[0], {}, Doubles())
    sign = -1.0 if clip.low is None else 1.0
    pairs = sorted(pair for pair in zip(divergences, values, strict=True) if isfinite(pair[1]))
    (least, at_least), (most, at_most) = pairs[0], pairs[-1]
    scale = abs(at_most - at_least) / (most - least)
    return max(sign * (limit - value) / (scale * (1 + kl)) for kl, value in pairs)


def _where_it_binds(clip: Clip, verdict: Verdict) -> str:
    """Whether a clip binds where it matters: one of a whole KL may where that is very large."""
    if binds(clip, verdict.roles, verdict.parameterization, verdict.prior_parameterization):
        return f"binds {sigmas_text(verdict)}"
    if can_be_whole(clip.operand):
        return "does not bind for sigma from 0.1 to 10"
    return f"does not bind {sigmas_text(verdict)}"


def _of_bound(prepared: Prepared, clip: Clip, verdict: Verdict) -> Condition:
    """A clip of a symbol wherever that stands, which is then what the symbol means."""
    shown = in_habit(prepared.program, clip)
    if binds(clip, verdict.roles, verdict.parameterization, verdict.prior_parameterization):
        text = f"{shown} keeps it within its usual range: the sampler has to clip it, too"
    elif all(map(is_known, clip.limits)):
        text = f"{shown} does not bind {sigmas_text(verdict)}"
    else:
        own = in_habit(prepared.program, clip.operand)
        text = f"{shown} stands wherever {own} does, and is what it means: the sampler has to clip it, too"
    return Condition("clip", text, True)


def unknown_limits(program: Program, clips: Iterable[Clip]) -> Iterator[Condition]:
    """Clips at names whose values are not known: only a small number from below is sure to bind nowhere.

    Args:
        program: the text.
        clips: those that have such a limit.
    """
    for clip in clips:
        names = [in_habit(program, one) for one in clip.limits if not is_known(one)]
        kind: ConditionKind = "free-bits" if clip.high is None and can_be_whole(clip.operand) else "clip"
        which = f"the limit {names[0]}, whose value is not known; it is judged without it"
        if len(names) > 1:
            which = f"the limits {' and '.join(names)}, whose values are not known; it is judged without them"
        text = f"a clip has {which}"
        yield Condition(kind, text, _is_small(clip))


def _is_small(clip: Clip) -> bool:
    """Whether it only keeps its operand above a small number."""
    return clip.high is None and isinstance(clip.low, Symbol) and is_epsilon(clip.low.name)
