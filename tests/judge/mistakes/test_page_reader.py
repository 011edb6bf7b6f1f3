"""A section of Markdown is a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.page_reader import entries


def test_a_section_is_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "## KL199, formerly KL100 KL101: a name\n\na sentence\n\nWhat\nit is.\n\nWhat it\ncosts.\n\n"
    examples = "```python\ndef f(x):\n    y = x\n\n\n    return y\n```\n\n```text\nx\n```\n"
    (tmp_path / "some.md").write_text(f"# Some\n\nMistakes.\n\n{text}{examples}", encoding="utf-8")
    monkeypatch.setattr("klcli.judge.mistakes.page_reader.FOLDER", str(tmp_path))
    code = "def f(x):\n    y = x\n\n\n    return y\n"
    words = ("KL199", "a name", "a sentence", "What it is.", "What it costs.")
    assert entries("some") == (Mistake(*words, (code, "x"), ("KL100", "KL101")),)
