"""A program on arrays held against the formula of its entries: F = k R(f) + c at several shapes.

R is the sum over those axes that the result F has not. Symbols are drawn anew at every shape, and some may be
parameters without a batch, or one number for all latents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite, prod
from typing import Literal, TypeAlias

from klcli.formula.traversal import walk
from klcli.formula.tree import KeptEntries, Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError, filled, summed
from klcli.judge.shapes.masks import MASK_SHAPES, OF_OTHER_AXES, MaskShape, mask_shape, mask_with, spread_over
from klcli.values import dataclass, replace

SymbolShape: TypeAlias = Literal["full", "latents", "number"]
"""The shape of a symbol: (B, d), (d,) or one number for all."""
SHAPES: Mapping[int, tuple[tuple[int, ...], ...]] = {
    1: ((2,), (3,), (5,), (4,), (7,)),
    2: ((2, 3), (3, 2), (2, 5), (5, 3), (3, 4), (4, 2), (2, 4), (4, 3)),
    3: ((2, 3, 4), (3, 2, 5), (2, 5, 3), (4, 3, 2), (3, 4, 5)),
    4: ((2, 3, 4, 5), (3, 4, 2, 5), (2, 5, 3, 4), (4, 2, 3, 7), (3, 5, 2, 4), (5, 3, 4, 2)),
}
"""Shapes by rank, of lengths that differ: which axes a result has left is seen from their lengths.

