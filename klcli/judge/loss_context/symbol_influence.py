"""What a symbol does to a formula, found by changing it and seeing what changes.

A symbol along which a formula is a line may be a weight, another term or a count; along which it is a
parabola, a mean; a head is neither. Held against the formula itself, F(x/2) = a F(x) + g for all values of
the other symbols says which: a = 1 is no influence on the rest (g = 0 none at all, otherwise another term),
g = 0 a weight, both a weight beside other terms, and what is on no such line is a mean, a head or a weight
of a part. The place in which a symbol stands is looked at nowhere here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from math import inf, isfinite

from klcli.formula.symbol_names import STEPS
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Call, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.budget import remembered
from klcli.formula.value.doubles import DoubleColumns
from klcli.values import dataclass

_CLOSE = 1e-9
"""Error of doubles that should be equal, relative to the largest number that occurred."""
_SCALES = (0.4, 0.6, 0.8, 1.0)
"""Steps along a symbol: a parabola has no third differences."""
_TOO_LARGE = 1e7
"""Numbers beside which what a formula does is lost in rounding errors."""
_VARIED, _LEAST, _LEAST_CHANGES = 7, 4, 3
"""Points at which a line is held against a formula, how many of them must have a value, and after how many
changes."""
_GOLDEN = 0.6180339887498949
"""The golden ratio less one, whose multiples spread evenly over 0..1."""
_FAR = 500.0
"""Far beyond the draws, and squares and exponentials of logarithms are finite still."""
_ELSEWHERE = (1.0, 0.4, -1.0, 3.0, 8.0)
"""By what all points are multiplied where a formula has no value at some of them."""

SymbolNumbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Influence:
    """F = factor F0 + added for all values of the other symbols; F0 is the formula before the change."""

    factor: float
    added: float

    @property
    def is_additive(self) -> bool:
        """Whether the formula is not multiplied."""
        # Far above rounding errors, far below any weight that people write.
        return abs(self.factor - 1) <= 1e-7


@cache
def _number(place: int, draw: int) -> float:
    """Between 0 and 1, as evenly spread and as unrelated as multiples of the golden ratio are."""
    # Other multiples for every symbol and draw, so that no two symbols go along with each other.
    return ((3 * place + 1) * (draw + 2) * _GOLDEN + 0.137 * place * place) % 1.0


def _draw(names: Sequence[str], draw: int) -> dict[str, float]:
    """Values between 0.15 and 0.95, which also what is a probability may have."""
    # From 0.15, and 0.8 wide.
    return {name: 0.15 + 0.8 * _number(place, draw) for place, name in enumerate(names)}


def _wide(names: Sequence[str], draw: int) -> dict[str, float]:
    """Values between 0.4 and 2.4, for means and heads."""
    # From 0.4, and 2 wide.
    return {name: 0.4 + 2.0 * _number(place, draw) for place, name in enumerate(names)}


# The formulas and ways of one program.
@remembered(64)
def degree(tree: Tree, name: str) -> int | None:
    """Of which degree a formula is in a symbol: 0, 1, 2, or None for what is no such polynomial."""
    if name in _stepped(tree):
        return None  # between two steps it would look like one
    names = free_symbols(tree)
    points = [
        other | {name: other[name] * scale}
        for other in (_draw(names, 0), _draw(names, 1))
        for scale in _SCALES
    ]
    values, largest = _evaluated(tree, names, points)
    found = 0
    for start in (0, len(_SCALES)):
        # The four scales of one draw.
        at, scale = values[start : start + 4], max(largest[start : start + 4])
        if not all(map(isfinite, at)) or scale > _TOO_LARGE:
            return None
        # A formula that is 0 has rounding errors, too.
        slack = _CLOSE * max(scale, 1e-3)
        # The binomial coefficients: third differences vanish for parabolas alone.
        if abs(at[3] - 3 * at[2] + 3 * at[1] - at[0]) > slack:
            return None
        # Second differences vanish for lines alone.
        if max(abs(at[2] - 2 * at[1] + at[0]), abs(at[3] - 2 * at[2] + at[1])) > slack:
            found = 2
        # And first ones for constants.
        elif max(abs(at[3] - at[0]), abs(at[1] - at[0])) > slack:
            found = max(found, 1)
    return found


def _stepped(tree: Tree) -> set[str]:
    """The symbols that are cut to whole numbers, alone or in a formula."""
    steps = (node for node in walk(tree) if isinstance(node, Call) and node.function in STEPS)
    return {name for node in steps for name in free_symbols(node)}


def is_passive(tree: Tree, varied: Collection[str]) -> bool:
    """Whether all symbols but some do no more than multiply a formula and be added to it, all together.

    They are doubled, moved in other ways, and made so large that what seemed to be added shows what it is.
    """
    names = free_symbols(tree)
    values, largest = _moved(tree, names, _changes(tree, varied), varied)
    told = 0
    for column, sizes in zip(values, largest, strict=True):
        if _is_telling(column, sizes):
            told += 1
            if _influence(values[0], column, [*largest[0], *sizes]) is None:
                return False
    return told >= _LEAST_CHANGES


def is_free_of(tree: Tree, varied: Collection[str]) -> tuple[bool, float]:
    """Whether a formula depends on none of some symbols, and how large it is, whatever the others are."""
    names = free_symbols(tree)
    values, largest = _moved(tree, names, _changes(tree, varied), varied)
    size = 0.0
    for column, sizes in zip(values, largest, strict=True):
        if _is_telling(column, sizes):
            found = [value for value in column if isfinite(value)]
            slack = _CLOSE * max(1.0, *(one for one in sizes if one < inf))
            # Each of both may be off by a few times the slack.
            if max(found) - min(found) > 10 * slack:
                return False, 0.0
            # What may be rounding errors is no size.
            size = max(size, *(abs(value) - 10 * slack for value in found))
    return True, size


def _changes(tree: Tree, varied: Collection[str]) -> list[SymbolNumbers]:
    """Values of the symbols that are held, those before any change first."""
    names = free_symbols(tree)
    held = [name for name in names if name not in varied]
    before = {name: value for name, value in _draw(names, 0).items() if name in held}
    found: list[SymbolNumbers] = [
        before,
        {name: 2 * value for name, value in before.items()},
        # Other draws than the first.
        {name: value for name, value in _draw(names, 5).items() if name in held},
        # And one of these halved.
        {name: value / 2 for name, value in _draw(names, 9).items() if name in held},
        {name: _FAR * value for name, value in before.items()},
    ]
    if _stepped(tree).intersection(held):
        found += ({name: step + value for name, value in before.items()} for step in (1, 2))
    return found


def _is_telling(column: Sequence[float], sizes: Sequence[float]) -> bool:
    """Whether enough of the values are numbers, and none is so large that the rest is lost beside it."""
    found = [size for value, size in zip(column, sizes, strict=True) if isfinite(value)]
    return len(found) >= _LEAST and max(found) <= _TOO_LARGE


def influences(tree: Tree, varied: Collection[str], held: Sequence[str]) -> dict[str, Influence | None]:
    """What halving each of the symbols that are held does to a formula; None for what is on no line.

    Args:
        tree: the formula.
        varied: the symbols that are scaled.
        held: values of the symbols that are held.
    """
    names = free_symbols(tree)
    before = {name: value for name, value in _draw(names, 0).items() if name not in varied}
    changes = [before, *(before | {name: before[name] / 2} for name in held)]
    values, largest = _moved(tree, names, changes, varied)
    found: dict[str, Influence | None] = {}
    for place, name in enumerate(held, 1):
        found[name] = _influence(values[0], values[place], [*largest[0], *largest[place]])
    return found


def _moved(
    tree: Tree, names: Sequence[str], changes: Sequence[SymbolNumbers], varied: Collection[str]
) -> tuple[list[list[float]], list[list[float]]]:
    """The values of a formula and the largest numbers, for every change at all points of what varies."""
    points = [
        {name: value for name, value in _wide(names, draw + 1).items() if name in varied} | dict(change)
        for change in changes
        for draw in range(_VARIED)
    ]
    values, largest = _evaluated(tree, names, points)
    starts = range(0, len(points), _VARIED)
    return (
        [values[start : start + _VARIED] for start in starts],
        [largest[start : start + _VARIED] for start in starts],
    )


def _influence(before: Sequence[float], after: Sequence[float], largest: Sequence[float]) -> Influence | None:
    """The line on which the values after a change are, over those before it."""
    pairs = [pair for pair in zip(before, after, strict=True) if all(map(isfinite, pair))]
    size = max((number for number in largest if number < inf), default=0.0)
    if len(pairs) < _LEAST or size > _TOO_LARGE:
        return None
    low, high = min(pairs), max(pairs)
    # A formula that is 0 has rounding errors, too.
    slack = _CLOSE * max(size, 1e-3)
    if high[0] - low[0] <= slack:
        return None
    factor = (high[1] - low[1]) / (high[0] - low[0])
    added = low[1] - factor * low[0]
    fits = all(abs(factor * x + added - y) <= slack * (1 + abs(factor)) for x, y in pairs)
    return Influence(factor, 0.0 if abs(added) <= slack * (1 + abs(factor)) else added) if fits else None


def components(tree: Tree, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The symbols in groups whose parts of a formula are added: no value of one changes what another does."""
    groups = [{name} for name in names]
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            if not any({one, other} <= group for group in groups) and _interact(tree, one, other):
                joined = [group for group in groups if group & {one, other}]
                groups = [group for group in groups if group not in joined] + [set.union(*joined)]
    return [tuple(name for name in names if name in group) for group in groups]


