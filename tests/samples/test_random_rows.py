"""Hashes of rows: those of the published generator, and different for every row of every file."""

from __future__ import annotations

import numpy

from klcli.samples.random_rows import hashed, places


def test_the_numbers_of_splitmix64() -> None:
    """The first outputs for the seed 0 (Steele, Lea and Flood, 2014; also in Vigna's splitmix64.c)."""
    steps = numpy.arange(1, 4, dtype=numpy.uint64)
    assert hashed(steps, 0).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_rows_of_other_files_are_other_rows() -> None:
    found = [place for order in range(50) for place in places(order, numpy.arange(100)).tolist()]
    assert len(set(found)) == 5000
