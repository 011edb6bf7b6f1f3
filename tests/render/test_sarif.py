"""Findings as SARIF: what its schema asks for, addresses, places, and fingerprints that stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from klcli.render.sarif import render
from klcli.report.finding_records import Alert, Findings
from tests.render.findings import DISAGREES, FACTOR, INFO, NONE, SOME, findings

REQUIRED = {
    "runs": ("tool",),
    "tool": ("driver",),
    "driver": ("name",),
    "rules": ("id",),
    "results": ("message",),
    "invocations": ("executionSuccessful",),
    "toolExecutionNotifications": ("message",),
    "fixes": ("artifactChanges",),
    "artifactChanges": ("artifactLocation", "replacements"),
    "replacements": ("deletedRegion",),
    "message": ("text",),
    "artifactLocation": ("uri",),
}
"""The properties that the schema requires, by the key of the object that has them."""


def run(found: Findings) -> Any:
    """The run of a log."""
    log = json.loads(render(found))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (only,) = log["runs"]
    return only


def objects(value: Any, key: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object, with the key under which it stands."""
    if isinstance(value, list):
        for entry in value:
            yield from objects(entry, key)
    elif isinstance(value, dict):
        yield key, value
        for name, inner in value.items():
            yield from objects(inner, name)


def with_finding(alert: Alert, **changes: Any) -> Alert:
    """An alert whose finding differs."""
    return replace(alert, finding=replace(alert.finding, **changes))


def fingerprints(*alerts: Alert) -> list[str]:
    """Of the results, in order."""
    return [result["partialFingerprints"]["klcli/v1"] for result in run(Findings(alerts, ()))["results"]]


def test_results() -> None:
    found = run(SOME)
    assert found["columnKind"] == "unicodeCodePoints"
    disagrees, factor, info = found["results"]
    assert [result["level"] for result in found["results"]] == ["warning", "error", "note"]
    assert disagrees["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/vae.py"},
                "region": {"startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 40},
            }
        }
    ]
    (related,) = disagrees["relatedLocations"]
    assert related["message"] == {"text": "the KL"}
    assert related["physicalLocation"]["artifactLocation"] == {"uri": "src/loss.py"}
    assert "fixes" not in disagrees
    (fix,) = factor["fixes"]
    assert fix == {
        "description": {"text": "kl = -0.5 * (1 + 2 * s - exp(2 * s))"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": "a%3A%20b%2C%20100%25.py"},
                "replacements": [
                    {
                        "deletedRegion": {"startLine": 2, "startColumn": 17, "endLine": 2, "endColumn": 18},
                        "insertedContent": {"text": "2 * s"},
                    }
                ],
            }
        ],
    }
    assert info["properties"]["severity"] == "info"


def test_rules() -> None:
    """Each that was broken once, in order, with its page."""
    again = with_finding(FACTOR, line=1)
    found = run(Findings((DISAGREES, FACTOR, again), ()))
    rules = found["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["name"]) for rule in rules] == [
        ("KL101", "Factor2LostOnTheLog"),
        ("KL201", "SamplerAndKLDisagree"),
    ]
    assert rules[0]["help"]["text"].endswith("right: -1/2 (1 + 2 log_sigma - mu^2 - exp(2 log_sigma))")
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_what_was_not_read_is_a_notification() -> None:
    (invocation,) = run(SOME)["invocations"]
    (told,) = invocation["toolExecutionNotifications"]
    assert "src/old.py was not read" in told["message"]["text"]
    assert run(NONE)["results"] == []


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a.py", "a.py"),
        ("./src/../b c.py", "b%20c.py"),
        ("ä/#?.py", "%C3%A4/%23%3F.py"),
        ("\udcff.py", "%FF.py"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_addresses_are_relative(path: str, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (path, str(tmp_path / path)):
        (result,) = run(Findings((with_finding(INFO, path=name),), ()))["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_an_address_outside_of_the_folder_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (result,) = run(Findings((with_finding(INFO, path="../there.py"),), ()))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "there.py").as_uri()


def test_fingerprints_stay_when_lines_move() -> None:
    moved = with_finding(FACTOR, line=40, end_line=41, column=1, message="in other words")
    broken = with_finding(FACTOR, expression="-0.5 * (1 + s - exp(\n2 * s))")
    assert fingerprints(FACTOR) == fingerprints(moved) == fingerprints(broken)


def test_fingerprints_tell_findings_apart() -> None:
    others: list[dict[str, Any]] = [
        {"path": "b.py"},
        {"code": "KL102"},
        {"expression": "-0.5 * (1 + t - exp(2 * t))"},
        {},
    ]
    found = fingerprints(FACTOR, *(with_finding(FACTOR, **change) for change in others))
    assert len(set(found)) == 1 + len(others)
    assert fingerprints(FACTOR, FACTOR)[0] == found[0]


@given(findings)
def test_any_findings_are_a_log(found: Findings) -> None:
    """What the schema requires is there, and its limits hold, wherever a finding points."""
    only = run(found)
    assert len(only["results"]) == len(found.alerts)
    for key, value in objects(only, "runs"):
        assert set(REQUIRED.get(key, ())) <= set(value)
        if key in ("region", "deletedRegion"):
            start, end = [(value[f"{side}Line"], value[f"{side}Column"]) for side in ("start", "end")]
            assert min(*start, *end) >= 1
            assert start <= end
        if key == "artifactLocation":
            parts = urlsplit(value["uri"])
            assert parts.scheme in ("", "file")
            assert value["uri"].isascii()
