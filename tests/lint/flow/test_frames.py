"""The names of functions, and what they are in a flow."""

from __future__ import annotations

import ast

from klcli.lint.flow.frames import Frame, all_names, libraries, local_names, own_name
from klcli.lint.project.scoping import Scope
from tests.lint.sources import expression, function, module, project

SOURCE = """
import torch as mine_too
from torch.distributions import Normal as N
from tensorflow.math import log as ln
from mine import exp as e
class Model:
    def loss(self, x, *rest, k=1, **more):
        def inner(y):
            own = y
        return [z for z in x] + free
    @staticmethod
    def draw(mu):
        return mu
"""
FILES = project(module(SOURCE))
LOSS = function(FILES, "Model.loss")


def test_names_of_a_function() -> None:
    assert local_names(LOSS) == {"self", "x", "rest", "k", "more", "z"}
    assert all_names(LOSS) == {"x", "z", "free", "y", "own"}
    assert (own_name(LOSS), own_name(function(FILES, "Model.draw"))) == ("self", "")


def test_libraries_by_the_names_that_tell_what_they_are() -> None:
    assert libraries(FILES.of(LOSS.module), FILES) == {"mine_too": "torch", "N": "Normal", "ln": "log"}


def test_names_of_the_flow() -> None:
    scope = Scope(LOSS, FILES, "self", local_names(LOSS), {})
    frame = Frame(scope, {"x": "x_in", "k": "k"}, expression("self.encoder"), 1, [])
    assert ast.unparse(frame.renamed(expression("self.mu + x * k"))) == "self.encoder.mu + x_in * k"
    assert frame.spelled == {"x_in": "x"}
    branch = frame.branch()
    branch.steps.append(None)  # type: ignore[arg-type]
    assert frame.steps == []
