"""Masks of some shape: which entries they leave out where a program is tried with them."""

from __future__ import annotations

from math import prod
from typing import Literal, TypeAlias

from klcli.formula.value.small_arrays import Array

MaskShape: TypeAlias = Literal[
    "entries", "examples", "rows", "positions", "rows of positions", "steps", "latents"
]
"""That of the entries, (B,), (B, 1), (B, T), (B, T, 1), (T,) or (d,); without a T, (B, T) is (B,)."""
MASK_SHAPES: dict[int, tuple[MaskShape, ...]] = {
    1: ("entries",),
    2: ("entries", "examples", "rows"),
    3: ("entries", "examples", "rows", "positions", "rows of positions"),
}
"""The shapes that a mask may have, by the number of axes of the entries."""
OF_OTHER_AXES: dict[int, tuple[MaskShape, ...]] = {2: ("latents",), 3: ("steps", "latents")}
"""Those of slices of other axes than the first."""


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
        case "steps":
            return shape[1:-1]
        case "latents":
            return shape[-1:]
    return shape


def mask_with(shape: tuple[int, ...], place: int = 0) -> Array:
    """Ones and zeros: of every row two are left out, others in the next row.

    One of them is left out by the next mask, too: there are entries that both keep, only the one, only the
    other, and neither. They are fewer than what is kept, and no single one, which numpy would spread.

    Args:
        shape: of the mask, with five entries a row or more.
        place: which of several masks it is.
    """
    bare = shape
    while bare and bare[-1] == 1:
        bare = bare[:-1]
    places = (divmod(one, bare[-1]) for one in range(prod(bare)))
    return Array(shape, [float((entry - row) % bare[-1] not in (place, place + 1)) for row, entry in places])


def spread_over(mask: Array, shape: tuple[int, ...], kind: MaskShape) -> list[float]:
    """The value that a mask has at every entry, by the shape of the entries."""
    count = prod(shape)
    if kind in ("steps", "latents"):
        behind = 1 if kind == "latents" else shape[-1]
        return [mask.values[entry // behind % len(mask.values)] for entry in range(count)]
    return [mask.values[entry * len(mask.values) // count] for entry in range(count)]
