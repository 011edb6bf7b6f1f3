"""Numbers of the machine, against what numpy says of its doubles."""

from __future__ import annotations

import numpy as np

from klcli.gaussian.machine import BLOCK, EPSILON


def test_epsilon_is_that_of_doubles() -> None:
    assert np.finfo(np.float64).eps == EPSILON


def test_a_dot_product_of_a_block_starts_no_threads() -> None:
    """OpenBLAS starts them from 10,000 elements; a power of 2 has aligned blocks."""
    assert BLOCK < 10_000
    assert BLOCK.bit_count() == 1
