"""With which sign a KL belongs to the other terms of a program: added to a loss, taken off a reward."""

from __future__ import annotations

from collections.abc import Collection

from klcli.formula.tree import Tree
from klcli.judge.weight_signs import slope_of
from klcli.names.losses import ERROR, GAIN, LOSS, OBJECTIVE, REWARD


def due_sign(tree: Tree, others: Collection[str], left: str) -> int:
    """The sign that a KL should have: 1 beside a loss, -1 beside a reward, 0 where no name says which it is.

    Args:
        tree: the program, as it is minimised or maximised.
        others: the symbols of its other terms, whose names go before that of the whole.
        left: the left-hand side.
    """
    signs = {sign for name in others if (sign := _of_term(tree, name))}
    if len(signs) == 1:
        return signs.pop()
    return int(not signs and _is_loss(left.strip()) and not GAIN.says(left))


def _is_loss(name: str) -> bool:
    return LOSS.says(name) and not OBJECTIVE.says(name)


def _of_term(tree: Tree, name: str) -> int:
    """The sign that a KL has beside one term: that of the term itself where more of it is worse."""
    slope = slope_of(tree, name)
    if not slope:
        return 0
    if GAIN.says(name) or REWARD.says(name):
        return -slope.sign
    return slope.sign if _is_loss(name) or ERROR.says(name) else 0
