"""The classes of objects."""

from __future__ import annotations

import pytest

from klcli.lint.project.classes import class_by_name, class_of, inherited, method_of, setters
from tests.lint.sources import expression, module, project, scope

SOURCE = """
import torch
class Base:
    def kl(self):
        return 1
class Encoder(Base):
    def __init__(self, decoder: Decoder):
        self.decoder = decoder
        self.other = unknown()
class Decoder:
    size: int
class Model(torch.nn.Module):
    encoder: Encoder
    def loss(self, x):
        return x
model = Model().cuda()
"""
FILES = project(module(SOURCE))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("self", "Model"),
        ("self.encoder", "Encoder"),
        ("self.encoder.decoder", "Decoder"),
        ("self.encoder.other", None),
        ("Encoder(3).to(device)", "Encoder"),
        ("model", "Model"),
        ("x", None),
        ("torch.randn(3)", None),
    ],
)
def test_class_of(text: str, name: str | None) -> None:
    found = class_of(expression(text), scope(FILES, "Model.loss", local=frozenset("x")))
    assert (found and found.name) == name


def test_an_object_that_is_handed_in_is_of_the_class_of_its_name() -> None:
    inside = scope(FILES, "Model.loss", local=frozenset(("encoder", "x")))
    found = class_by_name(expression("encoder"), inside)
    assert found
    assert found.name == "Encoder"
    assert class_by_name(expression("x"), inside) is None


def test_methods_are_those_of_the_nearest_base() -> None:
    here = FILES.at("model.py")
    assert here is not None
    encoder = here.classes["Encoder"]
    found = method_of(encoder, "kl", FILES)
    assert found
    assert found.name == "Base.kl"
    assert inherited(encoder, "__init__", FILES) is None
    assert len(setters(encoder, "decoder", FILES)) == 1
