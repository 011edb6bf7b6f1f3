"""``klcli lint``: what each format is asked for by, and that other commands do not have those of findings."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from klcli.cli.formats import FINDING_FORMATS
from tests.cli.conftest import Klcli

GOOD = "def kl(mu, logvar):\n    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()\n"
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()\n"
LINE = r"bad\.py:2:\d+: KL101 \[error\] .*\n"
COMPUTE = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path


def test_text(klcli: Klcli) -> None:
    """What is wrong where, then the terms that were asked for, and at the end the sum of it."""
    result = klcli("lint", "good.py", "bad.py", "--show-terms")
    assert result.status == 1
    found, terms, total = result.out.split("\n\n")
    assert re.match(
        r"KL101 factor 2 lost on the log\nerror: .*\n --> bad.py:2:\d+\n  \|\n2 \|     return", found
    )
    assert re.search(r"^  \|     +\^+$", found, re.MULTILINE)
    assert found.endswith("\nhelp: klcli explain KL101")
    assert re.match(r"terms\n  bad.py:2    KL term: wrong, .*\n  good.py:2   KL term: right, .*$", terms)
    assert total == "1 finding (1 error) in 2 files; 2 KL terms and 0 samples recognised\n"


@pytest.mark.parametrize(
    "name", ["text", "concise", "json", "csv", "markdown", "latex", "html", "sarif", "github", "junit"]
)
def test_conditions_are_notes_in_every_format(klcli: Klcli, name: str) -> None:
    """For those who ask for notes; a stopped gradient is a warning, which nobody has to ask for."""
    Path("eps.py").write_text(GOOD.replace("1 + logvar", "1 + torch.log(logvar.exp() + 1e-8)"))
    Path("stop.py").write_text(GOOD.replace("1 + logvar", "1 + logvar.detach()"))
    bare, asked = (klcli("lint", "eps.py", *more, "--format", name) for more in ((), ("--notes",)))
    assert (bare.status, asked.status) == (0, 0)
    assert ("KL211" in bare.out, "KL211" in asked.out) == (False, True)
    assert "relative to 1 + KL" in asked.out
    stopped = klcli("lint", "stop.py", "--format", name)
    assert (stopped.status, "KL134" in stopped.out) == (1, True)


def test_a_term_carries_its_conditions(klcli: Klcli) -> None:
    Path("eps.py").write_text(GOOD.replace("1 + logvar", "1 + torch.log(logvar.exp() + 1e-3)"))
    (term,) = json.loads(klcli("lint", "eps.py", "--json").out)["terms"]
    (condition,) = term["conditions"]
    assert (condition["kind"], condition["passes"]) == ("small-number", False)
    own = json.loads(
        klcli("verify", "-0.5 * (1 + log(exp(logvar) + 1e-3) - mu**2 - exp(logvar))", "--json").out
    )
    assert [one["passes"] for one in own["conditions"]] == [False]


def test_each_format(klcli: Klcli) -> None:
    """Before and after the command's name; the status is that of the findings."""
    for name in FINDING_FORMATS:
        after, before = klcli("lint", "bad.py", "--format", name), klcli("--format", name, "lint", "bad.py")
        assert (after.status, after.err) == (1, "")
        assert after == before
    assert re.fullmatch(LINE, klcli("lint", "bad.py", "--format", "concise").out)
    assert re.fullmatch(LINE, klcli("lint", "bad.py", "-q").out)
    assert klcli("lint", "bad.py", "--format", "github").out.startswith("::error file=bad.py,line=2,")
    assert (
        json.loads(klcli("lint", "bad.py", "--format", "sarif").out)["runs"][0]["results"][0]["ruleId"]
        == "KL101"
    )
    assert ElementTree.fromstring(klcli("lint", "bad.py", "--format", "junit").out).get("failures") == "1"
    assert klcli("lint", "bad.py", "--format", "markdown").out.startswith(
        "## KL101 factor 2 lost on the log\n"
    )
    (row,) = csv.DictReader(StringIO(klcli("lint", "bad.py", "--format", "csv").out))
    assert (row["path"], row["line"], row["code"]) == ("bad.py", "2", "KL101")


def test_nothing_found_is_nothing_said(klcli: Klcli) -> None:
    for options in (("--format", "concise"), ("--format", "github"), ("-q",)):
        result = klcli("lint", "good.py", *options)
        assert (result.status, result.out, result.err) == (0, "", "")
    assert klcli("lint", "good.py", "--format", "csv").out.startswith("path,line,column,")
    assert json.loads(klcli("lint", "good.py", "--format", "sarif").out)["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("name", "start"), [("out.sarif", "{"), ("out.xml", "<?xml"), ("out.md", "## KL101")]
)
def test_the_ending_of_a_file_chooses(klcli: Klcli, project: Path, name: str, start: str) -> None:
    assert klcli("lint", "bad.py", "--output", name).status == 1
    assert (project / name).read_text().startswith(start)


@pytest.mark.parametrize("name", FINDING_FORMATS)
def test_other_commands_have_no_formats_of_findings(klcli: Klcli, name: str) -> None:
    for arguments in ((*COMPUTE, "--format", name), ("--format", name, *COMPUTE)):
        result = klcli(*arguments)
        assert (result.status, result.out) == (2, "")
        assert name in result.err
        assert "hint: one of: text, json, csv, markdown, latex, html\n" in result.err
    assert "this command has no format 'junit'" in klcli(*COMPUTE, "--output", "out.xml").err


def test_names_that_are_no_text(klcli: Klcli, project: Path) -> None:
    """Bytes that are no characters are escaped and do not stop it."""
    (project / "folder").mkdir()
    (project / "folder" / "b\udcff.py").write_text(BAD)
    for name in ("text", "json", "csv", "markdown", "latex", "html", *FINDING_FORMATS):
        result = klcli("lint", "folder", "--format", name)
        assert (result.status, result.err) == (1, "")
    assert klcli("lint", "folder", "-q").out.startswith("folder/b\\udcff.py:2:")
