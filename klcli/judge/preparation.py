"""What is set aside before a formula is judged: it does not decide which KL the formula is.

A symbolic weight in front, other terms of a loss, the number of dimensions, a small number that keeps a
logarithm finite, a clip. Each is kept to be reported; so is what the reductions run over. The nodes that
remain keep their places in the text, so that a correction found in what remains can be made there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from klcli.formula.arithmetic import evaluate
from klcli.formula.budget import remembered
from klcli.formula.doubles import Doubles
from klcli.formula.entry import entry
from klcli.formula.printing import to_text
from klcli.formula.program import Program
from klcli.formula.tree import (
    Call,
    Clip,
    Negative,
    Number,
    Operation,
    Reduction,
    Stop,
    Symbol,
    Tree,
    children,
    free_symbols,
    operation,
    rebuilt,
    spanning,
    substitute,
    walk,
)
from klcli.judge.counts import Monomial, Polynomial
from klcli.judge.guards import guards, without_clips, without_guards
from klcli.judge.names import count_of, is_dimension, is_mask, is_mean, sign_of, suggested
from klcli.judge.reductions import Reductions, reductions
from klcli.judge.signs import range_of

__all__ = ["Prepared", "prepare"]

_CLOSE = 1e-9
"""Error of two doubles that should be equal, relative to what was added up."""

Powers: TypeAlias = tuple[int, int]
"""Of B and of d."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A formula of one dimension, and what was set aside.

    Attributes:
        program: the formula as it was read; its negative where that is what the left-hand side says.
        tree: what is judged.
        counts: symbols that count examples or latents, by their powers of B and d.
        weights: symbols that the whole is multiplied by.
        divisors: symbols that the whole is divided by.
        others: symbols of other terms of the loss.
        dimensions: symbols that are taken for the number of dimensions, though no name says so for sure.
        guarded: the formula with its small numbers, without clips.
        unguarded: the formula without either, and with all that is set aside.
        shifts: sums of a head and a small number that stand wherever the head does.
        epsilons: small numbers added inside of functions, as they were written.
        clips: the clips of some occurrences of a symbol and not of others.
        bounds: the clips of every occurrence, which bound what a network puts out.
        floors: clips of the whole, as free bits are.
        capacity: the C of ``abs(KL - C)``; what is judged is the KL in it.
        differences: those of the weights and divisors whose sign depends on values, as they are written, and
            minus them.
    """

    program: Program
    tree: Tree
    counts: Mapping[str, Powers]
    weights: tuple[str, ...]
    divisors: tuple[str, ...]
    others: tuple[str, ...]
    dimensions: tuple[str, ...]
    guarded: Tree
    unguarded: Tree
    shifts: tuple[Tree, ...]
    epsilons: tuple[Tree, ...]
    clips: tuple[Clip, ...]
    bounds: tuple[Clip, ...]
    floors: tuple[Clip, ...]
    capacity: Tree | None = None
    differences: tuple[tuple[str, str], ...] = ()

    @property
    def turned(self) -> Prepared:
        """The same with the other sign of a difference: (b - g) f is (g - b) times -f."""
        (written, other), *_ = self.differences
        weights, divisors = (
            tuple(other if text == written else text for text in texts)
            for texts in (self.weights, self.divisors)
        )
        return replace(self, tree=Negative(self.tree), weights=weights, divisors=divisors)

    @property
    def partial_masks(self) -> tuple[str, ...]:
        """The masks that multiply some of the terms only."""
        return tuple(name for name in self.weights if is_mask(name) and _is_partial(self.program.tree, name))

    @property
    def reductions(self) -> Reductions:
        """Over what the program sums or averages."""
        return _reductions(self)

    def __hash__(self) -> int:
        # Trees that are equal may differ in the axes of their sums, texts do not.
        return hash((self.program.text, self.tree))


@dataclass(slots=True)
class _Aside:
    """What has been set aside so far."""

    weights: list[str] = field(default_factory=list)
    divisors: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    dimensions: list[str] = field(default_factory=list)
    differences: list[tuple[str, str]] = field(default_factory=list)


def prepare(program: Program, kept: Sequence[str] = ()) -> Prepared:
    """Set aside what does not decide which KL a formula is.

    Args:
        program: the formula.
        kept: symbols that are the mean or the head and must stay.
    """
    aside = _Aside()
    if sign_of(program.left) < 0:
        program = replace(program, tree=Negative(program.tree), arrays=Negative(program.arrays))
    capacity = _capacity(program.tree)
    if capacity is not None:
        program = replace(
            program, tree=_within_capacity(program.tree), arrays=_within_capacity(program.arrays)
        )
    guarded = guards(program.tree)
    stated = _stated_counts(free_symbols(guarded.tree), kept)
    plain = _without_masks(_with_ones(guarded.tree, stated), aside)
    # A loss may be divided as a whole, and its terms may have weights of their own.
    for step in (_without_weights, _without_other_losses, _without_terms, _without_weights):
        if len(free_symbols(plain)) > 2:
            plain = step(plain, kept, aside)
    counted = {name: powers for name in (*aside.weights, *aside.divisors) if (powers := count_of(name))}
    dimensions = {name: count_of(name) or (0, 1) for name in aside.dimensions}
    return Prepared(
        program=program,
        tree=plain,
        counts={**stated, **counted, **dimensions},
        weights=tuple(name for name in aside.weights if name not in counted),
        divisors=tuple(name for name in aside.divisors if name not in counted),
        others=tuple(aside.others),
        dimensions=tuple(aside.dimensions),
        guarded=without_clips(program.tree),
        unguarded=guarded.tree,
        shifts=tuple(guarded.shifts),
        epsilons=tuple(guarded.epsilons),
        clips=tuple(guarded.clips),
        bounds=tuple(guarded.bounds),
        floors=tuple(guarded.floors),
        capacity=capacity,
        differences=tuple(aside.differences),
    )


def _stated_counts(names: Sequence[str], kept: Sequence[str]) -> dict[str, Powers]:
    """The symbols whose names say what they count; small letters are looked at where they stand."""
    stated = {name: powers for name in names if name not in kept and (powers := count_of(name))}
    letters = [name for name in names if len(name) == 1]
    if len(names) - len(stated) < 2:  # a d alone beside a mean is its head
        return {name: powers for name, powers in stated.items() if name not in letters}
    return {name: powers for name, powers in stated.items() if name not in letters or name.isupper()}


def _with_ones(tree: Tree, counts: Collection[str]) -> Tree:
    """The formula of one entry: there is one of everything that is counted."""
    return substitute(tree, dict.fromkeys(counts, Number(Fraction(1)))) if counts else tree


@remembered(128)
def _reductions(prepared: Prepared) -> Reductions:
    """What the sums of a program do; numbers of dimensions that no name is sure of are tried in turn."""
    unsure = [name for name in prepared.dimensions if count_of(name) is None]
    first: Reductions | None = None
    for powers in _UNSURE if unsure else (None,):
        counts = dict(prepared.counts) | (dict.fromkeys(unsure, powers) if powers else {})
        found = _of_counts(prepared, counts)
        if powers and found.is_plain and found.constant == Polynomial():
            words = " and ".join(unsure)
            return replace(
                found, layout="; ".join(filter(None, (found.layout, f"{words} = {_text(powers)}")))
            )
        first = first or found
    assert first
    return first


_UNSURE: tuple[Powers, ...] = ((0, 1), (1, 1), (1, 0))
"""What an ``n`` can be, the likeliest first: the number of latents, of entries, of examples."""


def _text(powers: Powers) -> str:
    return Monomial(Fraction(1), powers).text(("B", "d"))


def _of_counts(prepared: Prepared, counts: Mapping[str, Powers]) -> Reductions:
    program = prepared.program
    arrays = without_guards(program.arrays)
    names = free_symbols(arrays)
    return reductions(
        arrays,
        entry(arrays),
        [name for name in free_symbols(prepared.tree) if name not in counts],
        counts=counts,
        masks=[name for name in names if is_mask(name)],
        weights=[*prepared.weights, *prepared.divisors],
        has_others=bool(prepared.others),
        in_formula=program.language == "math",
    )


def _kept_place(new: Tree, old: Tree) -> Tree:
    return spanning(new, *old.span) if old.span else new


def _without_masks(tree: Tree, aside: _Aside) -> Tree:
    """The tree with 1 for masks: what is left is the KL of one entry that is not masked."""
    masks = [name for name in free_symbols(tree) if is_mask(name)]
    aside.weights.extend(masks)
    return substitute(tree, dict.fromkeys(masks, Number(Fraction(1)))) if masks else tree


def _capacity(tree: Tree) -> Tree | None:
    """The C of ``abs(KL - C)`` or ``gamma * abs(KL - C)``: a number, or a symbol that occurs nowhere else."""
    match tree:
        case Reduction(body=below) | Negative(below) | Stop(below):
            return _capacity(below)
        case Operation("*" | "/" | "+" | "-", left, right):
            return _capacity(left) or _capacity(right)
        case Call("abs", Operation("-", body, Number() | Symbol() as limit)):
            is_whole = len(free_symbols(body)) > 1 and any(isinstance(node, Call) for node in walk(body))
            return limit if is_whole and not set(free_symbols(limit)) & set(free_symbols(body)) else None
    return None


def _within_capacity(tree: Tree) -> Tree:
    """The tree with what is held to a capacity in the place of its distance to it."""
    if isinstance(tree, Call) and _capacity(tree) is not None and isinstance(tree.argument, Operation):
        return tree.argument.left
    return _kept_place(rebuilt(tree, list(map(_within_capacity, children(tree)))), tree)


def _is_partial(tree: Tree, mask: str) -> bool:
    """Whether a formula is no multiple of its value without a mask, at the same values of all else."""
    names = [name for name in free_symbols(tree) if name != mask]
    pairs = []
    for step in range(4):
        point = {name: 0.6 + 0.37 * place + 0.29 * step for place, name in enumerate(names)}
        try:
            pairs.append([evaluate(tree, point | {mask: value}, Doubles()) for value in (1.0, 0.5)])
        except (ArithmeticError, ValueError):
            return False
    # Beside other terms, which a mask may leave alone, the two lie on a line.
    (x, y), (x1, y1), *rest = pairs
    slope = (y1 - y) / (x1 - x) if x1 != x else 0.0
    return any(abs(b - y - slope * (a - x)) > _CLOSE * (abs(a) + abs(b) + 1) for a, b in rest)


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
    plain = not any(isinstance(node, Call) for node in walk(factor))
    names = set(free_symbols(factor))
    inside = any(isinstance(node, Call) for node in walk(rest))
    return plain and inside and bool(names) and not names & {*free_symbols(rest), *kept}


def _ones(tree: Tree, aside: _Aside, *, divided: bool) -> Tree:
    if isinstance(tree, Symbol):
        (aside.divisors if divided else aside.weights).append(tree.name)
        return _kept_place(Number(Fraction(1)), tree)
    if isinstance(tree, Clip) or (isinstance(tree, Operation) and tree.operator not in ("*", "/")):
        written = f"({to_text(tree)})"
        (aside.divisors if divided else aside.weights).append(written)
        if not range_of(tree).sign:
            aside.differences.append((written, _turned(tree)))
        return _kept_place(Number(Fraction(1)), tree)
    below = []
    for place, child in enumerate(children(tree)):
        flips = isinstance(tree, Operation) and tree.operator == "/" and place == 1
        below.append(_ones(child, aside, divided=divided != flips))
    return _kept_place(rebuilt(tree, below), tree)


def _turned(tree: Operation | Clip) -> str:
    """Minus a difference, as one would write it."""
    if isinstance(tree, Operation) and tree.operator == "-":
        return f"({to_text(operation('-', tree.right, tree.left))})"
    return f"(-({to_text(tree)}))"


def _without_other_losses(
    tree: Tree, kept: Sequence[str], aside: _Aside, outside: frozenset[str] = frozenset()
) -> Tree:
    """The tree with 0 for terms such as a mean squared error, which shares no symbol with the rest.

    Such a term has neither logarithm nor exponential, no name of a mean or a head, and is no mere product.
    """
    if isinstance(tree, Reduction):
        return _kept_place(rebuilt(tree, (_without_other_losses(tree.body, kept, aside, outside),)), tree)
    if isinstance(tree, Operation) and tree.operator in ("+", "-"):
        left = _without_other_losses(tree.left, kept, aside, outside.union(free_symbols(tree.right)))
        right = _without_other_losses(tree.right, kept, aside, outside.union(free_symbols(tree.left)))
        return _kept_place(rebuilt(tree, (left, right)), tree)
    names = set(free_symbols(tree))
    telling = any(is_mean(name) or suggested(name) for name in names) or names & {*kept}
    involved = any(isinstance(node, Call) for node in walk(tree)) or all(map(_is_factor, walk(tree)))
    if not outside or telling or involved or names & outside:
        return tree
    aside.others.append(to_text(tree))
    return _kept_place(Number(Fraction(0)), tree)


def _without_terms(tree: Tree, kept: Sequence[str], aside: _Aside) -> Tree:
    """The tree with 1 for the number of dimensions and 0 for other terms of the loss.

    Both occur just once. Other terms are added to the whole, and have not the name of a mean or a head.
    """
    names = [node.name for node in walk(tree) if isinstance(node, Symbol)]
    once = {name for name in names if names.count(name) == 1 and name not in kept}
    counted = {name for name in _added(tree) if name in once and is_dimension(name)}
    dimensions = counted
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
    """The symbols of those terms of the outermost sum that are products of symbols and numbers."""
    match tree:
        case Negative(below) | Reduction(body=below):
            yield from _terms_of_loss(below)
        case Operation("*" | "/", below, Number(value)) | Operation("*", Number(value), below) if value == 1:
            yield from _terms_of_loss(below)
        case Operation("+" | "-", left, right):
            yield from _terms_of_loss(left)
            yield from _terms_of_loss(right)
        case _ if all(_is_factor(node) for node in walk(tree)):
            yield from free_symbols(tree)


def _is_factor(node: Tree) -> bool:
    if isinstance(node, Operation):
        return node.operator in ("*", "/")
    return isinstance(node, Symbol | Number | Negative | Reduction)


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
