"""Noise of a sample, and data that are drawn: only what is multiplied is part of a sample."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.matrices.expectations import _is_multiplied
from tests.trace.recordings import leaf, node, recorded

SHAPE = (5, 3)
NOISE = node("noise", shape=SHAPE, grad=False, kind="randn")


@pytest.mark.parametrize(
    ("nodes", "is_sample"),
    [
        ([node("mul", 0, 1, shape=SHAPE)], True),
        ([node("shape", 1, shape=(5, 3, 1)), {**leaf("", (5, 3, 1), call="matmul"), "args": [0, 2]}], True),
        ([node("sub", 1, 0, shape=SHAPE), node("mul", 2, 0, shape=SHAPE)], False),
        ([leaf("", SHAPE, call="matmul")], False),
    ],
)
def test_noise_that_is_multiplied(nodes: list[dict[str, Any]], is_sample: bool) -> None:
    assert _is_multiplied(recorded(leaf("scale", SHAPE), NOISE, *nodes), 1) is is_sample
