"""What arrays may be by how a term changes with them; the powers are those of the closed form."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.factors import Chain, chain_to
from klcli.trace.matrices.expectations import added_of
from klcli.trace.matrices.kinds import kinds_of
from klcli.trace.matrices.starts import starts_of
from tests.trace.recordings import leaf, node, recorded

SYMMETRIC, LOWER = [2.0, 0.5, 0.5, 1.0], [2.0, 0.0, 0.5, 1.0]


def found(head: dict[str, Any], trace: dict[str, Any]) -> set[tuple[str, str]]:
    """What the head of a sum of a trace and a log-determinant may be, and whose."""
    volume = node("leaf", 0, made_by="logdet", call="logdet")
    recording = recorded(head, trace, node("sum", 1, axes=None), volume, node("sub", 2, 3))
    chain = chain_to(recording, Chain(4))
    (start,) = starts_of(recording, 4)
    return {
        (readings[0], side)
        for readings, way in kinds_of(recording, added_of(recording, chain, start))
        for side in way.heads
        if readings[0] != "mean"
    }


@pytest.mark.parametrize(
    ("head", "trace", "expected"),
    [
        (
            leaf("S", (2, 2), values=SYMMETRIC),
            node("leaf", 0, made_by="trace", call="trace"),
            {("covariance", "q"), ("precision", "p")},
        ),
        (leaf("L", (2, 2), values=LOWER), node("square", 0, shape=(2, 2)), {("cholesky", "q")}),
        (
            leaf("P", (2, 2), values=SYMMETRIC),
            node("leaf", 0, shape=(2, 2), made_by="inv", call="inverse"),
            {("covariance", "p"), ("precision", "q")},
        ),
        # a product with itself of a matrix that is no factor: anything that its numbers allow
        (
            leaf("S", (2, 2), values=SYMMETRIC),
            node("square", 0, shape=(2, 2)),
            {(reading, side) for reading in ("covariance", "precision") for side in ("q", "p")},
        ),
    ],
)
def test_heads(head: dict[str, Any], trace: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert found(head, trace) - {("std", "q"), ("var", "q"), ("var", "p")} == expected
