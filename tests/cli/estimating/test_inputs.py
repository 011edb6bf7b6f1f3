"""What names tables for `klcli estimate`: files, folders, and files side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from klcli.cli.estimating.inputs import inputs
from klcli.errors import KlcliError
from klcli.tables.log_ratio_columns import RatioColumns


def test_a_folder_is_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.csv", "a.npz", "notes.txt", "deep/c.jsonl.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = inputs([str(tmp_path)], RatioColumns())
    assert [Path(table.paths[0]).name for table in found.tables] == ["a.npz", "b.csv", "c.jsonl.gz"]
    assert [table.order for table in found.tables] == [0, 1, 2]
    assert found.name == f"3 files of {tmp_path}"


def test_columns_without_a_table_are_files(tmp_path: Path) -> None:
    q, p = tmp_path / "q.npy", tmp_path / "p.npy"
    for path in (q, p):
        path.write_bytes(b"")
    found = inputs([], RatioColumns(str(q), str(p)))
    assert (found.tables[0].paths, found.columns, found.name) == ((str(q), str(p)), RatioColumns(), None)


@pytest.mark.parametrize(
    ("paths", "columns", "mask", "problem"),
    [
        ([], RatioColumns(), None, "no table is given"),
        ([], RatioColumns("q.npy"), None, "no table is given"),
        ([], RatioColumns("log_q", "log_p"), None, "--log-q log_q is no file"),
        (["-", "a.csv"], RatioColumns(), None, "standard input can be read once"),
        ([], RatioColumns("-", "-"), None, "standard input can be read once"),
        (["a.csv"], RatioColumns(), "mask.npy", "--mask is a file beside those of --log-q and --log-p"),
    ],
)
def test_what_names_no_table(paths: list[str], columns: RatioColumns, mask: str | None, problem: str) -> None:
    with pytest.raises(KlcliError, match=problem):
        inputs(paths, columns, mask)
