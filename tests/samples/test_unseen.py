"""What rows may have missed: the probability by the rule of three, the level by shifting the mean."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.estimates import estimation
from klcli.samples.ratio_sums import RatioSums
from klcli.samples.unseen import unseen


@pytest.mark.parametrize("rows", [100, 400])
def test_what_one_table_of_20_misses(rows: int) -> None:
    values = numpy.random.default_rng(rows).normal(0.5, 1.0, rows)
    sums = RatioSums()
    sums.add(values)
    k1 = estimation(sums).k1
    found = unseen(k1, rows)
    assert found is not None
    assert k1.interval is not None
    assert (1 - found.probability) ** rows == pytest.approx(0.05)
    # With that probability at that level beside what was seen, the mean is at the end of the interval.
    mean = (1 - found.probability) * values.mean() + found.probability * found.log_ratio
    assert mean == pytest.approx(k1.interval[1])


def test_nothing_without_an_interval() -> None:
    sums = RatioSums()
    sums.add(numpy.array([0.1, 0.2, 0.3]))
    assert unseen(estimation(sums).k1, 3) is None
