"""Whether a function that is not the KL itself is something that is accepted by name.

Its program says what it is, so its calls have to have the values of its program, and its gradients those of
that: what runs behind the program's back is accepted by no word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import isfinite

from klcli.errors import KlcliError
from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Symbol, Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError
from klcli.judge.acceptance import ACCEPTABLE
from klcli.judge.answer import answer
from klcli.judge.verification import Verification
from klcli.trace.function_examination import FunctionExamination
from klcli.trace.function_trials import Trial, limit_of
from klcli.trace.programs import program_of

_STEP = 1e-30
"""Of the complex step."""


def is_accepted(
    found: FunctionExamination,
    names: tuple[str, str],
    accepted: Collection[str],
    reduction: str | None,
    scale: float,
    *,
    gradient: bool,
) -> bool:
    """Whether the verdict on a function passes with some words.

    Args:
        found: what was found of it.
        names: of its mean and head.
        accepted: words of `klcli.judge.acceptance`.
        reduction: the one that is demanded; None for any.
        scale: the factor that is demanded.
        gradient: whether its gradients count.
    """
    if found.tree is None or (reduction and found.reduction != reduction):
        return False
    is_meant = _passes(found.verification, accepted, scale) or _is_estimator(found.tree, names, accepted)
    return is_meant and all(
        _is_its_program(found.tree, one, names, gradient=gradient) for one in found.trials
    )


def _passes(found: Verification | None, accepted: Collection[str], scale: float) -> bool:
    kl = found.best.verdict.kl if found else None
    is_demanded = scale == 1 or (kl is not None and kl.scale == scale)
    return found is not None and is_demanded and found.holds(accepted) and _is_named(found, accepted)


def _is_named(found: Verification, accepted: Collection[str]) -> bool:
    """Whether what makes the values of an exact program others than the KL's is accepted by its own word.

    A clip in its usual range passes for a program, and its values beyond are others nevertheless.
    """
    clips = [one.kind for one in found.conditions if one.kind in ACCEPTABLE]
    return found.best.kind != "exact" or set(clips) <= set(accepted)


def _is_estimator(tree: Tree, names: tuple[str, str], accepted: Collection[str]) -> bool:
    """Whether a function of log-probabilities, as its names say, is an estimator that is accepted."""
    try:
        symbols = {"mu": Symbol(names[0]), "s": Symbol(names[1])}
        found = answer(program_of(substitute(tree, symbols)))
    except (ValueError, KlcliError):  # a word of the language of formulas; too many symbols
        return False
    return found.estimate is not None and found.estimate.holds(accepted)


def _is_its_program(tree: Tree, one: Trial, names: tuple[str, str], *, gradient: bool) -> bool:
    """Whether a call has the values and gradients of a program."""
    arrays = {"mu": Array(one.shape, list(one.mean)), "s": Array(one.shape, list(one.head))}
    limit = limit_of(one.dtype) * len(one.truth) ** 0.5
    values = _values(tree, arrays)
    if values is None or not _are_close(one.out["values"], [value.real for value in values], limit):
        return False
    slopes = one.out["gradients"]
    if not gradient or slopes is None:
        return True
    zeros = [0.0] * len(one.truth)
    return all(
        # A gradient is a sum over all entries, whose errors add up to more than those of a value.
        _are_close(slopes.get(name) or zeros, _slopes(tree, arrays, symbol), 10 * limit)
        for name, symbol in zip(names, arrays, strict=True)
    )


def _values(tree: Tree, arrays: Mapping[str, Array]) -> list[complex] | None:
    try:
        return list(evaluate_arrays(tree, {name: arrays[name] for name in free_symbols(tree)}).values)
    except (ShapeError, UnshapedError):
        return None


def _slopes(tree: Tree, arrays: Mapping[str, Array], symbol: str) -> list[float]:
    """The derivative of the sum of a program with respect to every entry of an array, by complex steps."""
    found = []
    for place, value in enumerate(arrays[symbol].values):
        moved = [*arrays[symbol].values]
        moved[place] = complex(value, _STEP)
        values = _values(tree, {**arrays, symbol: Array(arrays[symbol].shape, moved)}) or []
        found.append(sum(complex(one).imag for one in values) / _STEP)
    return found


def _are_close(found: Sequence[float], expected: Sequence[float], limit: float) -> bool:
    pairs = list(zip(map(float, found), expected, strict=False))
    near = all(isfinite(one) and abs(one - other) <= limit * (1 + abs(other)) for one, other in pairs)
    return len(found) == len(expected) and near
