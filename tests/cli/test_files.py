"""Numbers from files, in the place of typed lists and matrices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli

FAST = ("--samples", "1000", "--steps", "none")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_same_numbers_from_everywhere(klcli: Klcli, folder: Path) -> None:
    matrix, mean = [[1.5, 0.25], [0.25, 0.75]], [0.5, -0.125]
    numpy.save("s.npy", numpy.array(matrix))
    numpy.save("big.npy", numpy.array(matrix, dtype=">f4", order="F"))
    numpy.save("mu.npy", numpy.array(mean)[:, None])
    (folder / "s.csv").write_text("# a comment\n1.5, 0.25\r\n0.25,0.75\n\n", encoding="utf-8-sig")
    (folder / "mu.csv").write_text("0.5\n-0.125\n")
    texts = [
        "[[1.5, 0.25], [0.25, 0.75]]",
        "[[1.5 0.25]\n [0.25 0.75]]",
        "1.5,0.25; 0.25,0.75",
        "@s.npy",
        "@s.csv",
        "@big.npy",
    ]
    found = {
        klcli("compute", "--mu", mu, "--cov", text, "-q", *FAST).out
        for text in texts
        for mu in ("0.5,-0.125", "@mu.npy", "@mu.csv")
    }
    assert len(found) == 1


def test_decimals_of_a_file_are_exact(klcli: Klcli, folder: Path) -> None:
    (folder / "s.csv").write_text("1.00000000000000000001\n")
    result = klcli("compute", "--mu", "0", "--cov", "@s.csv", "--json", *FAST)
    assert json.loads(result.out)["closed_form"]["value"] == pytest.approx(2.5e-41, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.npy", None, "cannot read none.npy: No such file or directory"),
        ("none.csv", None, "cannot read none.csv: No such file or directory"),
        ("text.npy", b"1,2", "text.npy is no array as numpy.save writes it"),
        ("empty.csv", b"# nothing\n", "there is no number in empty.csv"),
        ("word.csv", b"1,a\n", "line 1 of word.csv must be a number, got 'a'"),
        ("nan.csv", b"1,0\n0,nan\n", "line 2 of nan.csv must be a number, got 'nan'"),
        ("wide.csv", "1,0\n0,1\n".encode("utf-16"), "is not UTF-8"),
        ("ragged.csv", b"1,0\n0\n", "row 2 of the covariance matrix has 1 entries"),
    ],
)
def test_what_is_no_matrix(
    klcli: Klcli, folder: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    result = klcli("compute", "--mu", "0", "--cov", f"@{name}")
    assert result.status == 2
    assert message in result.err
    assert "hint:" in result.err


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (numpy.array([[1.0, numpy.nan], [0.0, 1.0]]), "entry (1, 2) in a.npy is nan"),
        (numpy.array([["a"]]), "no vector or matrix of real numbers"),
        (numpy.zeros((2, 2, 2)), "no vector or matrix of real numbers"),
        (numpy.array([[1j]]), "no vector or matrix of real numbers"),
        (numpy.zeros((0, 0)), "there is no number in a.npy"),
        (numpy.array([{}], dtype=object), "pickled objects are not read"),
    ],
)
def test_arrays_that_are_no_matrix(klcli: Klcli, folder: Path, array: object, message: str) -> None:
    numpy.save("a.npy", array, allow_pickle=True)
    result = klcli("compute", "--mu", "0", "--cov", "@a.npy")
    assert result.status == 2
    assert message in result.err


def test_a_matrix_is_no_list(klcli: Klcli, folder: Path) -> None:
    (folder / "s.csv").write_text("1,0\n0,1\n")
    for text in ("@s.csv", "[[1,0],[0,1]]"):
        result = klcli("compute", "--mu", "0", "--sigma", text)
        assert result.status == 2
        assert "--cov" in result.err
