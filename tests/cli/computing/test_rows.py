"""``klcli compute --rows``: a divergence for each row of a file, and rows that are none."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import mpmath
import pytest

from tests import reference
from tests.cli.conftest import Klcli

ROWS = """\
name,mu,sigma,prior-sigma,max
a,0.3,1.2,,0.1
b,"0.3,-1",1.2 0.9,2,
c,0.3,-2,,
d,0,1e-170,,5
"""


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return str(path)


def test_every_row_has_its_value(klcli: Klcli, rows: str) -> None:
    result = klcli("compute", "--rows", rows, "--json")
    found = json.loads(result.out)
    assert (found["schema"], found["unit"]) == ("klcli.compute-rows/1", "nats")
    with mpmath.workdps(40):
        kl = reference.kl
        a = kl(mpmath.mpf("0.3"), mpmath.mpf("1.2"))
        b = kl(mpmath.mpf("0.3"), mpmath.mpf("1.2"), 0, 2) + kl(-1, mpmath.mpf("0.9"), 0, 2)
        d = kl(0, mpmath.mpf("1e-170"))
    assert [row["value"] for row in found["rows"]] == [float(a), float(b), None, float(d)]
    assert [row["name"] for row in found["rows"]] == list("abcd")
    assert [row["line"] for row in found["rows"]] == [2, 3, 4, 5]
    assert found["rows"][2]["error"] == "sigma must be > 0, got -2"
    assert found["summary"] == {"rows": 4, "computed": 3, "failed": 1, "unreadable": 1}
    assert [row["limits"] and row["limits"]["holds"] for row in found["rows"]] == [True, None, None, False]
    assert "line 4: sigma must be > 0" in result.err
    assert result.status == 1, "a limit that fails goes before a row that cannot be read"


def test_rows_in_the_other_formats(klcli: Klcli, rows: str) -> None:
    table = list(csv.DictReader(io.StringIO(klcli("compute", "--rows", rows, "--format", "csv").out)))
    assert [row["holds"] for row in table] == ["true", "", "", "false"]
    assert klcli("compute", "--rows", rows, "-q").out.splitlines()[2] == "error"
    text = klcli("compute", "--rows", rows).out
    assert "3 of 4 rows computed, 1 beyond a limit" in text
    assert "| a" in klcli("compute", "--rows", rows, "--format", "markdown").out


def test_options_hold_for_all_rows(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"sigma": 1.44}\n{"sigma": 4, "mu": [1, 2], "param": "std"}\n')
    found = json.loads(
        klcli("compute", "--rows", str(path), "--mu", "0.3", "--param", "var", "--unit", "bits", "--json").out
    )
    with mpmath.workdps(40):
        nats = [
            reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2")),
            reference.kl(1, 4) + reference.kl(2, 4),
        ]
        assert [row["value"] for row in found["rows"]] == [float(one / mpmath.log(2)) for one in nats]


def test_a_row_that_cannot_be_read_is_status_2(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("mu,sigma\n0,1\nx,1\n")
    assert klcli("compute", "--rows", str(path), "-q").status == 2


@pytest.mark.parametrize(
    ("text", "options", "message", "hint"),
    [
        ("mu,sigmma\n1,2\n", (), "no column 'sigmma' is known", "did you mean 'sigma'?"),
        ("", (), "there is no row", "mu"),
        ("mu,sigma\n", (), "there is no row", "mu"),
        ("mu,sigma\n1,1\n", ("--reverse",), "without --reverse", "leave --reverse out"),
        ("mu,sigma\n1,1\n", ("--cov", "[[1]]"), "without --cov", "leave --cov out"),
        ("mu,sigma\n1,1\n", ("--prior", "t(3)"), "without --prior", "leave --prior out"),
    ],
)
def test_what_means_nothing(
    klcli: Klcli, tmp_path: Path, text: str, options: tuple[str, ...], message: str, hint: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    result = klcli("compute", "--rows", str(path), *options)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err


def test_no_row_names_a_file(klcli: Klcli, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("1\n")
    path = tmp_path / "rows.csv"
    path.write_text(f"mu,sigma\n@{tmp_path / 'secret.csv'},1\n")
    result = klcli("compute", "--rows", str(path), "--json")
    assert json.loads(result.out)["rows"][0]["value"] is None
    assert "a row names no file" in result.err