def _interact(tree: Tree, one: str, other: str) -> bool:
    """Whether what a symbol does to a formula depends on another."""
    names = free_symbols(tree)
    points = []
    for draw in (0, 1):
        point = _draw(names, draw)
        # Both, each and none of them as they were: what they do apart adds up unless they interact.
        for factor, second in ((1.0, 1.0), (1.0, 0.7), (0.7, 1.0), (0.7, 0.7)):
            points.append(point | {one: factor * point[one], other: second * point[other]})
    values, largest = _evaluated(tree, names, points)
    # Four points of each draw.
    for start in (0, 4):
        # The four of one draw.
        a, b, c, d = values[start : start + 4]
        # The mixed difference; a formula that is 0 has rounding errors, too.
        if not abs(a - b - c + d) <= _CLOSE * max(*largest[start : start + 4], 1e-3):
            return True
    return False


def _evaluated(
    tree: Tree, names: Sequence[str], points: Sequence[SymbolNumbers]
) -> tuple[list[float], list[float]]:
    """The values of a formula and the largest numbers, at the points or where more of them have a value."""
    best: tuple[int, list[float], list[float]] = (-1, [], [])
    for scale in _ELSEWHERE:
        run = DoubleColumns(len(points))
        values = evaluate(tree, {name: [scale * point[name] for point in points] for name in names}, run)
        count = sum(map(isfinite, values))
        if count > best[0]:
            best = count, values, run.largest
        if count == len(points):
            break
    return best[1:]
