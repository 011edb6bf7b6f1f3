"""Heads at the ends of their range, counted."""

from __future__ import annotations

import numpy

from klcli.latents.saturated_heads import extremes


def test_merged_counts_are_those_of_all_rows() -> None:
    heads = numpy.clip(numpy.random.default_rng(7).normal(size=(500, 3)), -1.0, [0.5, 1.0, 9.0])
    merged = extremes(heads[:200]).merge(extremes(heads[200:]))
    assert merged.least.tolist() == heads.min(axis=0).tolist()
    assert merged.most.tolist() == heads.max(axis=0).tolist()
    assert merged.at_least.tolist() == [(heads[:, j] == -1.0).sum() for j in range(3)]
    assert merged.at_most.tolist() == [(heads[:, j] == heads[:, j].max()).sum() for j in range(3)]
