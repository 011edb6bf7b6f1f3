"""Terms of a loss brought to one size, so that changing a symbol shows what it does to the others.

In ``1e8 * rec + kl`` all that the KL does is lost in the rounding of the other term, and so it is in
``bce + 1e-9 * kl``. Which symbols are other terms does not depend on the numbers before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from sys import float_info

from klcli.formula.traversal import walk
from klcli.formula.tree import Negative, Number, Operation, Symbol, Tree, operation

_USUAL = 1000
"""Numbers within this factor of 1 hide nothing in doubles."""


def levelled(tree: Tree) -> Tree:
    """A sum with no large or small numbers before its terms, if all but one are symbols by themselves.

    Args:
        tree: a formula.
    """
    terms = list(_terms(tree))
    counts = Counter(node.name for node in walk(tree) if isinstance(node, Symbol))
    lone = [isinstance(bare := _split(term)[1], Symbol) and counts[bare.name] == 1 for _, term in terms]
    sizes = [_split(term)[0] for _, term in terms]
    usual = all(1 / _USUAL <= abs(size) <= _USUAL for size in sizes if size)
    if len(terms) < 2 or usual or lone.count(False) != 1:
        return tree
    found: Tree | None = None
    for sign, term in terms:
        size, bare = _split(term)
        part = Negative(bare) if sign * size < 0 else bare
        found = part if found is None else operation("+", found, part)
    assert found is not None
    return found


def _terms(tree: Tree, sign: int = 1) -> Iterator[tuple[int, Tree]]:
    """The terms of a sum with their signs."""
    match tree:
        case Operation("+" | "-" as operator, left, right):
            yield from _terms(left, sign)
            yield from _terms(right, sign if operator == "+" else -sign)
        case Negative(operand):
            yield from _terms(operand, -sign)
        case _:
            yield sign, tree


def _split(term: Tree) -> tuple[float, Tree]:
    """The number before a term, and the term without it."""
    match term:
        case Negative(operand):
            size, bare = _split(operand)
            return -size, bare
        case Operation("*", left, right) if _value(left) or _value(right):
            number, rest = (left, right) if _value(left) else (right, left)
            size, bare = _split(rest)
            return size * _value(number), bare
        case Operation("/", left, right) if value := _value(right):
            size, bare = _split(left)
            return size / value, bare
    return 1.0, term


def _value(tree: Tree) -> float:
    """The value of a number, or of a product of numbers; 0 for anything else."""
    match tree:
        case Number(value) if abs(value) <= float_info.max:  # a larger one is no double
            return float(value)
        case Negative(operand):
            return -_value(operand)
        case Operation("*", left, right):
            return _value(left) * _value(right)
    return 0.0
