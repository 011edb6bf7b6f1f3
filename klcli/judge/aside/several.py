"""KLs of several latents that are added: one of them is judged, the others are terms beside it.

No symbol of one does anything to what another does, and two of the Gaussians may be exchanged: the KL of two
Gaussians, one the prior of the other, is neither.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from operator import eq

from klcli.formula.tree import (
    Negative,
    Operation,
    Reduction,
    Stop,
    Symbol,
    Tree,
    free_symbols,
    operation,
    substitute,
)
from klcli.judge.aside.influence import components, is_free_of

__all__ = ["first_of_several"]

_NOTHING = 1e-9


def first_of_several(tree: Tree, means: Sequence[str], heads: Sequence[str]) -> tuple[str, str] | None:
    """The mean and the head of the first of several Gaussians whose KLs are added; None where they are not.

    Args:
        tree: the formula of one entry.
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
    return first if all(_may_be_exchanged(tree, first, other) for other in others) else None


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
    places = {**dict(zip(one, other, strict=True)), **dict(zip(other, one, strict=True))}
    exchanged = substitute(tree, {name: Symbol(new) for name, new in places.items()})
    is_same, size = is_free_of(operation("-", tree, exchanged), free_symbols(tree))
    return is_same and size <= _NOTHING
