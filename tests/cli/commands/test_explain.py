"""`klcli explain`: every page is listed, printed and given as data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from klcli.errors import EXIT_STATUSES
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.mistakes.table import MISTAKES
from klcli.report.markdown_pages import FOLDER, terms
from klcli.witness.estimators import ESTIMATORS
from tests.cli.conftest import Klcli

TERMS = [
    *sorted(path.stem for path in FOLDER.glob("*.md")),
    *sorted(MISTAKES),
    *PARAMETERIZATIONS,
    *terms("verdict"),
    *terms("condition"),
    *terms("statistic"),
    *dict.fromkeys((*terms("estimator"), *ESTIMATORS)),
    *map(str, EXIT_STATUSES),
]


def test_every_page_is_listed(klcli: Klcli) -> None:
    assert klcli("explain", "-q").out.split() == TERMS
    groups = [line for line in klcli("explain").out.splitlines()[1:] if line and line[0] != " "]
    assert groups == [
        *("guides", "mistakes", "parameterizations", "verdicts", "conditions", "statistics", "estimators"),
        "exit statuses",
    ]


@pytest.mark.parametrize("term", TERMS)
def test_a_page(klcli: Klcli, term: str) -> None:
    result = klcli("explain", term.upper())
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"{term}: ")
    found = json.loads(klcli("explain", term.lower(), "--json").out)
    assert found["term"] == term
    assert found["text"]


@pytest.mark.parametrize("term", ["active units", "Aggregate  Posterior", "free bits"])
def test_blanks_are_as_good_as_hyphens(klcli: Klcli, term: str) -> None:
    assert klcli("explain", term).out.startswith("-".join(term.lower().split()))


def test_a_page_of_a_mistake_has_four_parts(klcli: Klcli) -> None:
    out = klcli("explain", "KL201").out
    wrong, right = MISTAKES["KL201"].example
    places = [out.index(title) for title in ("\nwhy it matters\n", "\nwrong\n", "\nright\n")]
    assert places == sorted(places)
    for example in (wrong, right):
        assert "".join(f"  {line}\n" for line in example.splitlines()) in out
    found = json.loads(klcli("explain", "KL201", "--json").out)
    assert (found["wrong"], found["right"]) == (wrong, right)
    assert found["text"] == f"{found['what']} {found['why']}"


def test_all_pages_are_files_that_lead_to_each_other(klcli: Klcli, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pages"
    result = klcli("explain", "--all", "--output", str(folder))
    assert (result.status, result.err) == (0, "")
    assert result.out == f"{len(TERMS) + 1} pages in {folder}, which begin with index.html\n"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert set(files) == {"index.html", *(f"{term}.html" for term in TERMS)}
    for name, text in files.items():
        ElementTree.fromstring(text.split("\n", 1)[1] if text.startswith("<!") else text)
        assert set(re.findall(r'href="([^"]*)"', text)) <= set(files)
        assert name == "index.html" or 'href="index.html"' in text
    assert set(re.findall(r'href="([^"]*)"', files["index.html"])) == set(files) - {"index.html"}
    assert 'href="KL103.html"' in files["KL130.html"]
    assert 'href="json.html"' in files["scripting.html"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--all",), "--all needs a folder"),
        (("--all", "--output", "-"), "--all needs a folder"),
        (("--all", "KL101", "--output", "pages"), "--all writes every page, not 'KL101' alone"),
        (("--all", "--output", "file"), "cannot make the folder file: File exists"),
    ],
)
def test_all_pages_need_a_folder(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], error: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    result = klcli("explain", *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"error: {error}\nhint: ")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_unknown_page(klcli: Klcli) -> None:
    result = klcli("explain", "logvra")
    assert (result.status, result.out) == (2, "")
    assert result.err == "error: there is no page for 'logvra'\nhint: did you mean 'logvar'?\n"
