"""The pilot: the same rows each time, a fixed share, and the sums and tails of just these."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.exact_sums import MOST_ROWS
from klcli.samples.pilot import SHARE, Pilot
from klcli.samples.random_rows import places
from klcli.witness.log_ratio_functions import k3

LOGS = numpy.random.default_rng(0).normal(size=50_000)


def splitmix(number: int) -> int:
    """SplitMix64 of a state that is so many steps from 0, from its published source."""
    mixed = number * 0x9E3779B97F4A7C15 % 2**64
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
    return mixed ^ mixed >> 31


def pilot(*blocks: numpy.ndarray) -> Pilot:
    found, row = Pilot(k3), 0
    for block in blocks:
        for part in numpy.array_split(block, max(1, -(-len(block) // MOST_ROWS))):
            found.add(part, places(0, numpy.arange(row, row + len(part))))
            row += len(part)
    return found


def test_it_is_its_share_of_the_rows_wherever_they_are_cut() -> None:
    whole, cut = pilot(LOGS), pilot(LOGS[:1000], LOGS[1000:40_000], LOGS[40_000:40_000], LOGS[40_000:])
    assert whole.count == cut.count
    assert whole.count == pytest.approx(SHARE * LOGS.size, rel=0.05)
    assert whole.sums == pytest.approx(cut.sums, rel=1e-12)
    for sign in (-1, 1):
        assert (whole.tail(sign) == cut.tail(sign)).all()


def test_its_sums_and_tails_are_those_of_its_rows() -> None:
    found = pilot(LOGS)
    rows = LOGS[[splitmix(row) < SHARE * 2**64 for row in range(LOGS.size)]]
    values = k3(rows)
    assert found.sums == pytest.approx([(values**power).sum() for power in (1, 2, 3)], rel=1e-12)
    assert (found.tail(1) == numpy.sort(rows)[::-1][: found.tail(1).size]).all()
    assert (found.tail(-1) == numpy.sort(-rows)[::-1][: found.tail(-1).size]).all()


def test_rows_whose_powers_are_beyond_the_doubles() -> None:
    assert pilot(numpy.full(1000, -400.0)).sums[2] == numpy.inf
