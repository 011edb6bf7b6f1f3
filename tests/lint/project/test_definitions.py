"""What a module defines."""

from __future__ import annotations

from klcli.lint.project.definitions import definitions, is_number, parameters
from tests.lint.sources import expression, module

SOURCE = """
import torch
from .layers import *
from os import path as p
BETA = 0.5
model = Model(3)
class Model:
    def __init__(self):
        self.mu, other.x = 1, 2
        if t:
            self.mu += 1
    async def loss(self, x, /, y):
        def inner():
            pass
square = lambda x: x ** 2
if True:
    def late():
        pass
"""


def test_names() -> None:
    found = definitions(module(SOURCE))
    assert [one.name for one in found.functions] == [
        "Model.__init__",
        "Model.loss",
        "Model.loss.inner",
        "square",
        "late",
    ]
    assert set(found.by_name) == {"square", "late"}
    assert [line.lineno for _, line in found.classes["Model"].attributes["mu"]] == [9, 11]
    assert found.imports == {"torch": ("torch", None), "p": ("os", "path")}
    assert found.stars == [".layers"]
    assert (set(found.made), set(found.numbers)) == ({"model"}, {"BETA"})


def test_parameters_and_bodies() -> None:
    found = definitions(module(SOURCE))
    loss = found.functions[1]
    assert loss.node is not None
    assert parameters(loss.node) == ["self", "x", "y"]
    assert len(found.functions[3].body) == 1
    assert found.functions[2].outer is loss
    assert is_number(expression("1.5"))
    assert not is_number(expression("True"))
