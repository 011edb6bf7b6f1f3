"""Sets aside what belongs to the loss around a KL: weights, other terms, numbers of dimensions, masks.

Which symbols are such is found by changing them, see `klcli.judge.loss_context.symbols`. Then they are taken
out of the text's formula, and what is left is held against the formula: F - w f may depend on no mean and no
head.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Call, Number, Reduction, Reshape, Symbol, Tree, operation
from klcli.formula.write.printing import to_text
from klcli.judge.loss_context.isolation import Weight, isolated, product
from klcli.judge.loss_context.symbol_influence import components, influences, is_free_of, is_passive
from klcli.judge.loss_context.symbols import Sorted, sorted_symbols
from klcli.judge.shapes.mask_corners import kept_corners
from klcli.names.counts import count_of, is_dimension
from klcli.names.losses import is_mask
from klcli.values import dataclass, replace

Powers: TypeAlias = tuple[int, int]
"""Of B and of d."""

_ONE = Number(Fraction(1))
_NOTHING = 1e-7
"""A value that is none, beside the size of what is added up to it."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A formula without what belongs to the loss around it.

    Attributes:
        tree: what is left, with its places in the text.
        arrays: the same on arrays, where counts and masks are symbols.
        counts: symbols that count examples or latents, by their powers of B and d.
        dimensions: those of them that no name is sure of.
        weights: what the whole is multiplied by.
        divisors: what the whole is divided by.
        others: other terms of the loss.
        partial_masks: masks that multiply some of the terms only.
        parts: symbols that multiply some of the terms only, read as 1.
        are_parts_equal: whether they weigh the whole where all of them are equal.
        differences: weights and divisors whose sign depends on values, as they are written, and minus them.
        is_evenly_weighed: whether the constants have the weights of the whole.
    """

    tree: Tree
    arrays: Tree
    counts: Mapping[str, Powers]
    dimensions: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    divisors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    partial_masks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    are_parts_equal: bool = False
    differences: tuple[tuple[str, str], ...] = ()
    is_evenly_weighed: bool = True


def set_aside(tree: Tree, arrays: Tree, kept: Sequence[str]) -> Aside:
    """Set aside what does not decide which KL a formula is.

    Args:
        tree: the formula of one entry.
        arrays: the same on arrays.
        kept: symbols that are the mean or the head and must stay.
    """
    names = free_symbols(tree)
    of_shapes = _counts_of_shapes(arrays, names)
    counts = _counts_of_sums(arrays, names, kept) | _stated_counts(names, kept) | of_shapes
    masks = tuple(name for name in free_symbols(arrays) if is_mask(name) and name not in (*counts, *kept))
    masked = _with_ones(tree, counts)
    plain = _with_ones(masked, masks)
    symbols = sorted_symbols(plain, arrays, kept)
    if lengths := dict.fromkeys(filter(is_dimension, symbols.partial), (0, 1)):
        # d sigma^2 beside the square of a vector is one spread for all of its entries.
        counts |= lengths
        plain = _with_ones(plain, lengths)
        symbols = sorted_symbols(plain, arrays, kept)
    dimensions = tuple(_dimensions(plain, symbols))
    counted = {
        name: count_of(name) or (0, 1) for name in symbols.passive if name in dimensions or count_of(name)
    }
    left = replace(symbols, passive=tuple(name for name in symbols.passive if name not in counted))
    found = _around(_with_ones(plain, counted), arrays, left)
    left_in = free_symbols(found.arrays)  # the masks of other terms are none of these
    return replace(
        found,
        counts=counts | counted,
        dimensions=dimensions,
        weights=(*(name for name in masks if name in left_in), *found.weights),
        partial_masks=tuple(_partial_masks(masked, arrays, symbols.latent, masks)),
    )


def _counts_of_sums(arrays: Tree, names: Sequence[str], kept: Sequence[str]) -> dict[str, Powers]:
    """The upper limits of two sums in each other: the outer one is over examples, the inner over latents."""
    found: dict[str, Powers] = {}
    for outer in _indexed(arrays):
        for inner in _indexed(outer.body):
            if inner.index != outer.index:
                found |= {outer.count: (1, 0), inner.count: (0, 1)}
    return {name: powers for name, powers in found.items() if name in names and name not in kept}


def _indexed(tree: Tree) -> list[Reduction]:
    return [node for node in walk(tree) if isinstance(node, Reduction) and node.index]


def _counts_of_shapes(arrays: Tree, names: Sequence[str]) -> dict[str, Powers]:
    """The symbols that stand only in shapes, ``kl.view(B, -1)``, which are no part of the formula."""
    shapes = [node for node in walk(arrays) if isinstance(node, Reshape)]
    within = {name for node in shapes for one in node.lengths for name in free_symbols(one)}
    return {name: powers for name in sorted(within.difference(names)) if (powers := count_of(name))}


def _stated_counts(names: Sequence[str], kept: Sequence[str]) -> dict[str, Powers]:
    """The symbols whose names say what they count; of small letters it is found what they do."""
    stated = {name: powers for name in names if name not in kept and (powers := count_of(name))}
    letters = [name for name in names if len(name) == 1]
    if len(names) - len(stated) < 2:  # a d alone beside a mean is its head
        return {name: powers for name, powers in stated.items() if name not in letters}
    return {name: powers for name, powers in stated.items() if name not in letters or name.isupper()}


def _with_ones(tree: Tree, names: Collection[str]) -> Tree:
    """The formula of one entry: there is one of everything that is counted, and no mask hides it."""
    return substitute(tree, dict.fromkeys(names, _ONE)) if names else tree


def _partial_masks(tree: Tree, arrays: Tree, latent: Collection[str], masks: Sequence[str]) -> Iterator[str]:
    """The masks that multiply some of the terms only: what they do is on no line, and 0 leaves some of it."""
    own = [name for name in masks if name in free_symbols(tree)]
    found = influences(tree, latent, own) if own else {}
    for name in own:
        is_part = found[name] is None and kept_corners(arrays, (name,), latent)[0,]
        if is_part or _is_within(tree, name, latent):
            yield name


def _is_within(tree: Tree, mask: str, latent: Collection[str]) -> bool:
    """Whether a mask stands with a mean or a head inside of a logarithm: of log(mask v) it is a term."""
    logarithms = (node for node in walk(tree) if isinstance(node, Call) and node.function == "log")
    names = (set(free_symbols(node)) for node in logarithms)
    return any(mask in own and not own.isdisjoint(latent) for own in names)


def _dimensions(tree: Tree, symbols: Sorted) -> Iterator[str]:
    """What is added, by itself and once for every latent: named like a number of dimensions."""
    named = [name for name in symbols.passive if is_dimension(name)]
    if not named:
        return
    found = influences(tree, symbols.latent, named)
    groups = components(tree, free_symbols(tree))
    for name in named:
        one = found[name]
        if one and one.is_additive and one.added and (name,) in groups:
            yield name


def _around(tree: Tree, arrays: Tree, symbols: Sorted) -> Aside:
    """A formula without weights and other terms."""
    around = (*symbols.passive, *symbols.partial)
    if not around:
        return Aside(tree, arrays, {})
    found = isolated(tree, symbols.latent, around)
    rest = _with_ones(found.tree, around)
    with_parts = _with_ones(tree, symbols.partial)
    weights = [one for one in found.weights if set(free_symbols(one.tree)) <= set(symbols.passive)]
    difference = operation("-", with_parts, operation("*", product(weights), rest))
    is_right, added = _is_around(difference, symbols.latent)
    if not is_right:
        return _inseparable(tree, arrays, symbols)
    others = list(map(to_text, found.others))
    if added and not others:
        others.append("a constant of " + " and ".join(around))
    return Aside(
        rest,
        _with_ones(isolated(arrays, symbols.latent, around).tree, symbols.partial),
        {},
        weights=tuple(one.text for one in weights if not one.divides),
        divisors=tuple(one.text for one in weights if one.divides),
        others=tuple(dict.fromkeys(others)),
        parts=symbols.partial,
        are_parts_equal=_are_equal(tree, symbols),
        differences=tuple((one.text, one.turned) for one in weights if not one.has_sign),
        is_evenly_weighed=not added or _vanishes(difference, symbols, weights),
    )


def _is_around(difference: Tree, latent: Collection[str]) -> tuple[bool, bool]:
    """Whether no mean and no head has a part in what two formulas differ by, and whether they differ."""
    is_right, size = is_free_of(difference, latent)
    return is_right, size > _NOTHING


def _vanishes(difference: Tree, symbols: Sorted, weights: Sequence[Weight]) -> bool:
    """Whether nothing is left of the difference without other terms, as 1 - beta is of beta KL + 1."""
    own = {name for one in weights for name in free_symbols(one.tree)}
    others = [name for name in symbols.passive if name not in own]
    rest = substitute(difference, dict.fromkeys(others, Number(Fraction(0))))
    if not own.intersection(free_symbols(rest)):
        return True
    return not _is_around(rest, symbols.latent)[1]


def _inseparable(tree: Tree, arrays: Tree, symbols: Sorted) -> Aside:
    """A formula whose weights and other terms stand in no place of their own: they are read as 1."""
    found = influences(tree, symbols.latent, symbols.passive)
    weights = [name for name in symbols.passive if (one := found[name]) and not one.is_additive]
    others = [name for name in symbols.passive if (one := found[name]) and one.added]
    around = (*symbols.passive, *symbols.partial)
    return Aside(
        _with_ones(tree, around),
        _with_ones(arrays, symbols.partial),
        {},
        weights=tuple(f"(a weight of {name})" for name in weights),
        others=tuple(others),
        parts=symbols.partial,
        are_parts_equal=_are_equal(tree, symbols),
    )


def _are_equal(tree: Tree, symbols: Sorted) -> bool:
    """Whether weights of parts weigh the whole where all of them are equal."""
    first, *others = symbols.partial or ("",)
    if not others:
        return False
    return is_passive(substitute(tree, dict.fromkeys(others, Symbol(first))), symbols.latent)
