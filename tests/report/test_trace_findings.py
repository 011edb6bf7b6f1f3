"""Findings of a run for other tools: where they stand, and how sure they are."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.table import find_mistake
from klcli.report.finding_records import Alert
from klcli.report.trace_findings import alerts_of, shown_path
from klcli.trace.findings import TraceFinding
from klcli.trace.recording import Place

MISTAKE = find_mistake("KL101")


def alert(place: Place | None, severity: Any = "error", **given: Any) -> Alert:
    (found,) = alerts_of(SimpleNamespace(findings=(TraceFinding(MISTAKE, severity, place, "off", **given),)))  # type: ignore[arg-type]
    return found


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "train.py").write_text("first\n    kl = f(mu, s)  \nlast")
    monkeypatch.chdir(tmp_path)
    return str(tmp_path / "train.py")


def test_paths_below_the_current_folder_are_short(path: str, tmp_path: Path) -> None:
    assert shown_path(path) == "train.py"
    assert shown_path("/elsewhere/train.py") == "/elsewhere/train.py"
    # A folder whose name begins as that of the current one does is another one.
    assert shown_path(f"{tmp_path}x{os.sep}train.py") == f"{tmp_path}x{os.sep}train.py"


def test_a_place_is_its_whole_line(path: str) -> None:
    found = alert(Place(path, 2, "step")).finding
    assert (found.path, found.line, found.column, found.end_line, found.end_column) == (
        "train.py",
        2,
        1,
        2,
        20,
    )
    assert found.expression == "kl = f(mu, s)"
    assert (found.code, found.message, found.fix, found.related) == ("KL101", "off", None, None)


@pytest.mark.parametrize(
    ("place", "expected"),
    [(None, ("<unknown>", 1, "", 1)), (Place("/no/file.py", 7, "f"), ("/no/file.py", 7, "", 1))],
)
def test_a_place_that_is_not_known(place: Place | None, expected: tuple[str, int, str, int]) -> None:
    found = alert(place).finding
    assert (found.path, found.line, found.expression, found.end_column) == expected


@pytest.mark.parametrize(
    ("severity", "confidence"), [("error", "high"), ("warning", "medium"), ("note", "medium")]
)
def test_how_sure_it_is(severity: str, confidence: str) -> None:
    assert alert(None, severity).finding.confidence == confidence


def test_the_other_place_is_that_of_the_kl(path: str) -> None:
    related = alert(None, related=Place(path, 3, "step")).finding.related
    assert related is not None
    assert (
        related.path,
        related.line,
        related.end_line,
        related.column,
        related.end_column,
        related.label,
    ) == (
        "train.py",
        3,
        3,
        1,
        5,
        "the KL",
    )


def test_its_rule_its_fix_and_its_reading() -> None:
    term: Any = SimpleNamespace(parameterization=PARAMETERIZATIONS["std"])
    found = alert(None, fix="kl = 0", term=term)
    assert (found.rule, found.edit) == (MISTAKE, None)
    assert (found.finding.fix, found.finding.parameterization) == ("kl = 0", "std")
    term.parameterization = None
    assert alert(None, term=term).finding.parameterization is None
