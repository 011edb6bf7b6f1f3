"""What a call calls."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.project.call_targets import target
from tests.lint.sources import expression, module, project, scope

MODEL = """
import losses
from losses import penalty as kl
class Base:
    def reg(self, x):
        return x
class Model(Base):
    def forward(self, x):
        return x
    def only_here(self, x):
        return x
    def f(self, x):
        return x
class Module:
    def _build(self, x):
        return x
def outer(x):
    return x
"""
LOSSES = (
    "import torch\ndef penalty(mu, logvar):\n    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()\n"
)
FILES = project(module(MODEL), module(LOSSES, "losses.py"))


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("outer(x)", "outer", 1),
        ("self.f(x)", "Model.f", 1),
        ("super().reg(x)", "Base.reg", 1),
        ("self.reg(x)", "Base.reg", 1),
        ("Model.f(self, x)", "Model.f", 1),
        ("Model()(x)", "Model.forward", 1),
        ("Module()(x)", "Module._build", 1),
        ("kl(x, y)", "penalty", 2),
        ("losses.penalty(x, y)", "penalty", 2),
        ("thing.only_here(x)", "Model.only_here", 1),
        ("thing.sample(x)", None, 0),
        ("torch.exp(x)", None, 0),
    ],
)
def test_functions_and_methods(text: str, name: str | None, arguments: int) -> None:
    node = expression(text)
    assert isinstance(node, ast.Call)
    found = target(node, scope(FILES, "Model.f", local=frozenset(("self", "x", "thing"))))
    assert (found and found.function.name) == name
    if found:
        assert len(found.arguments) == arguments