For (B, d) there are eight, which is one more than the polynomial of a constant has terms; no power of B and d
from -2 to 3 that is none of them has their values there.
"""
SHAPES_OF_MASKS: Mapping[int, tuple[tuple[int, ...], ...]] = {
    1: ((5,), (6,), (7,), (8,)),
    2: ((5, 6), (6, 5), (5, 7), (7, 6), (6, 8), (8, 5), (5, 8), (7, 5)),
    3: ((5, 6, 7), (6, 5, 8), (5, 7, 6), (7, 6, 5), (6, 7, 8)),
}
"""The same with masks, so that a row has entries for every way in which several of them keep one or not."""
HeldShape: TypeAlias = Literal["number", "examples", "entries"]
"""The shape of what is held: one number, (B,) or that of the entries."""
_HELD_AND_MASKED: tuple[tuple[HeldShape, MaskShape], ...] = (
    ("number", "examples"),
    ("number", "rows"),
    ("number", "entries"),
    ("entries", "entries"),
    ("examples", "examples"),
)
"""The shapes that let a program run, in the order in which they are tried."""
_DRAWS = 4
"""Draws of the symbols at one shape: a factor and a constant take two, the others hold them."""
CLOSE = 1e-9
"""Error of a fit relative to the numbers that are added; a wrong count or axis is off by much more."""
_LOW, _RANGE = 0.3, 2.2
"""All symbols are drawn from 0.3 to 2.5: every reading has a value there, positive as a scale is."""


@dataclass(frozen=True, slots=True)
class ArrayProgram:
    """A program and the formula of its entries, with what is drawn anew for every point.

    Attributes:
        program: the program on arrays.
        entry: the formula of one entry, without sums.
        varied: the symbols that are means and heads.
        counts: symbols that count, by the powers of B and d.
        arrays: symbols that are arrays of ones, as masks are.
        fixed: symbols that are held as arrays of ones, by their shapes.
        held: all other symbols, with their values.
        masked: the shape of the masks; None for the first in which the program runs.
        takes: whether its result may have an axis of entries that a mask keeps.
        sums_numbers: whether single numbers may be summed.
        constant_is_seen: whether no other terms are added, in which a constant cannot be seen.
        in_formula: whether it is mathematics.
        keeps: whether an entry has a part in the program, by whether each of the masks keeps it.
    """

    program: Tree
    entry: Tree
    varied: tuple[str, ...]
    counts: Mapping[str, tuple[int, int]]
    arrays: tuple[str, ...]
    fixed: Mapping[str, SymbolShape]
    held: Mapping[str, float]
    constant_is_seen: bool
    in_formula: bool
    keeps: Mapping[tuple[int, ...], bool]
    masked: MaskShape | None = None
    takes: bool = False
    sums_numbers: bool = True

    def shapes(self, rank: int) -> tuple[tuple[int, ...], ...]:
        """The lengths of the axes with which it is tried."""
        return SHAPES_OF_MASKS.get(rank, SHAPES[rank]) if self.arrays else SHAPES[rank]

    def mask_shapes(self, rank: int) -> tuple[MaskShape, ...]:
        """The shapes that its masks may have: of other axes than the first, if it takes entries of them."""
        takes = any(isinstance(node, KeptEntries) and node.axis for node in walk(self.program))
        return (*MASK_SHAPES.get(rank, ()), *(OF_OTHER_AXES.get(rank, ()) if takes else ()))


@dataclass(frozen=True, slots=True)
class Fit:
    """F = k R(f) + c at every shape.

    Attributes:
        kept: the axes that the result has.
        scales: k at every shape.
        constants: c at every shape.
        shapes: the lengths of the axes of the entries there.
        shares: of all entries, those that masks keep.
    """

    kept: tuple[int, ...]
    scales: list[float]
    constants: list[float]
    shapes: list[tuple[int, ...]]
    shares: list[float]


def fitted(
    case: ArrayProgram,
    spreads: Mapping[str, SymbolShape],
    rank: int,
    *,
    in_all: bool = False,
    masked: Sequence[str] = (),
) -> Fit | None:
    """F = k R(f) + c at every shape; None where it is no such thing.

    Args:
        case: the program.
        spreads: the shapes of the symbols.
        rank: how many axes there are.
        in_all: whether what the result has left is summed up first.
        masked: the masks that leave entries out, and are no arrays of ones.

    Raises:
        ShapeError: the program does not run on such arrays.
        UnshapedError: it has no value at any draw.
    """
    kept: tuple[int, ...] | None = None
    fit = Fit((), [], [], [], [])
    draws = ReproducibleDraws()
    for shape in case.shapes(rank):
        columns: list[tuple[float, float]] = []
        for _ in range(_DRAWS):
            symbols = _drawn(case, spreads, shape, draws)
            value, entries = both(case, symbols, shape, masked=masked)
            if in_all:
                value, kept = summed(value, ()), ()
            if kept is None:
                kept = _axes_left(value.shape, entries.shape)
            if kept is None:
                return None
            columns += zip(summed(entries, kept).values, value.values, strict=True)
        line = _line([pair for pair in columns if all(map(isfinite, pair))])
        if line is None:
            return None
        fit.scales.append(line[0])
        fit.constants.append(line[1])
        fit.shapes.append(entries.shape)
        fit.shares.append(sum(map(bool, entries.values)) / len(entries.values))
    return replace(fit, kept=kept or ())


def _drawn(
    case: ArrayProgram, spreads: Mapping[str, SymbolShape], shape: tuple[int, ...], draws: ReproducibleDraws
) -> dict[str, Array]:
    """Arrays for what is varied, and what is fixed beside it: positive, and no two symbols alike."""
    symbols = {name: draws.array(own_shape(shape, spreads[name])) for name in case.varied}
    fixed = enumerate(case.fixed.items())
    return symbols | {name: filled(own_shape(shape, own), 1.0 + 0.4 * place) for place, (name, own) in fixed}


def both(
    case: ArrayProgram,
    symbols: dict[str, Array],
    shape: tuple[int, ...],
    *,
    masked: Sequence[str] = (),
) -> tuple[Array, Array]:
    """The value of the program, and of the formula at every entry.

    What is held has the shape that lets the program run: one number, or an array of the same.

    Args:
        case: the program with the formula of its entries.
        symbols: means and heads by name.
        shape: what these broadcast to.
        masked: the masks that leave entries out.
    """
    sums_numbers = case.sums_numbers and all(symbol.shape for symbol in symbols.values())
    batch, latents = (shape[0], prod(shape[1:])) if len(shape) > 1 else (1, shape[0])
    lengths = {name: float(batch**i * latents**j) for name, (i, j) in case.counts.items()}
    problem: ShapeError | None = None
    for held, kind in _HELD_AND_MASKED if case.masked is None else (("number", case.masked),):
        own, spread = _held_shape(held, shape), mask_shape(kind, shape)
        given = dict(symbols)
        given |= {name: filled(own, value) for name, value in case.held.items()}
        masks = _masks(case, spread, masked)
        in_program = given | masks | {name: Array((), [value]) for name, value in lengths.items()}
        try:
            value = evaluate_arrays(
                case.program,
                in_program,
                in_formula=case.in_formula,
                sums_numbers=sums_numbers,
                batch=batch if len(shape) > 1 else None,
            )
        except ShapeError as error:
            problem = problem or error
            continue
        at_one = given | {name: Array((), [1.0]) for name in (*lengths, *case.arrays)}
        at_one |= {name: Array((), [value]) for name, value in case.held.items()}
        entries = evaluate_arrays(case.entry, at_one)
        if case.takes and value.shape:
            value = summed(value, range(1, len(value.shape)), _mean)
        return value, _left_out(entries, masks, kind, case) if masked else entries
    raise problem or ShapeError("no shape")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _masks(case: ArrayProgram, shape: tuple[int, ...], masked: Sequence[str]) -> dict[str, Array]:
    """The masks of a shape, of which some leave entries out."""
    return {
        name: mask_with(shape, place) if name in masked else filled(shape, 1.0)
        for place, name in enumerate(case.arrays)
    }


def _left_out(entries: Array, masks: Mapping[str, Array], kind: MaskShape, case: ArrayProgram) -> Array:
    """The entries with 0 for those that have no part in the program, as masks leave them out."""
    spread = (spread_over(masks[name], entries.shape, kind) for name in case.arrays)
    keeps = [case.keeps[tuple(map(int, corner))] for corner in zip(*spread, strict=True)]
    values = [value if kept else 0.0 for kept, value in zip(keeps, entries.values, strict=True)]
    return Array(entries.shape, values)


def _held_shape(kind: HeldShape, shape: tuple[int, ...]) -> tuple[int, ...]:
    return {"number": (), "examples": shape[:1], "entries": shape}[kind]


def own_shape(shape: tuple[int, ...], spread: SymbolShape) -> tuple[int, ...]:
    """The shape of a symbol among arrays of another: without the batch for a parameter."""
    return {"full": shape, "latents": shape[1:], "number": ()}[spread]


def _axes_left(result: tuple[int, ...], entries: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes of the entries that a result has, in their order; None if it has others."""
    left, place = [], 0
    for length in (length for length in result if length != 1):
        while place < len(entries) and entries[place] != length:
            place += 1
        if place == len(entries):
            return None
        left.append(place)
        place += 1
    return tuple(left)


