"""How often likelihoods count in a loss: called with a reduction, or written out; plain arithmetic."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.entry_counts import Amount
from klcli.trace.likelihood_counts import likelihood_amount
from klcli.trace.summands import parts_of
from tests.trace.recordings import leaf, node, recorded

B, D = 4, 3


def amount(*nodes: dict[str, Any]) -> Amount | None:
    recording = recorded(leaf("recon", (B, D)), leaf("x", (B, D), grad=False), *nodes)
    (part,) = parts_of(recording, recording.losses[0].node)
    return likelihood_amount(recording, part)


@pytest.mark.parametrize(
    ("last", "total"), [((), 1.0), ((node("mul", 4, 0.5),), 0.5), ((node("div", 4, 4.0),), 0.25)]
)
def test_a_square_that_is_written_out_is_counted(last: tuple[dict[str, Any], ...], total: float) -> None:
    found = amount(
        node("sub", 0, 1, shape=(B, D)),
        node("pow", 2, 2.0, shape=(B, D)),
        node("sum", 3, axes=None, keepdim=False),
        *last,
    )
    assert found is not None
    assert found.total == pytest.approx(total)
    assert (found.batch, found.entries) == (B, D)


def test_a_mean_over_all_entries_is_one_of_each() -> None:
    found = amount(
        node("sub", 0, 1, shape=(B, D)),
        node("pow", 2, 2.0, shape=(B, D)),
        node("mean", 3, axes=None, keepdim=False),
    )
    assert found is not None
    assert found.total == pytest.approx(1 / (B * D))
    assert found.is_mean_of_batch
    assert found.is_mean_of_entries
    assert found.weight == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("reduction", "total", "is_mean"), [("sum", 1.0, False), ("mean", 1 / (B * D), True)]
)
def test_a_loss_that_is_called_has_its_reduction(reduction: str, total: float, is_mean: bool) -> None:
    found = amount(node("loss", 0, 1, kind="mse", reduction=reduction))
    assert found is not None
    assert found.total == pytest.approx(total)
    assert (found.is_mean_of_batch, found.is_mean_of_entries) == (is_mean, is_mean)


@pytest.mark.parametrize(("reduced", "is_mean"), [("mean", True), ("sum", False)])
def test_cross_entropies_of_labels_have_one_entry_for_each_example(reduced: str, is_mean: bool) -> None:
    logits, labels = leaf("logits", (B, D)), leaf("labels", (B,), grad=False)
    loss = node("loss", 0, 1, shape=(B,), kind="cross-entropy", reduction="none")
    recording = recorded(logits, labels, loss, node(reduced, 2, axes=[0], keepdim=False))
    (part,) = parts_of(recording, recording.losses[0].node)
    found = likelihood_amount(recording, part)
    assert found is not None
    assert (found.batch, found.entries, found.is_mean_of_batch, found.weight) == (B, 1, is_mean, 1)
