"""Baselines: what is accepted is counted by file, code and expression, so that lines may move."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from klcli.cli.linting.baseline import accepted_in, save, unused, without
from klcli.errors import KlcliError
from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Finding


def finding(path: Path, line: int = 1, code: str = "KL101", expression: str = "kl = f(mu, s)") -> Finding:
    place = SourceSpan(str(path), line, 1, line, 9)
    return Finding(place, find_mistake(code), "error", "high", "wrong", expression, None, (expression,))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "baseline.json"


def test_what_was_written_is_accepted(tmp_path: Path, file: Path) -> None:
    found = [
        finding(tmp_path / "a.py", 1),
        finding(tmp_path / "a.py", 9),
        finding(tmp_path / "b.py", 1, "KL102"),
    ]
    save(str(file), found)
    accepted = accepted_in(str(file))
    assert sorted((path, code, count) for (path, code, _), count in accepted.items()) == [
        ("a.py", "KL101", 2),
        ("b.py", "KL102", 1),
    ]
    assert without(found, accepted, str(file)) == []


def test_lines_may_move_and_be_broken_otherwise(tmp_path: Path, file: Path) -> None:
    save(str(file), [finding(tmp_path / "a.py", 1, expression="kl = f(mu, s)")])
    moved = finding(tmp_path / "a.py", 70, expression="kl = f(\n    mu,\n    s,\n)")
    assert without([moved], accepted_in(str(file)), str(file)) == []


@pytest.mark.parametrize(
    "change",
    [{"code": "KL102"}, {"expression": "kl = f(mu, t)"}, {"path": "c.py"}],
    ids=["code", "text", "file"],
)
def test_another_mistake_is_not_accepted(tmp_path: Path, file: Path, change: dict[str, Any]) -> None:
    save(str(file), [finding(tmp_path / "a.py")])
    path = tmp_path / change.pop("path", "a.py")
    other = finding(path, **change)
    assert without([other], accepted_in(str(file)), str(file)) == [other]


def test_one_more_of_the_same_is_told(tmp_path: Path, file: Path) -> None:
    save(str(file), [finding(tmp_path / "a.py")])
    first, second = finding(tmp_path / "a.py", 3), finding(tmp_path / "a.py", 5)
    assert without([first, second], accepted_in(str(file)), str(file)) == [second]


def test_codes_that_were_split_are_accepted_under_the_older_one(tmp_path: Path, file: Path) -> None:
    split = next(one for one in _mistakes() if one.formerly)
    entry = finding(tmp_path / "a.py", code=split.code)
    save(str(file), [entry])
    data = json.loads(file.read_text())
    data["findings"][0]["code"] = split.formerly[0]
    file.write_text(json.dumps(data))
    assert without([entry], accepted_in(str(file)), str(file)) == []


def _mistakes() -> Any:
    from klcli.judge.mistakes.table import MISTAKES

    return MISTAKES.values()


def test_what_is_accepted_and_gone_is_counted(tmp_path: Path, file: Path) -> None:
    (tmp_path / "a.py").touch()
    (tmp_path / "b.py").touch()
    save(str(file), [finding(tmp_path / name) for name in ("a.py", "a.py", "b.py", "gone.py")])
    accepted = accepted_in(str(file))
    left = [finding(tmp_path / "a.py")]
    # one of two in a.py, and that of a file that is no more; b.py was not linted
    assert unused(left, accepted, str(file), [str(tmp_path / "a.py")]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no JSON", "it has no schema"),
        ('{"schema": "other"}', "it has no schema 'klcli.baseline/1'"),
        ('{"schema": "klcli.baseline/1"}', "it has no list of findings"),
        ('{"schema": "klcli.baseline/1", "findings": [{}]}', "entry 1 has no path, code, fingerprint"),
        (
            '{"schema": "klcli.baseline/1", "findings": [{"path": "a", "code": "b", "fingerprint": "c", "count": true}]}',
            "the count of entry 1 is True",
        ),
    ],
)
def test_what_is_no_baseline(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(KlcliError) as caught:
        accepted_in(str(file))
    assert message in caught.value.message
    assert "--write-baseline" in caught.value.hint


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(KlcliError, match="cannot read the baseline"):
        accepted_in(str(file))
