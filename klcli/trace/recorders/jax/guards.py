"""Guards of log-probabilities: ``where(valid, log_prob, -inf)``, which numpyro writes around each of its own.

A filler that is not finite, in an array that a loss is a sum of, would make the loss so; in a finite loss the
array is what is guarded. Elsewhere, as before a softmax, the filler counts. A product of which one factor is
0 is 0, however a library writes that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..gradient_targets import linear_in
from ..notes import Node
from .shapes import limit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    _Test = tuple[str, Sequence[Any]]


def chosen_in(given: Sequence[Any], shape: Sequence[int], test: _Test | None) -> int | None:
    """Which operand a choice takes in every finite run; None where that depends on numbers.

    Its condition is a number, as where nothing is divided by 0, or asks whether an array is finite: where it
    is not, nothing is left to be judged.

    Args:
        given: the operands of ``select_n``.
        shape: of the result.
        test: what the condition asks, and of what.
    """
    condition = limit_of(given[0])
    if test is not None and test[0] == "is_finite":
        condition = 1
    elif test is not None and test[0] in ("eq", "ne") and test[1][0] is test[1][1]:  # NaN is no number
        condition = test[0] == "eq"
    # The condition, and what is chosen where it is false and where it is true.
    if condition is None or len(given) != 3:
        return None
    found = 1 + int(condition)
    one = given[found]
    return found if tuple(one.shape if isinstance(one, Node) else ()) == tuple(shape) else None


def guarded_by(given: Sequence[Any]) -> Node | None:
    """The array of a choice between it and a filler that is not finite.

    Args:
        given: the operands of ``select_n``: the condition, and what is chosen from.
    """
    # The condition, and what is chosen where it is false and where it is true.
    if len(given) != 3:
        return None
    for array, filler in (given[1:], given[:0:-1]):
        value = limit_of(filler)
        if isinstance(value, float) and not math.isfinite(value):
            return array if isinstance(array, Node) else Node("full", (array,))
    return None


def product_in(given: Sequence[Any], test: _Test | None) -> int | None:
    """Which operand of a choice is ``x y``, where ``where(y == 0, 0, x y)`` is all that is chosen from.

    Args:
        given: the operands of ``select_n``.
        test: what the condition compares, and how.
    """
    # A condition that compares two, and what is chosen where it is false and where it is true.
    if test is None or len(given) != 3 or len(test[1]) != 2 or limit_of(test[1][1]) != 0:
        return None
    # Of the operands 1 and 2, which are chosen from, one is the filler and 3 less its number the other.
    filler = 2 if test[0] == "eq" else 1
    product = given[3 - filler]
    is_product = isinstance(product, Node) and product.op == "mul" and test[1][0] in product.args
    return 3 - filler if is_product and limit_of(given[filler]) == 0 else None


def open_guards(root: Node, guarded: Mapping[int, Node]) -> None:
    """Make the guards that a loss is a sum of what they guard.

    Args:
        root: the node of the loss.
        guarded: the arrays by the numbers of the guards.
    """
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if node.serial in seen:
            continue
        seen.add(node.serial)
        if node.serial in guarded:
            node.op, node.args, node.more = "same", (guarded[node.serial],), {}
        stack.extend(linear_in(node))
