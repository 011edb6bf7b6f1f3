"""What a mask keeps, and what that counts."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.masks import counts_kept, entry_weights, is_mask, kept_by
from tests.trace.recordings import leaf, node, recorded

MASK = leaf("mask", (2, 3), grad=False, values=[1, 1, 0, 1, 0, 0])
X = leaf("x", (2, 3))


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (MASK, True),
        (leaf("mask", (2, 3), grad=False, values=[1, 1, 0.5, 1, 0, 0]), False),
        (leaf("mask", (2, 3), grad=True, values=[1, 1, 0, 1, 0, 0]), False),
        (leaf("mask", (2, 3), grad=False), False),
        (leaf("on", (), grad=False, values=[1]), False),
        (leaf("chosen", (2, 3), grad=False, values=[1, 1, 0, 1, 0, 0], sources=[1]), False),
    ],
)
def test_a_mask_has_zeros_and_ones_and_trains_nothing(array: dict[str, Any], expected: bool) -> None:
    assert is_mask(recorded(array, X), 0) is expected


def test_a_mask_has_its_values_in_another_shape_too() -> None:
    view = node("shape", 0, shape=(2, 3, 1), grad=False)
    assert is_mask(recorded(MASK, view), 1)


def test_how_many_a_mask_keeps() -> None:
    counts = node("sum", 0, axes=[1], shape=(2,), grad=False, values=[2, 1])
    other = leaf("lengths", (2,), grad=False, values=[2, 1])
    recording = recorded(MASK, counts, other)
    assert counts_kept(recording, 1)
    assert not counts_kept(recording, 2)


TIMES = node("mul", 1, 0, shape=(2, 3))
KEEP = node("keep", 1, 0, shape=(3,))
ROWS = node("sum", 2, axes=[1], shape=(2,))
COUNTS = node("sum", 0, axes=[1], shape=(2,), grad=False, values=[2, 1])


@pytest.mark.parametrize(
    ("nodes", "wrappers", "weights"),
    [
        ((TIMES, node("sum", 2, axes=None)), (3, 2), [1, 1, 0, 1, 0, 0]),
        ((TIMES, node("mean", 2, axes=None)), (3, 2), [1 / 6, 1 / 6, 0, 1 / 6, 0, 0]),
        ((KEEP, node("mean", 2, axes=None)), (3, 2), [1 / 3, 1 / 3, 0, 1 / 3, 0, 0]),
        ((node("where", 0, 1, 0.0, shape=(2, 3)), node("sum", 2, axes=None)), (3, 2), [1, 1, 0, 1, 0, 0]),
        ((node("where", 0, 0.0, 1, shape=(2, 3)), node("sum", 2, axes=None)), (3, 2), [0, 0, 1, 0, 1, 1]),
        (
            (TIMES, ROWS, COUNTS, node("div", 3, 4, shape=(2,)), node("mean", 5, axes=None)),
            (6, 5, 3, 2),
            [1 / 4, 1 / 4, 0, 1 / 2, 0, 0],
        ),
    ],
)
def test_what_every_entry_counts(
    nodes: tuple[dict[str, Any], ...], wrappers: tuple[int, ...], weights: list[float]
) -> None:
    found = entry_weights(recorded(MASK, X, *nodes), wrappers, 1)
    assert found is not None
    assert found.shape == (2, 3)
    assert list(found.values) == pytest.approx(weights, rel=1e-15)


ROW = leaf("row", (2, 1), grad=False, values=[1, 0])
ALL = leaf("all", (2, 1), grad=False, values=[1, 1])
SPREAD = node("spread", 0, shape=(2, 3), grad=False)


@pytest.mark.parametrize(
    ("mask", "nodes", "positions", "entries"),
    [
        (MASK, (TIMES, node("sum", 2, axes=None)), [1, 1, 0, 1, 0, 0], 1),
        (ROW, (TIMES, node("sum", 2, axes=None)), [1, 0], 3),
        (ALL, (TIMES, node("sum", 2, axes=None)), [1, 1], 3),
        (ROW, (SPREAD, node("keep", 1, 2, shape=(3,)), node("mean", 3, axes=None)), [1 / 3, 0], 3),
    ],
)
def test_what_a_mask_cannot_tell_apart_are_the_entries_of_a_position(
    mask: dict[str, Any], nodes: tuple[dict[str, Any], ...], positions: list[float], entries: int
) -> None:
    kept = kept_by(recorded(mask, X, *nodes), (len(nodes) + 1, len(nodes)), 1)
    assert kept is not None
    assert (kept.positions, kept.entries) == (pytest.approx(positions), entries)
