"""Where clips, small numbers and the range of floating point change an estimate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite

from klcli.formula.entrywise_form import entry
from klcli.formula.numeral import significant
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Clip, Number, Tree
from klcli.judge.acceptance import PASSES
from klcli.judge.clipped_kl import unknown_limits
from klcli.judge.condition_kinds import Condition
from klcli.judge.loss_context.clips import without_unknown
from klcli.judge.loss_context.guards import guards, without_clips, without_guards
from klcli.judge.numerical_stability import Overflow, overflow
from klcli.judge.roles import Roles
from klcli.judge.spaces.log_ratios.fit import value_at
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q

_FAR = 10.0
"""Log-ratios up to which a clip may not bind, in nats: half precision holds their exponential, 22,026."""
_STEPS = 400
"""Between the far ends, before the place of a limit is halved."""
_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""


def guard_conditions(
    program: Program, tree: Tree, weights: Sequence[str], others: Sequence[str]
) -> Iterator[Condition]:
    """The conditions of clips and small numbers.

    Args:
        program: the text.
        tree: the program of the three log-probabilities.
        weights: symbols that it is multiplied by.
        others: symbols that are added.
    """
    names = {Q, P, OLD}
    tree, _ = without_unknown(tree)
    held = {name: 0.0 if name in others else 1.0 for name in free_symbols(tree) if name not in names}
    plain = entry(without_guards(tree), keeps_sums=False)
    clips = [one for one in walk(tree) if isinstance(one, Clip) and names & {*free_symbols(one)}]
    if clips:
        reach = _reach(entry(_without_small(tree), keeps_sums=False), plain, held)
        yield _clip_condition(reach)
    _, unknown = without_unknown(program.arrays)
    yield from unknown_limits(program, unknown)
    if small := guards(tree).epsilons:
        error = _error(entry(without_clips(tree), keeps_sums=False), plain, held)
        shown = " and ".join(sorted({_shown(one) for one in small}))
        words = significant(error, 2) if isfinite(error) else "any size"
        text = f"{shown} makes an error of up to {words}, relative to 1 + the value, for log-ratios up to 10"
        yield Condition("small-number", text, error <= PASSES)


def _shown(tree: Tree) -> str:
    return tree.spelling or significant(float(tree.value)) if isinstance(tree, Number) else "a small number"


def _without_small(tree: Tree) -> Tree:
    """The program with its clips and without its small numbers, as far as those can be told apart."""
    return tree if not guards(tree).epsilons else without_guards(tree)


def _clip_condition(reach: tuple[float | None, float | None]) -> Condition:
    low, high = reach
    limits = [
        # Four digits tell 88.72 from 88.
        f"below {significant(low, 4)}" if low is not None else "",
        # The same for the upper end.
        f"above {significant(high, 4)}" if high is not None else "",
    ]
    where = " and ".join(filter(None, limits))
    if not where:
        return Condition("clip", "the clip does not bind for log-ratios up to 10", True)
    text = f"the clip binds for u {where}: there it is no estimate of the KL, and has no gradient"
    return Condition("clip", text, False)


def _reach(clipped: Tree, plain: Tree, held: dict[str, float]) -> tuple[float | None, float | None]:
    """The log-ratios nearest to 0 at which clips change the value, below and above it."""
    found: list[float | None] = []
    for sign in (-1, 1):
        steps = (sign * _FAR * step / _STEPS for step in range(_STEPS + 1))
        first = next((u for u in steps if _differs(clipped, plain, held, u)), None)
        found.append(first if first is None else _refined(clipped, plain, held, first, sign))
    return found[0], found[1]


def _refined(clipped: Tree, plain: Tree, held: dict[str, float], first: float, sign: int) -> float:
    """The limit itself, by bisection of the last step."""
    inner, outer = first - sign * _FAR / _STEPS, first
    # Each halving gives a bit: 30 are nine digits of a step.
    for _ in range(30):
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if _differs(clipped, plain, held, middle) else (middle, outer)
    return outer


def _differs(clipped: Tree, plain: Tree, held: dict[str, float], u: float) -> bool:
    one, two = value_at(clipped, held, u), value_at(plain, held, u)
    return abs(one - two) > _CLOSE * (1 + abs(two))


def _error(small: Tree, plain: Tree, held: dict[str, float]) -> float:
    errors = []
    # 80 log-ratios, as far as usual ones reach.
    for step in range(-40, 41):
        # Of them, the one at this step.
        one, two = (value_at(tree, held, _FAR * step / 40) for tree in (small, plain))
        errors.append(abs(one - two) / (1 + abs(two)))
    return max(errors)


def overflow_of(tree: Tree) -> Overflow | None:
    """The log-ratios u from which on a program is infinite; that of the reference and of all else is 0."""
    zero = Number(Fraction(0))
    given = {name: zero if name == P else Number(Fraction(1, 2)) for name in free_symbols(tree) if name != Q}
    return overflow(substitute(tree, given), Roles(None, Q)) if Q in free_symbols(tree) else None
