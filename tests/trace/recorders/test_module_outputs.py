"""What modules give back, one by one, with what each is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from klcli.trace.recorders.module_outputs import entries, shape_of, size_of


class Pair(NamedTuple):
    mean: int
    head: int


@dataclass
class Output:
    mean: int
    head: int


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ({"mean": 1, 2: 3}, [("mean", 1), ("2", 3)]),
        (Pair(1, 2), [("mean", 1), ("head", 2)]),
        (Output(1, 2), [("mean", 1), ("head", 2)]),
        ((1, [2, (3, 4)], 5), [("", 1), ("", 2), ("", 3), ("", 4), ("", 5)]),
        (7, [("", 7)]),
    ],
)
def test_entries(out: Any, expected: list[tuple[str, Any]]) -> None:
    assert list(entries(out)) == expected


def test_shapes_are_whole_numbers() -> None:
    array = np.zeros((2, 3, 4))
    assert shape_of(array) == (2, 3, 4)
    assert all(type(length) is int for length in shape_of(array))
    assert (size_of(array), size_of(np.float64(1))) == (24, 1)
