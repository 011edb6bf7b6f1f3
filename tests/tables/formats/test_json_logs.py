"""Logs in JSON as trainers write them: all forms of the same log have the same rows."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats import json_logs
from klcli.tables.formats.json_logs import json_log_rows
from klcli.tables.source import Source

ROWS = [{"step": step, "kl": step / 8} for step in range(1, 5)]
COLUMNS = {name: [row[name] for row in ROWS] for name in ("step", "kl")}


def rows(text: str) -> list[dict[str, Any]]:
    raw = text.encode()
    return [row for _, row in json_log_rows(Source("log", io.BytesIO(raw), len(raw), seekable=False), "hint")]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, ROWS)),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps(COLUMNS),
        json.dumps({"name": "run", "best": None, "log_history": ROWS, "max_steps": 4}, indent=2),
        json.dumps({"args": {"lr": 1}, "empty": [], "log_history": ROWS}),
    ],
    ids=["lines", "list", "indented", "columns", "trainer state", "in one line"],
)
@pytest.mark.parametrize("size", [1 << 18, 7])
def test_all_forms_have_the_same_rows(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_logs, "_BYTES", size)
    assert rows(text) == ROWS


def test_objects_within_objects_are_named_by_their_path() -> None:
    row = {"step": 1, "train": {"kl": 0.5, "loss": {"all": 2}}}
    assert (
        rows(f"{json.dumps(row)}\n\n{json.dumps(row)}")
        == [{"step": 1, "train/kl": 0.5, "train/loss/all": 2}] * 2
    )
    deep: dict[str, Any] = {"kl": 1}
    for _ in range(200):
        deep = {"a": deep}
    assert rows(json.dumps({"kl": 2, "deep": deep})) == [{"kl": 2}]


def test_lists_in_lines_are_no_list_of_steps() -> None:
    lines = [{"step": step, "texts": [{"a": 1}, {"a": 2}]} for step in (1, 2)]
    assert rows("\n".join(map(json.dumps, lines))) == lines


def test_columns_of_different_lengths_end_where_they_end() -> None:
    assert rows('{"kl": [1, 2, 3], "val_kl": [4]}') == [{"kl": 1, "val_kl": 4}, {"kl": 2}, {"kl": 3}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "log has no list of steps"),
        ("[]", "log has no list of steps"),
        ('{"a": 1}\n{"a":', "line 2 of log is no JSON"),
        ('{"a": 1,\n "b": }', "line 2 of log is no JSON"),
        ("[" * 100_000, "log is no JSON: maximum recursion"),
    ],
)
def test_what_is_no_log(text: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        rows(text)


def test_a_long_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_logs, "_LONGEST", 100)
    monkeypatch.setattr(json_logs, "_BYTES", 10)
    for text in (json.dumps(ROWS * 2), json.dumps(ROWS * 2, indent=1)):
        with pytest.raises(KlcliError, match="longer than"):
            rows(text)
