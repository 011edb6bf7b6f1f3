"""Takes out what code adds to keep a formula finite: clips, small numbers in logarithms, roots and divisors.

A formula is judged without them. A small number is reported; a clip is looked at: on the whole, from below,
it is free bits; of the head or the mean wherever they stand, it bounds what a network puts out; anywhere else
it must not bind where training needs the formula.
"""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.traversal import children, free_symbols, placed_as, rebuilt, replaced, walk
from klcli.formula.tree import Call, Clip, Negative, Number, Operation, Reduction, Symbol, Tree, operation
from klcli.judge.loss_context.clips import bounds_all, can_be_whole, with_floors
from klcli.judge.weight_signs import range_of
from klcli.names.means_and_spreads import is_mean
from klcli.names.noise import is_epsilon
from klcli.values import dataclass, field

_LARGEST_EPSILON = Fraction(1, 1000)
"""Of the small numbers that keep a logarithm finite; a larger one is part of the formula."""
_LARGEST_SHIFT = Fraction(1, 100)
"""Of those that are added to a head wherever it stands."""


@dataclass(slots=True)
class Guards:
    """The guards of a formula.

    Attributes:
        tree: the formula without them.
        shifts: sums of a head and a small number that stand wherever the head does, and so are the head.
        epsilons: the small numbers, as they were written.
        floors: clips of the whole from below, as free bits are; of its negative those from above.
        bounds: clips of a symbol wherever it occurs.
        clips: all other clips.
    """

    tree: Tree
    shifts: list[Tree] = field(default_factory=list)
    epsilons: list[Tree] = field(default_factory=list)
    floors: list[Clip] = field(default_factory=list)
    bounds: list[Clip] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)


def guards(tree: Tree) -> Guards:
    """Take the guards out of a formula."""
    if not any(isinstance(node, Clip) or _is_small(node) for node in walk(tree)):
        return Guards(tree)  # most have none, and are asked often
    tree = with_floors(tree)
    found = Guards(tree)
    tree = _shifted(tree, found)
    everything: list[Clip] = []
    found.tree = _without(tree, found, everything, whole=1, kept_finite=False)
    for clip in dict.fromkeys(everything):
        (found.bounds if bounds_all(tree, clip) else found.clips).append(clip)
    found.epsilons = list(dict.fromkeys(found.epsilons))
    return found


def without_guards(tree: Tree) -> Tree:
    """The formula without clips and small numbers."""
    return guards(tree).tree


def without_clips(tree: Tree) -> Tree:
    """The formula without clips, and without the small numbers that belong to a head; with all others."""
    return _unclipped(_shifted(tree, Guards(tree)))


def _unclipped(tree: Tree) -> Tree:
    if isinstance(tree, Clip):
        return _unclipped(tree.operand)
    weight = weighed[0] if (weighed := _weighed(tree)) else None
    below = [child if child is weight else _unclipped(child) for child in children(tree)]
    return rebuilt(tree, below)


def _weighed(tree: Tree) -> tuple[Tree, Tree] | None:
    """A weight with a clip in it and what it multiplies: ``min(1, epoch / 10) * kl`` has no clip of a KL."""
    match tree:
        case Operation("*", left, right):
            for weight, rest in ((left, right), (right, left)):
                names = set(free_symbols(weight))
                has_clip = any(isinstance(node, Clip) for node in walk(weight))
                plain = not any(isinstance(node, Call) for node in walk(weight))
                weighs = any(isinstance(node, Call) for node in walk(rest))
                if has_clip and plain and weighs and names and names.isdisjoint(free_symbols(rest)):
                    return weight, rest
    return None


def _shifted(tree: Tree, found: Guards) -> Tree:
    """The tree with a head in the place of ``head + 1e-6``, where it occurs in no other way."""
    sums = [node for node in walk(tree) if isinstance(node, Operation) and node.operator == "+"]
    for node in dict.fromkeys(sums):
        for small, rest in ((node.right, node.left), (node.left, node.right)):
            names = free_symbols(rest)
            if len(names) != 1 or is_mean(names[0]) or not _is_small(small):
                continue
            gathered = _gathered(tree, node, rest, small)
            without = replaced(gathered, node, rest)
            outside = [part for part in walk(replaced(gathered, node, small)) if isinstance(part, Symbol)]
            if all(part.name != names[0] for part in outside):
                found.shifts.append(node)
                tree = without
                break
    return tree


