"""Clips: which keep the whole from below, which bound a symbol, and whether they bind where it matters.

Their limits may be names, whose values are not known.
"""

from __future__ import annotations

from itertools import product

from klcli.formula.traversal import children, free_symbols, placed_as, rebuilt, remade, walk
from klcli.formula.tree import Call, Clip, Number, Operation, Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.roles import Roles

_END = 1.001
"""A limit at an end is rounded when it is written: -9.21 for log 0.01^2."""
_SIGMAS = (0.01 * _END, *(10.0 ** (tenths / 10) for tenths in range(-19, 20)), 100 / _END)
"""Tenths of a power of ten; the ends lie as far within the range as a limit may be rounded."""
_MODERATE = tuple(sigma for sigma in _SIGMAS if 0.1 <= sigma <= 10)
"""Where a bound of a whole KL, which may be reached where that is very large, may not be."""
_MEANS = (-3.0, -1.0, -0.3, 0.0, 0.3, 1.0, 3.0)
"""Where a clip may not bind: standard deviations between 0.01 and 100, means up to 3."""


def is_known(limit: Tree) -> bool:
    """Whether a limit is a number."""
    return not free_symbols(limit)


def _number(limit: Tree) -> float | None:
    return evaluate(limit, {}, Doubles()) if is_known(limit) else None


def binds(clip: Clip, role: Roles, reading: Parameterization, prior_reading: Parameterization | None) -> bool:
    """Whether a clip changes its operand for some mean up to 3 and some sigma from 0.01 to 100.

    A reading whose sigma has a range takes sigmas of it. Also where that cannot be seen,
    because the operand has other symbols. A limit that is a name binds nowhere, as its value is not known.

    Args:
        clip: of a formula of one entry.
        role: what its symbols are.
        reading: of the posterior's head.
        prior_reading: of the prior's; None where the prior has no head.
    """
    low, high = (None if limit is None else _number(limit) for limit in (clip.low, clip.high))
    means, heads = {role.mean, role.prior_mean}, {role.head, role.prior_head}
    names = free_symbols(clip.operand)
    if not set(names) <= means | heads:
        return True
    run = Doubles()
    # A bound of a whole KL may be reached where it is very large.
    whole = can_be_whole(clip.operand)
    sigmas = _MODERATE if whole else _SIGMAS
    for sigma, mean in product(sigmas, _MEANS if means.intersection(names) else (0.0,)):
        try:
            head = evaluate(reading.head, {"sigma": reading.within(sigma)}, run)
            other = (prior_reading or reading).within(1.0 if whole else sigma)
            prior_head = evaluate((prior_reading or reading).head, {"sigma": other}, run)
            value = evaluate(clip.operand, role.given(mean, head, -mean, prior_head), run)
        except ArithmeticError:
            continue
        if (low is not None and value < low) or (high is not None and value > high):
            return True
    return False


def can_be_whole(operand: Tree) -> bool:
    """Whether what is clipped can be a whole KL: it has a mean and a head, or two means of one head."""
    count = len(free_symbols(operand))
    return count > 2 or (count > 1 and any(isinstance(node, Call) for node in walk(operand)))


def bounds_all(tree: Tree, clip: Clip) -> bool:
    """Whether a clip is one of a symbol, and that symbol occurs nowhere else."""

    def only_in_it(node: Tree) -> bool:
        if node == clip:
            return True
        if isinstance(node, Symbol):
            return node != clip.operand
        return all(map(only_in_it, children(node)))

    return isinstance(clip.operand, Symbol) and only_in_it(tree)


def with_floors(tree: Tree) -> Tree:
    """The tree with ``max(KL, c)`` where it has ``relu(KL - c) + c``."""
    tree = rebuilt(tree, list(map(with_floors, children(tree))))
    match tree:
        case Operation("+", Clip() as clip, added) | Operation("+", added, Clip() as clip):
            match clip:
                case Clip(Operation("-", whole, taken), Number(zero), None) if not zero and taken == added:
                    return placed_as(Clip(whole, added, None), tree)
    return tree


def without_unknown(tree: Tree) -> tuple[Tree, tuple[Clip, ...]]:
    """The tree without its clips at names, and these."""
    found: list[Clip] = []

    def visit(node: Tree) -> Tree:
        if isinstance(node, Clip) and not all(map(is_known, node.limits)):
            found.append(node)
            return visit(node.operand)
        return remade(node, visit)

    return visit(tree), tuple(dict.fromkeys(found))
