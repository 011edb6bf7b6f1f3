"""Samples and the KLs that belong to them: paired by the arrays that both are made of, not by names."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.trace.anatomy import anatomy_of
from klcli.trace.recording import Recording
from klcli.trace.samplers import lone_samples, samples_of
from tests.trace.recordings import leaf, node, recorded

SHAPE = (2, 3)


def run(scale: tuple[dict[str, Any], ...], *, kl: bool = True) -> Recording:
    """z = mu + scale * eps, where scale is made of logvar, beside the KL of mu and logvar."""
    nodes = [leaf("mu", SHAPE), leaf("logvar", SHAPE), *scale]
    last = len(nodes) - 1
    nodes += [
        node("noise", shape=SHAPE, grad=False, kind="randn"),
        node("mul", last, last + 1, shape=SHAPE),
        node("add", 0, last + 2, shape=SHAPE),
    ]
    if kl:
        start = len(nodes)
        nodes += [
            node("pow", 0, 2.0, shape=SHAPE),
            node("exp", 1, shape=SHAPE),
            node("add", start, start + 1, shape=SHAPE),
            node("sub", start + 2, 1, shape=SHAPE),
            node("sub", start + 3, 1.0, shape=SHAPE),
            node("sum", start + 4, axes=None, keepdim=False),
            node("mul", start + 5, 0.5),
        ]
    return recorded(*nodes)


HALF = (node("mul", 1, 0.5, shape=SHAPE), node("exp", 2, shape=SHAPE))
"""exp(logvar / 2), the standard deviation."""
WHOLE = (node("exp", 1, shape=SHAPE),)
"""exp(logvar), the variance."""


@pytest.mark.parametrize(
    ("scale", "status", "reading"), [(HALF, "agrees", "logvar"), (WHOLE, "disagrees", "logstd")]
)
def test_a_sample_is_paired_with_the_kl_of_its_arrays(scale: Any, status: str, reading: str) -> None:
    recording = run(scale)
    (sample,) = samples_of(recording, anatomy_of(recording, recording.losses[0]).terms)
    assert (sample.sampling.status, sample.sampling.parameterization) == (status, reading)


@pytest.mark.parametrize(("scale", "reading"), [(HALF, "logvar"), (WHOLE, "logstd")])
def test_a_sample_without_a_kl_is_told_with_its_reading(scale: Any, reading: str) -> None:
    ((place, head, found),) = lone_samples(run(scale, kl=False))
    assert place is not None
    assert (head, found) == ("logvar", reading)
