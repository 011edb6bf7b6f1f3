"""Terms that are no KL: one that means to be one is judged, one that does not is left in peace."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.loss_part import Part
from klcli.trace.recording import Recording
from klcli.trace.summands import parts_of
from klcli.trace.unrecognized_terms import Unknown, looked_at
from tests.trace.recordings import leaf, node, recorded

SHAPE = (2, 3)


def looked(*nodes: dict[str, Any]) -> Unknown:
    recording: Recording = recorded(*nodes)
    part: Part = parts_of(recording, recording.losses[0].node)[0]
    return looked_at(recording, part)


def wrong(mean: str, head: str, last: str = "") -> tuple[dict[str, Any], ...]:
    """mean^2 + e^head - 2 head - 1: no KL."""
    return (
        leaf(mean, SHAPE),
        leaf(head, SHAPE),
        node("pow", 0, 2.0, shape=SHAPE),
        node("exp", 1, shape=SHAPE),
        node("add", 2, 3, shape=SHAPE),
        node("mul", 1, 2.0, shape=SHAPE),
        node("sub", 4, 5, shape=SHAPE),
        node("sub", 6, 1.0, shape=SHAPE, name=last),
        node("sum", 7, axes=None, keepdim=False, name=last),
    )


@pytest.mark.parametrize(
    "nodes", [wrong("mu", "logvar"), wrong("a", "b", "kl_loss")], ids=["mean and head", "called KL"]
)
def test_what_means_to_be_a_kl_is_called_wrong(nodes: tuple[dict[str, Any], ...]) -> None:
    found = looked(*nodes)
    assert (found.is_kl, found.verdict) == (True, "wrong")
    assert found.verification is not None


def test_what_does_not_is_unknown() -> None:
    assert looked(*wrong("a", "b", "penalty")) == Unknown()


def test_an_estimator_of_log_probabilities_is_named() -> None:
    found = looked(
        leaf("logprobs", (6,)),
        leaf("ref_logprobs", (6,), grad=False),
        node("sub", 1, 0, shape=(6,)),
        node("exp", 2, shape=(6,)),
        node("sub", 3, 2, shape=(6,)),
        node("sub", 4, 1.0, shape=(6,)),
        node("mean", 5, axes=None, keepdim=False),
    )
    assert found.estimator == "k3"
    assert not found.is_kl


def test_a_leaf_alone_is_nothing() -> None:
    assert looked(leaf("x", ()), node("leaf", made_by="aten.cumsum")) == Unknown()
    mean = node("mean", 0, axes=None, keepdim=False)
    assert looked(leaf("r", (6,)), mean) == Unknown()  # a residual, a reward
    assert looked(leaf("log_ratio", (6,)), mean).estimator == "k1"
