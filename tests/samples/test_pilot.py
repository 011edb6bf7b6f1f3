"""The pilot: the same rows each time, a fixed share, and the sums and tails of just these."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.pilot import SHARE, Pilot
from klcli.witness.ratios import k3

LOGS = numpy.random.default_rng(0).normal(size=50_000)


def pilot(*blocks: numpy.ndarray) -> Pilot:
    found = Pilot(k3)
    for block in blocks:
        found.add(block)
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
    rows = LOGS[numpy.random.Generator(numpy.random.SFC64(0)).random(LOGS.size) < SHARE]
    values = k3(rows)
    assert found.sums == pytest.approx([(values**power).sum() for power in (1, 2, 3)], rel=1e-12)
    assert (found.tail(1) == numpy.sort(rows)[::-1][: found.tail(1).size]).all()
    assert (found.tail(-1) == numpy.sort(-rows)[::-1][: found.tail(-1).size]).all()


def test_rows_whose_powers_are_beyond_the_doubles() -> None:
    assert pilot(numpy.full(1000, -400.0)).sums[2] == numpy.inf
