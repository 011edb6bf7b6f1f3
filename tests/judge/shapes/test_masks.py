"""Masks that are tried: they leave one entry of every row out, whatever their shape is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from klcli.formula.value.small_arrays import Array
from klcli.judge.shapes.masks import MASK_SHAPES, MaskShape, kept_share, left_out, mask_shape, mask_with


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("entries", (2, 3, 4)),
        ("examples", (2,)),
        ("rows", (2, 1, 1)),
        ("positions", (2, 3)),
        ("rows of positions", (2, 3, 1)),
    ],
)
def test_shapes(kind: MaskShape, expected: tuple[int, ...]) -> None:
    assert mask_shape(kind, (2, 3, 4)) == expected
    assert kind in MASK_SHAPES[3]


@pytest.mark.parametrize(
    ("shape", "share"), [((4,), Fraction(3, 4)), ((4, 1), Fraction(3, 4)), ((2, 5), Fraction(4, 5))]
)
def test_one_of_every_row_is_left_out(shape: tuple[int, ...], share: Fraction) -> None:
    mask = np.array(mask_with(shape).values).reshape(shape)
    assert set(mask.ravel()) == {0.0, 1.0}
    assert kept_share(shape) == share == Fraction(int(mask.sum()), mask.size)


def test_what_a_mask_of_examples_leaves_out_is_every_latent_of_them() -> None:
    entries = Array((3, 2), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert left_out(entries, (3,)).values == [0.0, 0.0, 3.0, 4.0, 5.0, 6.0]
