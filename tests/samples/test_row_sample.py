"""Rows drawn from all: the same ones in any order, with their neighbours of the same sequence."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.row_sample import _MOST, RowSample

NAN = float("nan")


def test_neighbours_and_ends() -> None:
    values = numpy.array(
        [[-1.0, -2.0], [-3.0, -4.0], [0.0, -5.0], [0.0, 0.0], [-6.0, -7.0], [0.0, 0.0], [-8.0, 0.0]]
    )
    found = RowSample()
    found.add(values, list("aaaabbb"))
    order = [list(found.log_p).index(p) for p in (-2.0, -4.0, -5.0, -7.0)]
    pick = lambda column: [column[place] for place in order]  # noqa: E731
    assert numpy.array_equal(pick(found.log_q_before), [NAN, -1.0, -3.0, NAN], equal_nan=True)
    assert numpy.array_equal(pick(found.log_p_before), [NAN, -2.0, -4.0, NAN], equal_nan=True)
    assert numpy.array_equal(pick(found.log_p_after), [-4.0, -5.0, 0.0, 0.0], equal_nan=True)
    assert pick(found.q_has_ended) == [False, False, True, False]
    assert found.q_has_ended.sum() == 2, "behind the 0 of b comes a -8"
    assert sorted(zip(found.log_q, found.p_has_ended, strict=True)) == [
        *[(-8.0, True), (-6.0, False), (-3.0, False), (-1.0, False)],
        *[(0.0, False), (0.0, True), (0.0, True)],
    ]


@pytest.mark.parametrize("step", [1, -1])
def test_tables_merge_in_any_order(step: int) -> None:
    rng = numpy.random.default_rng(0)
    tables = [rng.normal(size=(30_000, 2)) for _ in range(4)]
    merged = RowSample()
    for order in range(4)[::step]:
        own = RowSample(order)
        for block in numpy.array_split(tables[order], 7):
            own.add(block, [])
        merged.merge(own)
    assert len(merged.log_q) == _MOST
    every = numpy.concatenate(tables)
    kept = numpy.isin(every[:, 0], merged.log_q)
    assert kept.sum() == _MOST
    shares = [part.mean() for part in numpy.split(kept, 4)]
    assert shares == pytest.approx([_MOST / 120_000] * 4, rel=0.05)
    expected = RowSample()
    for order in range(4):
        own = RowSample(order)
        own.add(tables[order], [])
        expected.merge(own)
    assert numpy.array_equal(merged.log_q, expected.log_q)
