"""Which functions are worth following."""

from __future__ import annotations

from klcli.lint.project.relevance import Relevance, holds_terms
from tests.lint.sources import function, module, project

SOURCE = """
import torch
def kl_term(mu, logvar):
    return -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum()
def train(x, mu, logvar):
    return x + kl_term(mu, logvar)
def read(path):
    return open(path).read()
"""
FILES = project(module(SOURCE))


def test_functions_that_hold_terms_by_themselves() -> None:
    assert holds_terms(function(FILES, "kl_term"))
    assert not holds_terms(function(FILES, "train"))
    assert not holds_terms(function(FILES, "read"))


def test_functions_that_lead_to_these() -> None:
    relevance = Relevance(FILES, [function(FILES, "kl_term")])
    assert relevance(function(FILES, "kl_term"))
    assert relevance.leads_further(function(FILES, "train"))
    assert not relevance.leads_further(function(FILES, "read"))
    here = FILES.at("model.py")
    assert here is not None
    assert relevance.uses(function(FILES, "train"), here)
