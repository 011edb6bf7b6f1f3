"""Transposes and diagonals as places in the memory of another array."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.trace.recorders.notes import Node
from klcli.trace.recorders.views import diagonal, transposed


@pytest.mark.parametrize("permutation", [(0, 2, 1), (2, 0, 1)])
def test_a_transpose(permutation: tuple[int, ...]) -> None:
    array = np.arange(24).reshape(2, 3, 4)
    offset, strides, own_offset, own_strides = transposed(
        Node("leaf", (), array.shape), permutation, ""
    ).more["view"]
    expected = array.transpose(permutation)
    assert (offset, own_offset) == (0, 0)
    assert strides == [one // array.itemsize for one in array.strides]
    assert own_strides == [one // array.itemsize for one in expected.strides]


def test_diagonals() -> None:
    array = np.arange(18).reshape(2, 3, 3)
    found = diagonal(Node("leaf", (), array.shape), "")
    assert found is not None
    expected = np.diagonal(array, axis1=1, axis2=2)
    assert found.more["view"][3] == [one // array.itemsize for one in expected.strides]
    assert diagonal(Node("leaf", (), (3,)), "") is None
    assert diagonal(Node("leaf", (), (2, 3)), "") is None
