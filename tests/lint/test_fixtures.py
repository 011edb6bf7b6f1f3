"""Small sources in many forms, each with what linting has to say of it beside it as JSON.

A case is a file ``name.py`` or a folder ``name`` of several, and what is expected of it: ``name.json`` or
``name/expected.json``. Entries of a folder name their file; of samples and KL terms it is the reading that counts.
None takes more than a little work.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from klcli.formula.value.budget import at_most
from klcli.lint.findings.places import SourceSpan
from klcli.lint.linter import linted
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import outline
from klcli.lint.source.module import parsed, text_of
from tests.lint.test_budget import MOST

FOLDER = Path(__file__).parent / "fixtures"
EXPECTED = {
    (file.parent.name if file.name == "expected.json" else file.stem): file
    for file in sorted(FOLDER.rglob("*.json"))
}

KNOWN_GAPS: dict[str, str] = {
    "tf_draw_lists": "heads kept in lists by subscript are not followed from one loop into another",
    "tf_sampler_reads_std_elsewhere": "attributes set by a constructor in another file are not tied to the caller's heads",
}
"""Cases whose answer is known to be missing today, and why."""


def _file(name: str) -> str:
    """The source of a case of one file, which may be a notebook."""
    return f"{name}.ipynb" if (FOLDER / f"{name}.ipynb").exists() else f"{name}.py"


def _sources(name: str) -> dict[str, str]:
    expected = EXPECTED[name]
    folder = expected.parent
    files = sorted(folder.glob("*.py")) if expected.name == "expected.json" else [folder / _file(name)]
    return {file.name: text_of(file.read_bytes(), file.name) for file in files}


def _seen(name: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The terms and the findings of a case as (path, line, ...)."""
    sources = _sources(name)
    project = Project(
        [outline(text, path) for path, text in sources.items()], lambda path: parsed(sources[path], path)
    )
    with at_most(MOST * len(sources)):
        results = [linted(project.at(path).top.module, project) for path in sources]
    terms = {
        (*_at(term.place), term.kind, term.parameterization) for result in results for term in result.terms
    }
    findings = {
        (*_at(finding.place), finding.mistake.code)
        for result in results
        for finding in result.findings
        if finding.severity != "note"
    }
    return sorted(terms, key=str), sorted(findings, key=str)


def _at(place: SourceSpan) -> tuple[str, int]:
    return place.path, place.line


def _expected(name: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    said = json.loads(EXPECTED[name].read_text(encoding="utf-8"))

    def path(entry: dict[str, Any]) -> str:
        return entry.get("path", _file(name))

    terms = {
        (path(entry), entry["line"], entry["kind"], entry["parameterization"]) for entry in said["terms"]
    }
    findings = {(path(entry), entry["line"], entry["code"]) for entry in said["findings"]}
    return sorted(terms, key=str), sorted(findings, key=str)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=KNOWN_GAPS[name]))
        if name in KNOWN_GAPS
        else name
        for name in EXPECTED
    ],
)
def test_what_is_said_of_a_form_seen_in_public_code(name: str) -> None:
    terms, findings = _seen(name)
    expected_terms, expected_findings = _expected(name)
    assert findings == expected_findings
    assert terms == expected_terms


def test_every_source_says_what_is_expected_and_every_gap_is_a_case() -> None:
    files = [*FOLDER.glob("*.py"), *FOLDER.glob("*.ipynb")]
    sources = {file.stem for file in files} | {file.name for file in FOLDER.iterdir() if file.is_dir()}
    assert sources - {"__pycache__"} == set(EXPECTED)
    assert set(KNOWN_GAPS) <= set(EXPECTED)
