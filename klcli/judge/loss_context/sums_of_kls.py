"""KLs of several latents that are added: one of them is judged, the others are terms beside it.

No symbol of one does anything to what another does, and two of the Gaussians may be exchanged: the KL of two
Gaussians, one the prior of the other, is neither.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from math import isclose, prod
from operator import eq

from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Negative, Operation, Reduction, Stop, Symbol, Tree, operation
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError
from klcli.judge.loss_context.symbol_influence import components, is_free_of
from klcli.names.counts import count_of

_NOTHING = 1e-9
"""Far above the rounding of doubles, far below what exchanging two Gaussians changes."""
_SHAPE = (3, 5)
"""Unequal lengths, neither of them 1: an axis that is treated otherwise shows."""
_GOLDEN = 0.6180339887498949
"""The fractional parts of its multiples are spread evenly and never repeat."""


def first_of_several(
    tree: Tree, arrays: Tree, means: Sequence[str], heads: Sequence[str]
) -> tuple[str, str] | None:
    """The mean and the head of the first of several Gaussians whose KLs are added; None where they are not.

    Args:
        tree: the formula of one entry.
        arrays: the same on arrays: what sums the one and averages the other is not the same for both.
        means: symbols along which it is a parabola.
        heads: those along which it is none.
    """
    if len(means) != len(heads) or len(means) < 2:
        return None
    if any(len(group) > 1 for group in components(tree, [*means, *heads])):
        return None
    pairs = _paired(means, heads)
    owners = {name: place for place, pair in enumerate(pairs) for name in pair}
    if not _are_apart(tree, owners):
        return None
    first, *others = pairs
    alike = all(
        _may_be_exchanged(tree, first, other) and _are_reduced_alike(arrays, first, other) for other in others
    )
    return first if alike else None


def _paired(means: Sequence[str], heads: Sequence[str]) -> list[tuple[str, str]]:
    """Every mean with the head whose name ends as its own does: ``mu_z`` and ``logvar_z``."""
    left, found = list(heads), []
    for mean in means:
        head = max(left, key=lambda name: _common_ending(name, mean))
        left.remove(head)
        found.append((mean, head))
    return found


def _common_ending(one: str, other: str) -> int:
    """The letters in which two names end alike."""
    return len(list(takewhile(bool, map(eq, reversed(one), reversed(other)))))


def _are_apart(tree: Tree, owners: Mapping[str, int]) -> bool:
    """Whether a formula is a sum of terms of one Gaussian each, with no number beside them."""
    own = {owners[name] for name in free_symbols(tree) if name in owners}
    if len(own) <= 1:
        return bool(own) or bool(free_symbols(tree))
    match tree:
        case Operation("+" | "-", left, right):
            return _are_apart(left, owners) and _are_apart(right, owners)
        case Operation("*" | "/", left, right):
            parts = [one for one in (left, right) if _has_any(one, owners)]
            return len(parts) == 1 and _are_apart(parts[0], owners)
        case Negative(below) | Reduction(body=below) | Stop(below):
            return _are_apart(below, owners)
    return False


def _has_any(tree: Tree, names: Collection[str]) -> bool:
    return any(name in names for name in free_symbols(tree))


def _may_be_exchanged(tree: Tree, one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a formula stays what it is where two Gaussians change places."""
    is_same, size = is_free_of(operation("-", tree, _exchanged(tree, one, other)), free_symbols(tree))
    return is_same and size <= _NOTHING


def _exchanged(tree: Tree, one: Sequence[str], other: Sequence[str]) -> Tree:
    """A formula in which two Gaussians have changed places."""
    places = {**dict(zip(one, other, strict=True)), **dict(zip(other, one, strict=True))}
    return substitute(tree, {name: Symbol(new) for name, new in places.items()})


def _are_reduced_alike(arrays: Tree, one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the same holds on arrays: no sum, mean or count is that of one of them alone."""
    values = {name: _drawn(place) for place, name in enumerate(free_symbols(arrays))}
    for name in values:
        if powers := count_of(name):
            values[name] = Array((), [float(_SHAPE[0] ** powers[0] * _SHAPE[1] ** powers[1])])
    try:
        found = evaluate_arrays(arrays, values)
        after = evaluate_arrays(_exchanged(arrays, one, other), values)
    except (ShapeError, UnshapedError, ArithmeticError):
        # What does not run on these shapes is judged by what stands around either.
        return _reductions_of(arrays, one) == _reductions_of(arrays, other)
    pairs = zip(found.values, after.values, strict=True)
    return found.shape == after.shape and all(isclose(a, b, rel_tol=_NOTHING) for a, b in pairs)


def _drawn(place: int) -> Array:
    """Positive numbers in an array of a shape whose axes are told apart."""
    size = prod(_SHAPE)
    return Array(_SHAPE, [0.5 + (_GOLDEN * (size * place + k)) % 1 for k in range(size)])


def _reductions_of(tree: Tree, names: Collection[str]) -> list[tuple[object, ...]]:
    """The sums and means in which some symbols stand, in the order of the text."""
    return [
        (node.kind, node.axes, node.keepdim)
        for node in walk(tree)
        if isinstance(node, Reduction) and _has_any(node, names)
    ]
