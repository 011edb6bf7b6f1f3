"""The terms of a module by their places."""

from __future__ import annotations

from klcli.lint.occurrences import occurrences
from tests.lint.sources import module, project

SOURCE = """
import torch
def kl(mu, logvar):
    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()
def f(h):
    m, s = h.chunk(2)
    return kl(m, s)
def g(h):
    m, s = h.chunk(2)
    return 2 * kl(m, s)
"""


def test_one_place_and_the_ways_in_which_it_is_reached() -> None:
    one = module(SOURCE)
    found = occurrences(one, project(one))
    (ways,) = found.divergences
    assert {way.excerpt.root.name for way in ways} == {"kl", "f", "g"}
    assert found.samples == found.estimators == found.sinks == []


def test_callers_in_other_files_are_followed() -> None:
    one = module(SOURCE)
    other = module("from model import kl\ndef train(a, b):\n    return kl(a, b)\n", "train.py")
    (ways,) = occurrences(one, project(one, other)).divergences
    assert "train" in {way.excerpt.root.name for way in ways}
