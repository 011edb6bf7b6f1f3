"""Arrays of a program as a table."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.in_memory import in_memory


def test_rows_in_blocks() -> None:
    mean = numpy.arange(600_000.0).reshape(-1, 2)
    found = in_memory(mean=mean, head=[[1, 2]] * 300_000)
    assert dict(found.shapes) == {"mean": (300_000, 2), "head": (300_000, 2)}
    blocks = list(found.blocks(["head", "mean"]))
    assert [block.first for block in blocks][:2] == [1, len(blocks[0].values[0]) + 1]
    numpy.testing.assert_array_equal(numpy.concatenate([block.values[1] for block in blocks]), mean)


@pytest.mark.parametrize(
    ("value", "shape"),
    [([1, 2, 3], (3, 1)), (numpy.zeros((2, 3, 4)), (2, 12)), (numpy.zeros((0, 3)), (0, 0))],
)
def test_shapes(value: Any, shape: tuple[int, int]) -> None:
    assert in_memory(mean=value).shapes["mean"] == shape


@pytest.mark.parametrize("value", [1.0, ["a"], [1j], [None]])
def test_what_is_no_table(value: Any) -> None:
    with pytest.raises(KlcliError, match="mean is no array of real numbers with a row for each example"):
        in_memory(mean=value)
