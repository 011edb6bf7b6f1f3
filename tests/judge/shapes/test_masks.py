"""Masks that are tried: they leave entries of every row out, whatever their shape is."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.judge.shapes.masks import (
    MASK_SHAPES,
    OF_OTHER_AXES,
    MaskShape,
    mask_shape,
    mask_with,
    spread_over,
)

SHAPE = (5, 6, 7)
INDEXED = {
    "entries": ...,
    "examples": (slice(None), None, None),
    "rows": ...,
    "positions": (..., None),
    "rows of positions": ...,
    "steps": (None, slice(None), None),
    "latents": (None, None, slice(None)),
}
"""What spreads a mask of a shape in numpy."""


@pytest.mark.parametrize("kind", [*MASK_SHAPES[3], *OF_OTHER_AXES[3]])
def test_a_mask_is_spread_as_numpy_spreads_it(kind: MaskShape) -> None:
    mask = mask_with(mask_shape(kind, SHAPE))
    array = np.array(mask.values).reshape(mask.shape)
    assert spread_over(mask, SHAPE, kind) == list(np.broadcast_to(array[INDEXED[kind]], SHAPE).ravel())


@pytest.mark.parametrize("shape", [(5,), (6, 1), (5, 7)])
def test_of_every_row_there_are_entries_for_all_ways_in_which_two_masks_keep_them(
    shape: tuple[int, ...],
) -> None:
    one, other = (np.array(mask_with(shape, place).values).reshape(shape) for place in (0, 1))
    axis = 1 if shape == (5, 7) else 0
    for chosen in (one, 1 - one):
        for beside in (other, 1 - other):
            assert np.all((chosen * beside).sum(axis) >= 1)
    assert np.all(one.sum(axis) > (1 - one).sum(axis))
    assert np.all((1 - one).sum(axis) == 2)  # numpy would spread a single one
