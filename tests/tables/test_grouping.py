"""Rows of a group become one sample, however the table is cut into blocks."""

from __future__ import annotations

import itertools

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.tables.grouping import Groups
from klcli.tables.source import Block


def block(keys: str, start: int = 1) -> Block:
    """Rows with the values 2^n and -2^n, so that every sum tells its rows."""
    rows = range(start, start + len(keys))
    return Block(
        numpy.array([[2.0**row, -(2.0**row)] for row in rows]).reshape(-1, 2), rows, "line", list(keys)
    )


def added_up(*blocks: Block) -> list[tuple[str, int, float]]:
    return [
        (key, number, float(value))
        for part in Groups("id").added_up(blocks)
        for key, number, value in zip(part.keys, part.numbers, part.values[:, 0], strict=True)
    ]


def test_rows_of_a_group_are_added_up() -> None:
    assert added_up(block("aabccc")) == [("a", 1, 6.0), ("b", 3, 8.0), ("c", 4, 112.0)]


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 4)), unique_by=lambda pair: pair[0]),
    st.data(),
)
def test_the_cut_into_blocks_does_not_matter(groups: list[tuple[str, int]], data: st.DataObject) -> None:
    keys = "".join(key * times for key, times in groups)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(keys)), max_size=4)))
    ends = itertools.pairwise([0, *cuts, len(keys)])
    assert added_up(*(block(keys[a:b], a + 1) for a, b in ends)) == (added_up(block(keys)) if keys else [])


def test_all_rows_are_counted() -> None:
    groups = Groups("id")
    list(groups.added_up([block("aab"), block("b", 4)]))
    assert groups.rows == 4


@pytest.mark.parametrize(
    "blocks", [(block("aba"),), (block("ab"), block("a", 3)), (block("a"), block("ba", 2))]
)
def test_a_group_that_comes_back_is_refused(blocks: tuple[Block, ...]) -> None:
    with pytest.raises(KlcliError, match="line 3: id 'a' comes back after other groups"):
        added_up(*blocks)


def test_the_sizes_of_groups_are_counted_across_blocks() -> None:
    parts = list(Groups("id").added_up([block("aab"), block("bb", 4), block("bc", 6)]))
    assert [size for part in parts for size in part.sizes] == [2, 4, 1]
