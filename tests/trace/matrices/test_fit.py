"""A term as a combination of the terms of a KL, of recordings that are written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.factors import Chain, chain_to
from klcli.trace.matrices.expectations import weights_of_entries
from klcli.trace.matrices.fit import fits_of
from tests.trace.recordings import leaf, node, recorded


def nodes(trace: float, form: float, volume: float, number: float) -> tuple[dict[str, Any], ...]:
    """``trace tr(S) + form m^T m + volume log det S + number``, averaged over two examples, times 4."""
    return (
        leaf("mu", (2, 3)),
        leaf("S", (2, 3, 3)),
        node("leaf", 1, shape=(2, 3), made_by="einsum", call="einsum", equation="bii->bi"),
        node("sum", 2, axes=[1], shape=(2,)),
        node("square", 0, shape=(2, 3)),
        node("sum", 4, axes=[1], shape=(2,)),
        node("leaf", 1, shape=(2,), made_by="logdet", call="logdet"),
        node("mul", 3, trace, shape=(2,)),
        node("mul", 5, form, shape=(2,)),
        node("mul", 6, volume, shape=(2,)),
        node("add", 7, 8, shape=(2,)),
        node("add", 10, 9, shape=(2,)),
        node("add", 11, number, shape=(2,)),
        node("mean", 12, axes=None),
        node("mul", 13, 4.0),
    )


@pytest.mark.parametrize("weights", [(0.5, 0.5, -0.5, -1.5), (0.5, 0.5, -0.25, 0.0), (2.0, -1.0, 3.0, 5.0)])
def test_the_weights_are_found(weights: tuple[float, float, float, float]) -> None:
    recording = recorded(*nodes(*weights))
    chain = chain_to(recording, Chain(14))
    weights_of = weights_of_entries(recording, chain)
    assert weights_of is not None
    assert weights_of.tolist() == [2.0, 2.0]
    found = next(one for one in fits_of(recording, chain) if one.readings[1] == "covariance")
    expected = dict(
        zip(("trace", "mahalanobis", "logdet_q", "constant"), (2 * one for one in weights), strict=True)
    )
    assert dict(found.weights) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.batch == 2


def test_what_is_no_combination_is_not_found() -> None:
    own = list(nodes(0.5, 0.5, -0.5, 0.0))
    own[4] = node("exp", 0, shape=(2, 3))
    recording = recorded(*own)
    assert not list(fits_of(recording, chain_to(recording, Chain(14))))
