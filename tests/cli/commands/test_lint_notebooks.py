"""``klcli lint`` on notebooks: what it names are cells and their lines, or lines of the file where a format has no cells."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Klcli

SAMPLE = "def draw(mean, s):\n    return mean + K.exp(s) * K.random_normal(shape)\n"
KL = "# the loss\nkl = -0.5 * K.sum(1 + s - K.square(mean) - K.exp(s), axis=-1)\nz = draw(mean, s)\n"
WRONG = "kl = -0.5 * torch.sum(1 + 2 * s - mu ** 2 - torch.exp(s))\nloss = error + kl"


def cell(source: str, kind: str = "code") -> dict[str, Any]:
    """A cell, its source in lines as Jupyter writes them."""
    return {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write("n.ipynb", cell("# A model", "markdown"), cell(SAMPLE), cell(KL))
    return tmp_path


def write(name: str, *cells: dict[str, Any]) -> str:
    """A notebook of these cells; its text."""
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    Path(name).write_text(text)
    return text


def test_people_are_told_the_cell_and_its_line(klcli: Klcli) -> None:
    message = "the sample reads s as a log standard deviation, the KL in line 2 of cell 3 as a log-variance"
    text = klcli("lint", "n.ipynb", "--show-terms").out
    assert f"warning: {message}\n --> n.ipynb:cell 2:2:12\n" in text
    assert "\n2 |     return mean + K.exp(s)" in text
    assert "\n ::: n.ipynb:cell 3:2:1\n" in text
    assert "\n  n.ipynb:cell 2:2   sample: " in text
    assert "\n  n.ipynb:cell 3:2   KL term: " in text
    assert klcli("lint", "n.ipynb", "-q").out == f"n.ipynb:cell 2:2:12: KL201 [warning] {message}\n"
    assert ">n.ipynb:cell 2:2:12: the sample" in klcli("lint", "n.ipynb", "--format", "junit").out
    assert " --> n.ipynb:cell 2:2:12\n" in klcli("lint", "n.ipynb", "--format", "markdown").out


def test_numbers_of_lines_are_those_of_the_cell(klcli: Klcli) -> None:
    data = json.loads(klcli("lint", "n.ipynb", "--json").out)
    (found,) = data["findings"]
    assert [found[key] for key in ("cell", "line", "end_line")] == [2, 2, 2]
    assert [found["related"][key] for key in ("cell", "line", "end_line")] == [3, 2, 2]
    assert [(term["cell"], term["line"], term["end_line"]) for term in data["terms"]] == [
        (2, 2, 2),
        (3, 2, 2),
    ]
    (row,) = csv.DictReader(StringIO(klcli("lint", "n.ipynb", "--format", "csv").out))
    assert (row["cell"], row["line"], row["related"]) == ("2", "2", "n.ipynb:cell 3:2:1")
    Path("m.py").write_text(f"{SAMPLE}\n{KL}")
    (found,) = json.loads(klcli("lint", "m.py", "--json").out)["findings"]
    assert (found["cell"], found["line"], found["related"]["cell"]) == (None, 2, None)


def test_tools_that_know_files_are_told_the_lines_of_the_file(klcli: Klcli) -> None:
    """Code scanning and pull requests show the JSON as it is."""
    lines = Path("n.ipynb").read_text().split("\n")
    (result,) = json.loads(klcli("lint", "n.ipynb", "--format", "sarif").out)["runs"][0]["results"]
    assert result["message"]["text"].startswith("cell 2, line 2: the sample reads s ")
    region = result["locations"][0]["physicalLocation"]["region"]
    code = lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]
    assert code == "mean + K.exp(s) * K.random_normal(shape)"
    region = result["relatedLocations"][0]["physicalLocation"]["region"]
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 :].startswith("kl = -0.5 * K.sum(")
    command, _, message = klcli("lint", "n.ipynb", "--format", "github").out[2:].partition("::")
    number = int(command.split("line=")[1].split(",")[0])
    assert "return mean + K.exp(s)" in lines[number - 1]
    assert message.startswith("cell 2, line 2: the sample reads s ")


def test_a_fix_in_sarif_is_one_of_the_file(klcli: Klcli) -> None:
    lines = write("w.ipynb", cell(WRONG.replace("mu ** 2", "mu['é'] ** 2"))).split("\n")
    (result,) = json.loads(klcli("lint", "w.ipynb", "--format", "sarif").out)["runs"][0]["results"]
    ((change,),) = (each["replacements"] for each in result["fixes"][0]["artifactChanges"])
    region, line = change["deletedRegion"], lines[change["deletedRegion"]["startLine"] - 1]
    begin, end = region["startColumn"] - 1, region["endColumn"] - 1
    mended = line[:begin] + change["insertedContent"]["text"] + line[end:]
    assert (
        mended.strip() == r'"kl = -0.5 * torch.sum(1 + s - mu[' + r"'\u00e9'] ** 2 - torch.exp(s))\n" + '",'
    )


def test_what_is_accepted_stays_so_when_another_cell_grows(klcli: Klcli) -> None:
    klcli("lint", "n.ipynb", "--write-baseline", "kl.json")
    accepted = Path("kl.json").read_text()
    marks = [klcli("lint", "n.ipynb", "--format", "sarif").out.split('"klcli/v1": ')[1][:34]]
    write("n.ipynb", cell("x = 1\n" * 9), cell("y = 2"), cell(SAMPLE), cell(KL))
    assert klcli("lint", "n.ipynb", "--baseline", "kl.json").status == 0
    marks.append(klcli("lint", "n.ipynb", "--format", "sarif").out.split('"klcli/v1": ')[1][:34])
    klcli("lint", "n.ipynb", "--write-baseline", "kl.json")
    assert Path("kl.json").read_text() == accepted
    assert marks[0] == marks[1]


def test_notebooks_of_the_third_format_are_mended_too(klcli: Klcli) -> None:
    code = {
        "cell_type": "code",
        "input": WRONG.splitlines(keepends=True),
        "language": "python",
        "outputs": [],
    }
    sheets = [{"cells": [{"cell_type": "heading", "level": 1, "source": ["A"]}]}, {"cells": [code]}]
    raw = json.dumps({"nbformat": 3, "metadata": {"name": ""}, "worksheets": sheets}, indent=1)
    Path("old.ipynb").write_text(raw)
    assert klcli("lint", "old.ipynb", "-q").out.startswith("old.ipynb:cell 2:1:1: KL102")
    assert klcli("lint", "old.ipynb", "--fix").err == "fixed 1 of 1 finding in 1 file\n"
    assert Path("old.ipynb").read_text() == raw.replace("1 + 2 * s", "1 + s")
