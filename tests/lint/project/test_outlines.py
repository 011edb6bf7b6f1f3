"""What a cheap look at a file says."""

from __future__ import annotations

from klcli.lint.project.outlines import outline

SOURCE = """
import os, torch.nn as nn
from .layers import (Linear,
    Norm)
BETA = 0.5; GAMMA = ALPHA = 2
class Model:
    def kl_loss(self, mu, logvar):
        return -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum()
"""


def test_names() -> None:
    found = outline(SOURCE, "m.py")
    assert {"os", "layers", "Linear", "Norm"} <= found.imports
    assert {"BETA", "GAMMA"} <= found.numbers
    assert (found.methods, found.classes) == ({"kl_loss"}, {"Model"})
    assert found.is_candidate
    assert found.is_topical


def test_a_file_of_other_things() -> None:
    found = outline("class A:\n    def f(self):\n        return 1\n", "m.py")
    assert not found.is_candidate
    assert not found.is_topical
    assert found.methods == found.classes == frozenset()
