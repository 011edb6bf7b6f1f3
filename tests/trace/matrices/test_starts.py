"""Where programs of matrices begin."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.matrices.starts import is_computed, starts_of
from tests.trace.recordings import leaf, node, recorded

RAW = leaf("raw", (2, 9))
VIEW = node("shape", 0, shape=(2, 3, 3))
FACTOR = node("exp", 1, shape=(2, 3, 3), name="L")
MU = leaf("mu", (2, 3))
VOLUME = node("leaf", 2, shape=(2,), made_by="logdet", call="logdet")
FORM = node("sum", 3, axes=[1], shape=(2,))
TOTAL = (node("add", 4, 5, shape=(2,)), node("sum", 6, axes=None))


def test_a_factor_that_is_put_together_stands_for_what_it_is_computed_from() -> None:
    starts = list(starts_of(recorded(RAW, VIEW, FACTOR, MU, VOLUME, FORM, *TOTAL), 7))
    assert {(one.symbols, one.size) for one in starts} == {((1, 3), 3), ((2, 3), 3)}


@pytest.mark.parametrize(
    "nodes",
    [
        # no logarithm of a determinant
        (RAW, VIEW, FACTOR, MU, node("leaf", 2, shape=(2,), made_by="trace", call="trace"), FORM, *TOTAL),
        # a leaf beside that is no vector of latents
        (RAW, VIEW, FACTOR, leaf("x", (2, 7)), VOLUME, FORM, *TOTAL),
    ],
)
def test_what_begins_nowhere(nodes: tuple[dict[str, Any], ...]) -> None:
    assert not list(starts_of(recorded(*nodes), 7))


def test_a_part_of_a_leaf_is_a_start_and_one_of_a_matrix_is_computed() -> None:
    chunk = node("part", 0, shape=(2, 3), key="chunk 0")
    diagonal = node("part", 2, shape=(2, 3), key="diagonal")
    recording = recorded(leaf("out", (2, 6)), chunk, leaf("L", (2, 3, 3)), diagonal)
    assert not is_computed(recording, 1)
    assert is_computed(recording, 3)
