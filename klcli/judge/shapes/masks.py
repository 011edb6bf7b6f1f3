"""Masks of some shape: which entries they leave out where a program is tried with them."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Literal, TypeAlias

from klcli.formula.value.small_arrays import Array

MaskShape: TypeAlias = Literal["entries", "examples", "rows", "positions", "rows of positions"]
"""That of the entries, (B,), (B, 1), (B, T) or (B, T, 1); of (B, d) the last two are those before them."""
MASK_SHAPES: dict[int, tuple[MaskShape, ...]] = {
    1: ("entries",),
    2: ("entries", "examples", "rows"),
    3: ("entries", "examples", "rows", "positions", "rows of positions"),
}
"""The shapes that a mask may have, by the number of axes of the entries."""


def mask_shape(kind: MaskShape, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The lengths of the axes of a mask, by those of the entries."""
    match kind:
        case "examples":
            return shape[:1]
        case "rows":
            return (*shape[:1], *(1 for _ in shape[1:]))
        case "positions":
            return shape[:-1]
        case "rows of positions":
            return (*shape[:-1], 1)
    return shape


def mask_with(shape: tuple[int, ...]) -> Array:
    """Ones and zeros: of every row one is left out, another one in the next row."""
    bare = shape
    while bare and bare[-1] == 1:
        bare = bare[:-1]
    places = (divmod(place, bare[-1]) for place in range(prod(bare)))
    return Array(shape, [float(entry != row % bare[-1]) for row, entry in places])


def kept_share(shape: tuple[int, ...]) -> Fraction:
    """The share of its entries that a mask of a shape keeps, in every row the same."""
    values = mask_with(shape).values
    return Fraction(int(sum(values)), len(values))


def left_out(entries: Array, shape: tuple[int, ...]) -> Array:
    """The entries with 0 for what a mask leaves out; one of examples has one entry for all latents."""
    mask = mask_with(shape)
    count = prod(entries.shape) // prod(mask.shape)
    kept = [mask.values[place // count] for place in range(prod(entries.shape))]
    return Array(entries.shape, [one * value for one, value in zip(kept, entries.values, strict=True)])
