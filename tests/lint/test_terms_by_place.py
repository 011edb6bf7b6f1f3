"""The terms of a module by their places."""

from __future__ import annotations

from klcli.lint.terms_by_place import occurrences
from tests.lint.sources import codes, module, project

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


def test_a_function_that_is_called_a_density_is_followed() -> None:
    """Its terms are in lines of their own, and nothing else in the file is a KL."""
    one = module(
        "import numpy as np\n"
        "def log_gauss(x, mu, s):\n"
        "    whole = 1 / (s * np.sqrt(2 * np.pi))\n"
        "    square = -(x - mu) ** 2 / (2 * s ** 2)\n"
        "    return np.sum(np.log(whole) + square)\n"
        "def loss(z, mu, s):\n"
        "    kl = log_gauss(z, mu, s) - log_gauss(z, 0., 1.)\n"
        "    return kl\n"
    )
    ((way, *_),) = occurrences(one, project(one)).divergences
    assert (way.excerpt.root.name, way.found.best.kind, way.is_sampled) == ("loss", "exact", True)


def test_a_name_is_not_taken_for_what_it_says_where_another_method_made_it_something_else() -> None:
    source = """
    class Weights(nn.Module):
        def __init__(self, n):
            self.mu = nn.Parameter(torch.randn(n))
            self.logvar = nn.Parameter(torch.randn(n))
        def forward(self, x):
            self.var = torch.exp({log} * self.logvar)
            return x
        def kl(self):
            return 0.5 * torch.sum(self.mu**2 + self.var - 1 - self.logvar)
    """
    assert codes(source.format(log=0.5)) == ["KL104"]
    assert codes(source.format(log=1)) == []
