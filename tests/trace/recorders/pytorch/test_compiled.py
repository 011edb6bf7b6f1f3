"""Compiled functions are held to what they were compiled from, and let go again."""

from __future__ import annotations

import sys
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.recorders.pytorch.compiled import Compiled  # noqa: E402


class Stance:
    """Counts how often it is entered and left."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def __call__(self, name: str) -> Stance:
        self.events.append(name)
        return self

    def __enter__(self) -> None:
        self.events.append("in")

    def __exit__(self, *_: Any) -> None:
        self.events.append("out")


@pytest.fixture
def stance(monkeypatch: pytest.MonkeyPatch) -> Stance:
    found = Stance()
    monkeypatch.setattr(torch.compiler, "set_stance", found, raising=False)
    monkeypatch.setattr(torch, "compile", lambda model, **_: ("compiled", model))
    monkeypatch.delitem(sys.modules, "torch._dynamo", raising=False)
    return found


def test_nothing_is_held_before_something_is_compiled(stance: Stance) -> None:
    compiled = Compiled()
    compiled.hold()
    assert stance.events == []
    assert torch.compile("model", mode="x") == ("compiled", "model")
    torch.compile("another")
    assert stance.events == ["force_eager", "in"]
    compiled.leave()
    assert stance.events == ["force_eager", "in", "out"]


def test_what_was_compiled_before_is_held_at_once(stance: Stance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch._dynamo", sys)
    compiled = Compiled()
    compiled.hold()
    assert stance.events == ["force_eager", "in"]
    compiled.leave()


def test_the_compiler_is_as_it_was(stance: Stance) -> None:
    before = torch.compile
    compiled = Compiled()
    compiled.hold()
    assert torch.compile is not before
    compiled.leave()
    assert torch.compile is before
    assert stance.events == []


def test_releases_that_cannot_hold_are_left_alone(stance: Stance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.compiler, "set_stance")
    compiled = Compiled()
    compiled.hold()
    assert torch.compile("model") == ("compiled", "model")
    compiled.leave()
    monkeypatch.delattr(torch, "compile")
    compiled.hold()
    compiled.leave()
