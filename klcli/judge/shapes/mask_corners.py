"""What is left of a program for an entry that masks keep, or leave out: 1 or 0 stands for each of them.

A mask is 0 or 1, so a program is told by what it is with either. Where only what a mask leaves out has
terms, ``1 - mask`` is the mask that is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import isclose
from typing import TypeAlias

from klcli.formula.entrywise_form import entry
from klcli.formula.program_reader import Program, rewritten
from klcli.formula.traversal import children, free_symbols, placed_as, rebuilt, remade, unshaped, walk
from klcli.formula.tree import (
    KeptEntries,
    Length,
    Number,
    Operation,
    Reduction,
    Reshape,
    Symbol,
    Tree,
    number,
    operation,
)
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.small_arrays import UnshapedError
from klcli.names.losses import is_mask
from klcli.values import replace

Corner: TypeAlias = tuple[int, ...]
"""Of every mask 1 or 0."""

_NOTHING = 1e-12
"""A difference that is none, of numbers of order one."""
MOST_MASKS = 3
"""More of them are not tried in all ways."""
_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))


def corners(masks: Sequence[str]) -> list[Corner]:
    """All ways in which masks can keep an entry or not, the one first in which all do."""
    return list(product((1, 0), repeat=len(masks)))


def kept_corners(tree: Tree, masks: Sequence[str], symbols: Collection[str]) -> dict[Corner, bool]:
    """Whether an entry has a part in a program, for all ways in which masks keep it or not.

    Args:
        tree: the program on arrays.
        masks: the names of the masks.
        symbols: means and heads.

    Raises:
        UnshapedError: there are more masks than are tried.
    """
    if len(masks) > MOST_MASKS:
        raise UnshapedError("more than three masks")
    left = {corner: at_corner(tree, dict(zip(masks, corner, strict=True))) for corner in corners(masks)}
    return {corner: one is not None and _depends(one, symbols) for corner, one in left.items()}


def _depends(tree: Tree, symbols: Collection[str]) -> bool:
    """Whether a formula has other values for other means and heads; in kl - kl they are no part of it."""
    names = free_symbols(tree)
    if set(symbols).isdisjoint(names):
        return False
    # Positive, as heads may have to be, and no two symbols alike; powers move them by no common factor.
    given = {name: 1.3 + 0.1 * place for place, name in enumerate(names)}
    formula, run = entry(tree), Doubles()
    moved = {name: value for name, value in given.items() if name in symbols}
    try:
        first, *others = (
            evaluate(formula, given | {name: own**power for name, own in moved.items()}, run)
            for power in (1.0, 1.5, 2.0)
        )
    except (ArithmeticError, ValueError):
        return True
    return not all(isclose(first, other, abs_tol=_NOTHING) for other in others)


def _symbols(tree: Tree | None) -> tuple[str, ...]:
    return free_symbols(tree) if tree else ()


def at_corner(tree: Tree, values: Mapping[str, int]) -> Tree | None:
    """What is left for an entry; None where it is not among what is taken.

    Args:
        tree: the program on arrays.
        values: of the masks; others stay, and are taken to keep it.
    """
    match tree:
        case Symbol(name):
            return number(values[name]) if name in values else tree
        case Length():
            return _ONE
        case Reshape(operand):
            return at_corner(operand, values)
        case KeptEntries(operand, mask):
            own = dict.fromkeys(free_symbols(mask), 1) | dict(values)
            return at_corner(operand, values) if at_corner(mask, own) == _ONE else None
        case Reduction(body=body):
            if (names := set(free_symbols(_without_lengths(body)))) and names <= set(values):
                return _ONE  # how many there are: no matter whether this one is one of them
            if not at_corner(body, values):
                return _ZERO
    below = [at_corner(child, values) for child in children(tree)]
    if None in below:
        return None
    return placed_as(_folded(rebuilt(tree, [one for one in below if one])), tree)


def _without_lengths(tree: Tree) -> Tree:
    """A tree without the shapes in it, whose lengths are no part of an entry."""
    return _without_lengths(tree.operand) if isinstance(tree, Reshape) else remade(tree, _without_lengths)


def _folded(tree: Tree) -> Tree:
    """A tree without what 0 takes away."""
    match tree:
        case Operation("*", left, right) if _ZERO in (left, right):
            return _ZERO
        case Operation("/", left, _) if left == _ZERO:
            return _ZERO
        case Operation("+" | "-", left, right) if right == _ZERO:
            return left
        case Operation("+", left, right) if left == _ZERO:
            return right
        case Operation("*", left, right) if left == _ONE:
            return right
    return tree if free_symbols(tree) or isinstance(tree, Number) else _computed(tree)


def _computed(tree: Tree) -> Tree:
    """What is made of masks alone, such as 1 less a mask, as 0 or 1 if it is that."""
    try:
        value = evaluate(tree, {}, Doubles())
    except (ArithmeticError, ValueError):
        return tree
    return number(int(value)) if value in (0, 1) else tree


def with_kept_masks(program: Program) -> Program:
    """The program with another mask in the place of each whose complement keeps what it is about.

    A mask is tried with ones for all entries, where ``1 - mask`` keeps nothing at all.
    """
    names = free_symbols(program.arrays)
    masks = [name for name in names if is_mask(name)]
    if not 0 < len(masks) <= MOST_MASKS:
        return program
    found = {
        corner: len(_symbols(at_corner(program.arrays, dict(zip(masks, corner, strict=True)))))
        for corner in corners(masks)
    }
    best = max(found, key=lambda corner: (found[corner], sum(corner)))
    turned = {
        name: f"not_{name}"
        for name, keeps in zip(masks, best, strict=True)
        if not keeps and f"not_{name}" not in names  # an array of its own
    }
    return _without_left_out(_turned(program, turned) if turned else program)


def _without_left_out(program: Program) -> Program:
    """The program whose formula of one entry is that of an entry which all masks keep."""
    taken = [node for node in walk(program.arrays) if isinstance(node, KeptEntries)]
    kept = at_corner(program.arrays, {})
    if all(at_corner(node, {}) for node in taken) or not _symbols(kept):
        return program
    assert kept
    return replace(program, tree=entry(kept, of_matrices=program.of_matrices))


def _turned(program: Program, turned: Mapping[str, str]) -> Program:
    """The program with the complements of masks in their places.

    Args:
        program: the program.
        turned: the names of the complements.
    """

    def change(tree: Tree) -> Tree:
        match tree:
            case Operation("-", one, Symbol(name)) if unshaped(one) == _ONE and name in turned:
                return placed_as(Symbol(turned[name]), tree)
            case Symbol(name) if name in turned:
                return placed_as(operation("-", _ONE, Symbol(turned[name])), tree)
        return remade(tree, change)

    return rewritten(program, change)
