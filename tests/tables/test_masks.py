"""Which numbers are a mask, and what is said of others."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.masks import kept_by


@pytest.mark.parametrize("kind", [bool, int, float, numpy.uint8])
def test_zeros_and_ones(kind: Any) -> None:
    mask = numpy.array([[1, 0], [0, 1]], dtype=kind)
    assert kept_by(mask, "mask", [1, 2], "row").tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("mask", "message", "hint"),
    [
        ([[0, 0], [0, -inf]], "row 8: m has -inf", "save mask == 0"),
        ([[0, -1e9], [0, 0]], "row 7: m has -1e\\+09", "save mask == 0"),
        ([[1, nan], [0, 0]], "row 7: m has no number", "1 or true"),
        ([[-0.1, -2.0], [-3.0, -1.0]], "row 7: m has -0.1", "1 or true"),
        ([[1, 0], [2, 0]], "row 8: m has 2", "1 or true"),
    ],
)
def test_other_numbers(mask: Any, message: str, hint: str) -> None:
    with pytest.raises(KlcliError, match=message) as error:
        kept_by(numpy.array(mask), "m", [7, 8], "row")
    assert hint in error.value.hint
