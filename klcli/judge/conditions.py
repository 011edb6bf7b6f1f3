"""What a verdict needs beside the algebra: how small a number is, what clips do, where gradients stop.

A formula is judged without its small numbers and clips; what they do to it is measured here and stands beside
the verdict. A condition that passes leaves `exact` as it is; one that does not gives the status 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import inf, isfinite, isnan, nan

from klcli.formula.minimal_edits import in_habit
from klcli.formula.numeral import significant
from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Length, Number, Reduction, Reshape, Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import DoubleColumns
from klcli.judge.acceptance import PASSES
from klcli.judge.clipped_kl import clip_conditions
from klcli.judge.condition_kinds import Condition
from klcli.judge.gradient_flow import stop_conditions
from klcli.judge.left_side import begins_with_fixed
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.typical_posteriors import sigmas_text, usual_points
from klcli.judge.verdict import Verdict
from klcli.lazy_regex import regex
from klcli.names.means_and_spreads import is_mean, suggested

_ONE_OF_A_ROW = regex(r"\[\s*(?::|\.\.\.)[^\]]*,\s*-?\d+\s*\]")
"""An index that takes an axis away: ``[:, 0]``, ``[..., -1]``; a range, ``[:, :d]``, keeps it."""

_SMALLEST, _LARGEST, _HALVINGS = -30.0, 0.0, 24
"""Powers of ten between which the largest value of a symbolic small number is looked for."""


def conditions(prepared: Prepared, verdict: Verdict) -> tuple[Condition, ...]:
    """The conditions of a verdict that found a KL."""
    if verdict.kl is None:
        return ()
    return (
        *equation(prepared.program.left, verdict),
        *_shapes(prepared),
        *_parts_of_arrays(prepared, verdict),
        *_weights(prepared),
        *_small_numbers(prepared, verdict),
        *clip_conditions(prepared, verdict),
        *stop_conditions(prepared, verdict),
    )


def exchanged_names(verdict: Verdict) -> Iterator[Condition]:
    """A mean and a head whose names both say that they are the other one."""
    mean, head = verdict.roles.mean, verdict.roles.head
    if mean and head and is_mean(head) and not is_mean(mean) and suggested(mean):
        text = f"{head}, named like a mean, stands for the head, and {mean}, named like a head, for the mean"
        yield Condition("names", text, False)


def equation(left: str, verdict: Verdict) -> Iterator[Condition]:
    """The direction of a KL to a fixed Gaussian, where a left-hand side states the unusual one."""
    if not (verdict.kl and begins_with_fixed(left)):
        return
    if verdict.kl.reverse:
        yield Condition("equation", "its left-hand side states KL(p || q), from the fixed Gaussian", True)
        return
    text = "its left-hand side is KL(p || q), which begins with the fixed Gaussian, and this is KL(q || p)"
    yield Condition("equation", text, False)


def _shapes(prepared: Prepared) -> Iterator[Condition]:
    """What was not followed on arrays: a sum over unknown axes is a sum, a mean divides by their length."""
    if prepared.reductions.is_tried:
        return
    nodes = list(walk(prepared.program.arrays))
    averages = any(isinstance(one, Reduction) and one.kind == "mean" for one in nodes)
    counts = prepared.aside.counts or any(_counts(one) for one in nodes)
    text = "its shapes were not followed: it is judged for one entry"
    yield Condition("shapes", text, not averages and not counts)


def _counts(node: Tree) -> bool:
    """Whether a node depends on how long the axes of an array are."""
    return isinstance(node, Length) or (isinstance(node, Reshape) and node.kind in ("view", "expand"))


def _parts_of_arrays(prepared: Prepared, verdict: Verdict) -> Iterator[Condition]:
    """One entry of each row beside a whole array: ``mu[:, 0]`` and ``logvar`` may differ in shape."""
    latent, program = verdict.roles.names, prepared.program
    named = [one for one in walk(program.tree) if isinstance(one, Symbol) and one.span and one.name in latent]
    written = dict.fromkeys(program.source.written(one.span) for one in named if one.span)
    parts = [text for text in written if _ONE_OF_A_ROW.search(text)]
    wholes = [text for text in written if "[" not in text]
    if parts and wholes and any(isinstance(one, Reduction) for one in walk(program.arrays)):
        text = (
            f"{parts[0]} is one entry of each row and {wholes[0]} is written whole: have they the same shape?"
        )
        yield Condition("shapes", text, False)


def _weights(prepared: Prepared) -> Iterator[Condition]:
    """Weights of parts: what is no KL is one where they are equal, or 1."""
    names = [prepared.program.spellings.get(name, name) for name in prepared.aside.parts]
    if not names:
        return
    equal = " = ".join(names if prepared.aside.are_parts_equal else (*names, "1"))
    some = " and ".join(names)
    verb, others = ("weighs", "another") if len(names) == 1 else ("weigh", "others")
    text = f"{some} {verb} a part of the terms: it is that only if {equal}, with {others} it is no KL"
    yield Condition("weights", text, False)


def _small_numbers(prepared: Prepared, verdict: Verdict) -> Iterator[Condition]:
    for own in prepared.shifts:
        shown = in_habit(prepared.program, own)
        text = f"{shown} stands wherever the head does, and is what it means: the sampler has to add it, too"
        yield Condition("small-number", text, True)
    if not prepared.epsilons:
        return
    shown = " and ".join(in_habit(prepared.program, one) for one in prepared.epsilons)
    symbols = [one.name for one in prepared.epsilons if isinstance(one, Symbol)]
    if symbols:
        limit = _largest_that_passes(prepared, verdict, symbols)
        if limit is None:
            yield Condition("small-number", f"{shown} changes the formula, however small it is", False)
        else:
            text, passes = _unless_given(prepared, symbols, limit)
            yield Condition("small-number", f"{shown} passes up to {significant(limit, 2)}{text}", passes)
        return
    size = _error(prepared, verdict, {})
    words = "no value at some points" if not isfinite(size) else f"an error of up to {significant(size, 2)}"
    text = f"{shown} inside of a function makes {words}, relative to 1 + KL, {sigmas_text(verdict)}"
    yield Condition("small-number", text, size <= PASSES)


def _unless_given(prepared: Prepared, symbols: Sequence[str], limit: float) -> tuple[str, bool]:
    """What small numbers are by default, where that is too large, and whether they pass with it.

    That is what runs where nobody gives another; what is given is not known.
    """
    known = prepared.program.defaults
    large = {
        name: float(known[name]) for name in symbols if name in known and abs(float(known[name])) > limit
    }
    if not large:
        return "", True
    each = [
        f"{prepared.program.spellings.get(name, name)} is {number:g} by default"
        for name, number in large.items()
    ]
    return f", and {' and '.join(each)}", False


def _largest_that_passes(prepared: Prepared, verdict: Verdict, symbols: Sequence[str]) -> float | None:
    """The largest value of the symbols with which the error passes, by bisection of the power of ten."""
    low, high = _SMALLEST, _LARGEST
    # By powers of ten, as small numbers are typed.
    if not _error(prepared, verdict, dict.fromkeys(symbols, 10**low)) <= PASSES:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        # By powers of ten, too.
        passes = _error(prepared, verdict, dict.fromkeys(symbols, 10**middle)) <= PASSES
        low, high = (middle, high) if passes else (low, middle)
    # The number and not its power.
    return float(10**low)


def _error(prepared: Prepared, verdict: Verdict, values: Mapping[str, float]) -> float:
    """The largest |F - k KL - c| / (k (1 + KL)) of the formula with its small numbers."""
    assert verdict.kl
    given = {name: Number(Fraction(value)) for name, value in values.items()}
    names = set(free_symbols(prepared.tree))
    whole = substitute(prepared.guarded, given)
    # What is no mean and no head, as a weight, may be any positive number.
    rest = {name: [0.5] for name in (*free_symbols(whole), *free_symbols(prepared.unguarded))}
    points, divergences = usual_points(verdict)
    columns = {name: points.get(name, rest[name] * len(divergences)) for name in {*rest, *names}}
    found = evaluate(whole, columns, DoubleColumns(len(divergences)))
    plain = evaluate(prepared.unguarded, columns, DoubleColumns(len(divergences)))
    bare = evaluate(prepared.tree, columns, DoubleColumns(len(divergences)))
    scale = float(verdict.kl.scale) * _weight(plain, bare)
    errors = [
        abs(one - other) / (scale * (1 + kl))
        for one, other, kl in zip(found, plain, divergences, strict=True)
        if isfinite(other)
    ]
    return max((inf if isnan(error) else error for error in errors), default=nan)


def _weight(weighted: Sequence[float], bare: Sequence[float]) -> float:
    """By what the weights multiply a formula: the ratio of the steps that it makes with and without them."""
    pairs = [pair for pair in zip(weighted, bare, strict=True) if all(map(isfinite, pair))]
    if not pairs:
        return 1.0
    low, high = min(pairs, key=lambda pair: pair[1]), max(pairs, key=lambda pair: pair[1])
    return abs((high[0] - low[0]) / (high[1] - low[1])) if high[1] > low[1] else 1.0