def _line(pairs: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The k and c with which y = k x + c for all pairs; None where there are none."""
    # Two pairs have a line always.
    if len(pairs) < 3:
        raise UnshapedError("no value")
    count = len(pairs)
    mean_x, mean_y = (sum(values) / count for values in zip(*pairs, strict=True))
    spread = sum((x - mean_x) * (x - mean_x) for x, _ in pairs)  # which may be infinite, where ** 2 raises
    if not 0 < spread < inf:
        raise UnshapedError("no variation that doubles hold")
    scale = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
    constant = mean_y - scale * mean_x
    size = max(abs(y) + abs(scale * x) for x, y in pairs)
    fits = all(abs(scale * x + constant - y) <= CLOSE * size for x, y in pairs)
    return (scale, 0.0 if abs(constant) <= CLOSE * size else constant) if fits and scale else None


class ReproducibleDraws:
    """Numbers between 0.3 and 2.5, always the same ones.

    A linear congruential generator with the constants of Knuth's MMIX: to import `random` takes longer than
    all that is drawn here.
    """

    def __init__(self) -> None:
        # Any number would do.
        self._state = 2026

    def array(self, shape: tuple[int, ...]) -> Array:
        """An array of the next numbers."""
        return Array(shape, [self._number() for _ in range(prod(shape))])

    def _number(self) -> float:
        # Of 64 bits; the lowest ones of such a generator are no random numbers.
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        # 53 bits, as many as a double has.
        return _LOW + _RANGE * (self._state >> 11) / 2**53