def _gathered(tree: Tree, node: Tree, rest: Tree, small: Tree) -> Tree:
    """The tree with a sum as one node where its two parts are terms of a longer one: ``m + v + 1e-6``.

    Args:
        tree: a part of the formula.
        node: the sum.
        rest: the head in it.
        small: the small number in it.
    """
    if tree == node:
        return tree
    new = rebuilt(tree, [_gathered(child, node, rest, small) for child in children(tree)])
    match new:
        case Operation("+" | "-" as sign, left, right) if right == small:
            new = _joined(left, sign, rest, node) or new
    return placed_as(new, tree)


def _joined(tree: Tree, sign: str, rest: Tree, node: Tree) -> Tree | None:
    """A sum with another term for one that has a sign in it; None where it has no such term."""
    match tree:
        case Operation("+" | "-" as own, left, right):
            if right == rest and own == sign:
                return operation(own, left, node)
            inside = _joined(left, sign, rest, node)
            return inside and operation(own, inside, right)
    return node if tree == rest and sign == "+" else None


def _is_small(tree: Tree) -> bool:
    match tree:
        case Number(value):
            return 0 < value <= _LARGEST_SHIFT
        case Symbol(name):
            return is_epsilon(name)
    return False


def _without(
    tree: Tree, found: Guards, clips: list[Clip], *, whole: int, kept_finite: bool, in_exp: bool = False
) -> Tree:
    """The tree without guards.

    Args:
        tree: a part of the formula.
        found: where the small numbers and floors go.
        clips: where all other clips go.
        whole: 1 where the formula is this part, perhaps summed or multiplied by a positive number, -1 where
            it is the negative of that, 0 where it has other terms. Names of weights are positive.
        kept_finite: whether a logarithm, a root or a division takes this part.
        in_exp: whether this part is an exponent.
    """
    if weighed := _weighed(tree):
        weight, rest = weighed
        below = [
            child if child is weight else _without(child, found, clips, whole=whole, kept_finite=kept_finite)
            for child in children(tree)
        ]
        return placed_as(rebuilt(tree, below), tree)
    match tree:
        case Clip(operand, low, high):
            is_floor = (whole > 0 and high is None) or (whole < 0 and low is None)
            (found.floors if is_floor and can_be_whole(operand) else clips).append(tree)
            return _without(operand, found, clips, whole=whole, kept_finite=kept_finite)
        case Operation("+", left, right):
            for small, rest in ((right, left), (left, right)):
                if _is_epsilon(
                    small, rest, kept_finite=kept_finite, in_exp=in_exp and isinstance(rest, Symbol)
                ):
                    found.epsilons.append(small)
                    return _without(rest, found, clips, whole=0, kept_finite=kept_finite)
    below = []
    for place, child in enumerate(children(tree)):
        passes = _sign_in(tree, child)
        finite = _keeps_finite(tree, place, kept_finite)
        in_exp = isinstance(tree, Call) and tree.function == "exp"
        below.append(_without(child, found, clips, whole=whole * passes, kept_finite=finite, in_exp=in_exp))
    return placed_as(rebuilt(tree, below), tree)


def _sign_in(tree: Tree, child: Tree) -> int:
    """The sign with which a node is a multiple of what is below it, beside other terms; 0 if it is none."""
    match tree:
        case Negative():
            return -1
        case Operation("*" | "/"):
            other = next((one for one in children(tree) if one is not child), child)
            return int(bool(free_symbols(child))) * (1 if free_symbols(other) else range_of(other).sign)
        case Operation("+" | "-", left, right):
            # Another term of the loss has no symbol in it of what is clipped.
            other = left if child is right else right
            clipped = {
                name for node in walk(child) if isinstance(node, Clip) for name in free_symbols(node.operand)
            }
            sign = -1 if tree.operator == "-" and child is right else 1
            return sign * clipped.isdisjoint(free_symbols(other))
    return int(isinstance(tree, Reduction))


def _keeps_finite(tree: Tree, place: int, already: bool) -> bool:
    match tree:
        case Call(function):
            return function in ("log", "sqrt")
        case Operation("/"):
            return place == 1 or already
        case Operation("^", _, Negative()):
            return place == 0
        case Operation("*"):
            return already
    return False


def _is_epsilon(small: Tree, rest: Tree, *, kept_finite: bool, in_exp: bool) -> bool:
    """Whether a term only keeps the rest away from zero: a tiny number, or a symbol of that name."""
    names = free_symbols(rest)
    if not names or any(map(is_mean, names)):
        return False
    scale = isinstance(rest, Call) and rest.function in ("softplus", "exp", "sqrt", "abs")
    match small:
        case Number(value):
            return 0 < value <= _LARGEST_EPSILON and (kept_finite or scale or in_exp)
        case Symbol(name):
            return (kept_finite and is_epsilon(name)) or ((in_exp or scale) and name in ("eps", "epsilon"))
    return False
