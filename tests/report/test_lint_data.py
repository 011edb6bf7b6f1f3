"""The data of lint: a finding with its places, in a file and in a notebook, and its record for CSV."""

from __future__ import annotations

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit, Finding, Related
from klcli.lint.source.notebooks import NotebookCell
from klcli.report.lint_data import COLUMNS, alert, finding_row

PLACE = SourceSpan("vae.py", 12, 5, 13, 9)
EDIT = Edit(PLACE, "b")


def finding(place: SourceSpan = PLACE, related: Related | None = None, edit: Edit | None = None) -> Finding:
    return Finding(
        place,
        find_mistake("KL101"),
        "error",
        "high",
        "wrong",
        "kl = f(mu, s)",
        "std",
        ("a", "b"),
        related,
        "fix",
        edit,
    )


def test_a_finding_has_its_places_and_words() -> None:
    found = alert(finding(), {})
    data = found.finding
    assert (data.path, data.line, data.column, data.end_line, data.end_column) == ("vae.py", 12, 5, 13, 9)
    assert (data.code, data.severity, data.confidence, data.parameterization, data.fix) == (
        "KL101",
        "error",
        "high",
        "std",
        "fix",
    )
    assert found.rule is find_mistake("KL101")


def test_lines_of_a_notebook_are_those_of_the_cell() -> None:
    cell = NotebookCell(3, 11, 100, 200)
    data = alert(finding(SourceSpan("a.ipynb", 12, 5, 13, 9, cell)), {}).finding
    assert (data.line, data.end_line, data.cell) == (2, 3, 3)


def test_the_other_place_is_one_cell_of_a_record() -> None:
    other = Related(SourceSpan("b.py", 7, 2, 7, 8), "the sample", ("z = mu",))
    row = finding_row(alert(finding(related=other), {}).finding)
    assert tuple(row) == COLUMNS
    assert str(row["related"]).startswith("b.py:7:2")
    assert finding_row(alert(finding(), {}).finding)["related"] is None


def test_an_edit_of_a_file_is_as_it_is_and_that_of_a_notebook_needs_its_file() -> None:
    assert alert(finding(edit=EDIT), {}).edit == EDIT
    cell = NotebookCell(3, 11, 100, 200)
    place = SourceSpan("a.ipynb", 12, 5, 13, 9, cell)
    assert alert(finding(place, edit=Edit(place, "b")), {}).edit is None
