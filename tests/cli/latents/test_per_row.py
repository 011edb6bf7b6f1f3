"""The KL of every example in a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy
import pytest

from klcli.cli.latents import per_row
from klcli.cli.latents.per_row import check_ending, write_rows
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.latents.posterior_blocks import Choice
from klcli.tables.inputs import Input

CHOICE = Choice(None, {}, Gaussian.from_head(0, 1))
MEAN = numpy.random.default_rng(22).normal(size=(30, 3))
MEAN[4, 1] = numpy.nan
KL = 0.5 * (MEAN**2).sum(axis=1)


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Input]:
    monkeypatch.chdir(tmp_path)
    numpy.savez("a.npz", mu=MEAN[:20], logvar=numpy.zeros((20, 3)))
    numpy.savez("b.npz", mu=MEAN[20:], logvar=numpy.zeros((10, 3)))
    return [Input(("a.npz",)), Input(("b.npz",), 1)]


def test_an_array(tables: list[Input]) -> None:
    write_rows("kl.npy", tables, CHOICE)
    numpy.testing.assert_allclose(numpy.load("kl.npy"), KL, rtol=1e-14)


def test_lines(tables: list[Input]) -> None:
    write_rows("kl.CSV", tables, CHOICE)
    head, *lines = Path("kl.CSV").read_text().splitlines()
    rows = [line.split(",") for line in lines]
    assert head == "file,row,kl"
    assert [(file, int(row)) for file, row, _ in rows] == places()
    numpy.testing.assert_allclose([float(kl) for *_, kl in rows], KL, rtol=1e-14)


@pytest.mark.parametrize("group", [1, 1 << 16])
def test_parquet(tables: list[Input], monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(per_row, "_GROUP", group)
    write_rows("kl.parquet", tables, CHOICE)
    found = parquet.read_table("kl.parquet").to_pydict()
    assert list(zip(found["file"], found["row"], strict=True)) == places()
    numpy.testing.assert_allclose(found["kl"], KL, rtol=1e-14)
    assert parquet.ParquetFile("kl.parquet").num_row_groups == (3 if group == 1 else 1)


def places() -> list[tuple[str, int]]:
    return [("a.npz", row + 1) for row in range(20)] + [("b.npz", row + 1) for row in range(10)]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_parquet_of_a_file_whose_name_is_no_text(tables: list[Input]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    os.rename("b.npz", b"\xff.npz")
    write_rows("kl.parquet", [Input(("\udcff.npz",))], CHOICE)
    assert parquet.read_table("kl.parquet").to_pydict()["file"][0] == "\\udcff.npz"


def test_empty_lines_are_counted(tables: list[Input]) -> None:
    Path("t.csv").write_text("mu,logvar\n\n1,0\n \n2,0\n3,0\n")
    write_rows("kl.csv", [Input(("t.csv",))], CHOICE)
    assert Path("kl.csv").read_text() == "file,row,kl\nt.csv,3,0.5\nt.csv,5,2.0\nt.csv,6,4.5\n"


@pytest.mark.parametrize("path", ["kl.txt", "kl", "kl.npz"])
def test_other_endings(path: str) -> None:
    with pytest.raises(KlcliError, match="no format has the ending") as raised:
        check_ending(path)
    assert raised.value.hint == "one of .csv, .npy, .parquet"


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        KlcliError, match=r"kl\.parquet will be a Parquet file, which pyarrow writes"
    ) as raised:
        check_ending("kl.parquet")
    assert raised.value.hint == "pip install 'klcli[parquet]'"
