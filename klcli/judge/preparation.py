"""What is set aside before a formula is judged: it does not decide which KL the formula is.

A symbolic weight in front, other terms of a loss, the number of dimensions, a small number that keeps a
logarithm finite, a clip. Each is kept to be reported; so is what the reductions run over. The nodes that
remain keep their places in the text, so that a correction found in what remains can be made there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.tree import (
    Call,
    Clip,
    Negative,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    children,
    free_symbols,
    rebuilt,
    spanning,
    walk,
)
from klcli.judge.names import is_dimension, is_epsilon, is_mean, suggested

__all__ = ["Prepared", "ReductionName", "prepare", "without_guards"]

ReductionName: TypeAlias = Literal["none", "sum", "mean", "sum-mean"]
"""Entry by entry; a sum over the latents; a mean over them; a sum over them and a mean over the batch."""

_LARGEST_EPSILON = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A formula of one dimension, and what was set aside.

    Attributes:
        tree: what is judged.
        reduction: over what the formula sums or averages.
        weights: symbols that the whole is multiplied by.
        divisors: symbols that the whole is divided by.
        others: symbols of other terms of the loss.
        dimensions: symbols that stand for the number of dimensions; each dimension has its 1.
        epsilons: small numbers added inside of functions, as they were written.
        clips: the clips of some occurrences of a symbol and not of others.
        bounds: the clips of every occurrence, which bound what a network puts out.
        floors: clips of the whole, as free bits are.
        loose_constant: whether a constant is added outside of the sum over the dimensions.
    """

    tree: Tree
    reduction: ReductionName
    weights: tuple[str, ...]
    divisors: tuple[str, ...]
    others: tuple[str, ...]
    dimensions: tuple[str, ...]
    epsilons: tuple[Tree, ...]
    clips: tuple[Clip, ...]
    bounds: tuple[Clip, ...]
    floors: tuple[Clip, ...]
    loose_constant: bool


@dataclass(slots=True)
class _Aside:
    """What has been set aside so far."""

    weights: list[str] = field(default_factory=list)
    divisors: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    dimensions: list[str] = field(default_factory=list)
    epsilons: list[Tree] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)
    floors: list[Clip] = field(default_factory=list)


def prepare(tree: Tree, kept: Sequence[str] = ()) -> Prepared:
    """Set aside what does not decide which KL a formula is.

    Args:
        tree: the formula.
        kept: symbols that are the mean or the head and must stay.
    """
    aside = _Aside()
    reduction = _reduction(tree)
    plain = _without_inner(tree, aside, inside=False)
    if len(free_symbols(plain)) > 2:
        plain = _without_terms(plain, kept, aside)
    if len(free_symbols(plain)) > 2:
        plain = _without_weights(plain, kept, aside)
    clips = tuple(dict.fromkeys(aside.clips))
    return Prepared(
        plain,
        reduction,
        tuple(aside.weights),
        tuple(aside.divisors),
        tuple(aside.others),
        tuple(aside.dimensions),
        tuple(dict.fromkeys(aside.epsilons)),
        tuple(clip for clip in clips if not _bounds_all(tree, clip)),
        tuple(clip for clip in clips if _bounds_all(tree, clip)),
        tuple(aside.floors),
        _has_loose_constant(tree),
    )


def _bounds_all(tree: Tree, clip: Clip) -> bool:
    """Whether the symbols of a clip occur nowhere but in it."""
    if tree == clip:
        return True
    if isinstance(tree, Symbol):
        return tree.name not in free_symbols(clip)
    return all(_bounds_all(child, clip) for child in children(tree))


def _has_loose_constant(tree: Tree) -> bool:
    """Whether a number is added to a sum over symbols, outside of that sum."""
    match tree:
        case Operation("+" | "-", left, right):
            for one, other in ((left, right), (right, left)):
                if not free_symbols(one) and any(isinstance(node, Reduction) for node in walk(other)):
                    return True
        case Reduction():
            return False
    return any(map(_has_loose_constant, children(tree)))


def without_guards(tree: Tree) -> Tree:
    """The tree without clips and without the small numbers that are added inside of functions."""
    return _without_inner(tree, _Aside(), inside=False)


def _kept_place(new: Tree, old: Tree) -> Tree:
    return spanning(new, *old.span) if old.span else new


def _without_inner(tree: Tree, aside: _Aside, *, inside: bool) -> Tree:
    """The tree without clips and epsilons; `inside` a function, a power or a divisor."""
    match tree:
        case Clip(operand):
            whole = not inside and len(free_symbols(operand)) > 1
            (aside.floors if whole else aside.clips).append(tree)
            return _without_inner(operand, aside, inside=inside)
        case Operation("+", left, right) if inside and _is_epsilon(right) and free_symbols(left):
            aside.epsilons.append(right)
            return _without_inner(left, aside, inside=True)
        case Operation("+", left, right) if inside and _is_epsilon(left) and free_symbols(right):
            aside.epsilons.append(left)
            return _without_inner(right, aside, inside=True)
    deeper = [inside or _encloses(tree, place) for place in range(len(children(tree)))]
    below = [
        _without_inner(child, aside, inside=enclosed)
        for child, enclosed in zip(children(tree), deeper, strict=True)
    ]
    return _kept_place(rebuilt(tree, below), tree)


def _encloses(tree: Tree, place: int) -> bool:
    """Whether the child at a place stands in a function, in a power or in a divisor."""
    match tree:
        case Call():
            return True
        case Operation("^"):
            return True
        case Operation("/"):
            return place == 1
    return False


def _is_epsilon(tree: Tree) -> bool:
    match tree:
        case Number(value):
            return 0 < value <= _LARGEST_EPSILON
        case Symbol(name):
            return is_epsilon(name)
    return False


