"""Recorders of several frameworks, each from the moment at which its framework is loaded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from klcli.trace.recorders import watching
from klcli.trace.recorders.watching import Watching

NAMES = ("made_first", "made_second")


class Recorder:
    """One that notes nothing, and tells whether it runs."""

    def __init__(self, name: str, on_backward: Callable[[], None]) -> None:
        self.name, self.on_backward, self.runs = name, on_backward, False
        self.losses: list[Any] = []

    def __enter__(self) -> Recorder:
        self.runs = True
        return self

    def __exit__(self, *ending: Any) -> None:
        self.runs = False

    def document(self) -> dict[str, Any]:
        return {"framework": self.name, "losses": self.losses, "warnings": [self.name]}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Recorder]]:
    """The recorders by the names of their frameworks, as they are started."""
    found: dict[str, Recorder] = {}

    def recorder_of(name: str) -> Any:
        def start(on_backward: Callable[[], None]) -> Recorder:
            assert name in sys.modules
            return found.setdefault(name, Recorder(name, on_backward))

        return SimpleNamespace(Recorder=start)

    for name in NAMES:
        (tmp_path / f"{name}.py").write_text("STARTED = True\n")
    monkeypatch.setattr(watching, "recorder_of", recorder_of)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield found
    for name in NAMES:
        sys.modules.pop(name, None)


def test_a_recorder_starts_when_its_framework_is_loaded(made: dict[str, Recorder]) -> None:
    importlib.import_module("made_second")
    with Watching(frameworks=NAMES) as watched:
        assert list(made) == ["made_second"]
        module = importlib.import_module("made_first")
        assert list(made) == ["made_second", "made_first"]
        assert module.STARTED
        assert module.__loader__ is module.__spec__.loader
        assert type(module.__loader__).__module__.startswith("_frozen_importlib")
        assert all(one.runs for one in made.values())
    assert not any(one.runs for one in made.values())
    assert watched not in sys.meta_path


def test_the_document_is_of_the_recorder_that_saw_a_loss(made: dict[str, Recorder]) -> None:
    seen: list[Any] = []
    with Watching(lambda: seen.append(watched.document()), frameworks=NAMES) as watched:
        assert watched.document() is None
        for name in NAMES:
            importlib.import_module(name)
        found = watched.document()
        assert found == {"framework": "made_first", "losses": [], "warnings": list(NAMES)}
        made["made_second"].losses.append("a number")
        assert watched.document() == made["made_second"].document()
        made["made_first"].on_backward()
    assert [one["framework"] for one in seen] == ["made_first"]
