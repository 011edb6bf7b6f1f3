"""Blocks combined give what exact arithmetic gives for all numbers at once."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.witness.moments import Moments

BLOCKS = st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=9), min_size=2, max_size=6)


@given(BLOCKS, st.sampled_from([0.0, 1e6]))
def test_blocks_give_the_moments_of_all_numbers(blocks: list[list[float]], offset: float) -> None:
    shifted = [[number + offset for number in block] for block in blocks]
    found = Moments()
    for block in shifted:
        found.add(numpy.array(block))
    numbers = [Fraction(number) for block in shifted for number in block]
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
    assert found.count == len(numbers)
    assert found.mean == pytest.approx(float(mean), rel=1e-13, abs=1e-12)
    assert found.standard_error == pytest.approx(sqrt(variance / len(numbers)), rel=1e-6, abs=1e-8)