def _without_weights(tree: Tree, kept: Sequence[str], aside: _Aside) -> Tree:
    """The tree with 1 for symbols that the whole is multiplied or divided by."""
    match tree:
        case Negative(below) | Reduction(body=below):
            return _kept_place(rebuilt(tree, (_without_weights(below, kept, aside),)), tree)
        case Operation("+" | "-", left, right) if _is_zero(left):
            return _kept_place(rebuilt(tree, (left, _without_weights(right, kept, aside))), tree)
        case Operation("+" | "-", left, right) if _is_zero(right):
            return _kept_place(rebuilt(tree, (_without_weights(left, kept, aside), right)), tree)
        case Operation("*" | "/" as operator, left, right):
            if _is_weight(left, right, kept):
                left = _ones(left, aside, divided=False)
            elif _is_weight(right, left, kept):
                right = _ones(right, aside, divided=operator == "/")
            if not free_symbols(left) and operator == "*":
                right = _without_weights(right, kept, aside)
            elif not free_symbols(right):
                left = _without_weights(left, kept, aside)
            return _kept_place(rebuilt(tree, (left, right)), tree)
    return tree


def _is_zero(tree: Tree) -> bool:
    """Whether a term is one of those that were set aside, or several of them."""
    match tree:
        case Number(value):
            return value == 0
        case Negative(below):
            return _is_zero(below)
        case Operation("+" | "-", left, right):
            return _is_zero(left) and _is_zero(right)
        case Operation("*", left, right):
            return _is_zero(left) or _is_zero(right)
    return False


def _is_weight(factor: Tree, rest: Tree, kept: Sequence[str]) -> bool:
    """Whether a factor is made of numbers and of symbols that occur nowhere else."""
    plain = all(
        isinstance(node, Number | Symbol | Negative | Reduction)
        or (isinstance(node, Operation) and node.operator in ("*", "/"))
        for node in walk(factor)
    )
    names = set(free_symbols(factor))
    inside = any(isinstance(node, Call) for node in walk(rest))
    return plain and inside and bool(names) and not names & {*free_symbols(rest), *kept}


def _ones(tree: Tree, aside: _Aside, *, divided: bool) -> Tree:
    if isinstance(tree, Symbol):
        (aside.divisors if divided else aside.weights).append(tree.name)
        return _kept_place(Number(Fraction(1)), tree)
    below = []
    for place, child in enumerate(children(tree)):
        flips = isinstance(tree, Operation) and tree.operator == "/" and place == 1
        below.append(_ones(child, aside, divided=divided != flips))
    return _kept_place(rebuilt(tree, below), tree)


def _without_terms(tree: Tree, kept: Sequence[str], aside: _Aside) -> Tree:
    """The tree with 1 for the number of dimensions and 0 for other terms of the loss.

    Both occur just once. Other terms are added to the whole, and have not the name of a mean or a head.
    """
    names = [node.name for node in walk(tree) if isinstance(node, Symbol)]
    once = {name for name in names if names.count(name) == 1 and name not in kept}
    dimensions = {name for name in _added(tree) if name in once and is_dimension(name)}
    on_top = {name for name in _terms_of_loss(tree) if name in once - dimensions}
    others = {name for name in on_top if not is_mean(name) and suggested(name) is None}
    aside.dimensions.extend(sorted(dimensions))
    aside.others.extend(sorted(others))

    def visit(node: Tree) -> Tree:
        if isinstance(node, Symbol) and node.name in dimensions | others:
            return _kept_place(Number(Fraction(node.name in dimensions)), node)
        return _kept_place(rebuilt(node, list(map(visit, children(node)))), node)

    return visit(tree)


def _terms_of_loss(tree: Tree) -> Iterator[str]:
    """The symbols that are terms of the outermost sum, perhaps with a number in front."""
    match tree:
        case Symbol(name) | Operation("*", Number(), Symbol(name)) | Operation("*", Symbol(name), Number()):
            yield name
        case Negative(below) | Reduction(body=below):
            yield from _terms_of_loss(below)
        case Operation("+" | "-", left, right):
            yield from _terms_of_loss(left)
            yield from _terms_of_loss(right)


def _added(tree: Tree) -> Iterator[str]:
    """The symbols that are terms of a sum, perhaps with a number in front."""
    match tree:
        case Symbol(name):
            yield name
        case Negative(below) | Reduction(body=below):
            yield from _added(below)
        case Operation("+" | "-", left, right):
            yield from _added(left)
            yield from _added(right)
        case Operation("*" | "/", left, right) if not free_symbols(right):
            yield from _added(left)
        case Operation("*", left, right) if not free_symbols(left):
            yield from _added(right)


def _reduction(tree: Tree) -> ReductionName:
    """Over what a formula sums or averages, by the reductions from the innermost to the outermost."""
    ways = {way for way in _ways(tree, ()) if way}
    if not ways:
        return "none"
    way = max(ways, key=len)
    latents = batch = False
    averaged = after = False
    for kind, axis in way:
        over_latents = not latents and axis != "0"
        over_batch = not batch and (axis in ("", "0", "None") or "0" in axis.strip("()[]").split(","))
        if over_latents:
            latents, averaged = True, kind == "mean"
        elif over_batch:
            after = after or kind == "mean"
        batch = batch or over_batch
    if not latents:
        return "none"
    return "mean" if averaged else "sum-mean" if after else "sum"


def _ways(tree: Tree, above: tuple[tuple[str, str], ...]) -> Iterator[tuple[tuple[str, str], ...]]:
    """The reductions around each symbol, the innermost first."""
    if isinstance(tree, Symbol):
        yield above
    if isinstance(tree, Reduction) and tree.kind != "E":
        above = ((tree.kind, tree.axis), *above)
    for child in children(tree):
        yield from _ways(child, above)
