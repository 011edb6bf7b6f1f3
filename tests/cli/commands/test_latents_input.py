"""Input that `klcli latents` cannot read, or that is not what it seems: one clear error, or a word of it."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli

RNG = numpy.random.default_rng(23)
MEAN = RNG.normal(size=(20, 2))
ZEROS = numpy.zeros((20, 2))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mixed() -> None:
    Path("d").mkdir()
    numpy.savez("d/a.npz", mu=MEAN, logvar=ZEROS)
    Path("d/run.csv").write_text("step,loss\n1,2\n")
    Path("d/notes.txt").write_text("not read")


def no_width() -> None:
    numpy.savez("e.npz", mu=MEAN[:, :0], logvar=ZEROS[:, :0])


def gapped() -> None:
    Path("e.csv").write_text("mu_0,mu_2,logvar_0,logvar_2\n1,2,0,0\n")


def only_means() -> None:
    numpy.savez("e.npz", mu=MEAN)


def twice() -> None:
    Path("e.csv").write_text("mu,mu,logvar\n1,2,0\n")


def records() -> None:
    numpy.save("e.npy", numpy.zeros(5, [("mu", "f8"), ("logvar", "f8")]))


def many() -> None:
    names = ",".join(f"{name}_{j}" for name in ("mu", "logvar") for j in range(100_000))
    Path("e.csv").write_text(names + "\n" + ",".join(["0"] * 200_000) + "\n")


@pytest.mark.parametrize(
    ("make", "path", "message"),
    [
        (mixed, "d", "d/run.csv: which array is the means?"),
        (no_width, "e.npz", "mu has no numbers in a row"),
        (gapped, "e.csv", "mu_1 is missing"),
        (only_means, "e.npz", "e.npz: which array is the spreads?"),
        (twice, "e.csv", "e.csv has two columns called 'mu'"),
        (records, "e.npy", "named fields and pickled objects are not read"),
        (many, "e.csv", "line 1 of e.csv is longer than 1,048,576 bytes"),
        (lambda: None, "no/such/folder/", "No such file"),
    ],
)
def test_one_clear_error(klcli: Klcli, make: Callable[[], None], path: str, message: str) -> None:
    make()
    result = klcli("latents", path)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "hint: " in result.err


def test_half_of_a_pair(klcli: Klcli) -> None:
    only_means()
    assert "--mean e.npz --logvar FILE" in klcli("latents", "e.npz").err
    Path("d").mkdir()
    numpy.save("d/logvar.npy", ZEROS)
    assert "--mean FILE --logvar d/logvar.npy" in klcli("latents", "d").err


@pytest.mark.parametrize(
    ("library", "extra", "begin"), [("pyarrow", "parquet", b"PAR1"), ("h5py", "hdf5", b"\x89HDF\r\n\x1a\n")]
)
def test_an_extra_that_is_missing(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, library: str, extra: str, begin: bytes
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    Path("e").write_bytes(begin + bytes(99))
    result = klcli("latents", "e")
    assert result.status == 2
    assert f"hint: pip install 'klcli[{extra}]'" in result.err


def test_dask_that_is_missing(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    only_means()
    result = klcli("latents", "e.npz", "--engine", "dask", "--scheduler", "tcp://host:1")
    assert result.status == 2
    assert "hint: pip install 'klcli[dask]'" in result.err


def test_a_file_that_is_gone_when_its_turn_comes(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    numpy.savez("a.npz", mu=MEAN, logvar=ZEROS)
    os.symlink("a.npz", "b.npz")
    monkeypatch.setattr("klcli.cli.table_sources.size_of", lambda tables: os.unlink("a.npz") or 0)
    result = klcli("latents", "a.npz", "b.npz")
    assert result.status == 2
    assert "cannot read a.npz: No such file" in result.err


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize("option", [(), ("--marginal",), ("--per-row", "kl.csv")])
def test_a_pipe_is_read_once(klcli: Klcli, option: tuple[str, ...]) -> None:
    os.mkfifo("pipe")
    text = "mu_0,mu_1,logvar_0,logvar_1\n1,2,0,0\n3,4,0,0\n"
    if option:
        result = klcli("latents", "pipe", *option)
        assert result.status == 2
        assert "pipe is a pipe, which can be read once" in result.err
        return
    writer = threading.Thread(target=Path("pipe").write_text, args=(text,))
    writer.start()
    result = klcli("latents", "pipe", "-q")
    writer.join()
    assert (result.status, result.out) == (0, "7.5\n")


@pytest.mark.parametrize(
    "name", ["a b.npz", "\N{GREEK SMALL LETTER MU} \N{SNOWMAN}.npz", "a\nb.npz", "-x.npz"]
)
def test_names_of_files(klcli: Klcli, name: str) -> None:
    numpy.savez(name, mu=MEAN, logvar=ZEROS)
    found = json.loads(klcli("latents", "--json", "--", name).out)
    assert found["kl"]["mean"] == pytest.approx(0.5 * (MEAN**2).sum() / 20, rel=1e-13)
    assert found["input"]["files"] == [name]


def test_columns_in_any_order(klcli: Klcli) -> None:
    """mu_10 stands before mu_2: each mean meets the spread of its number."""
    mean, head = RNG.normal(size=(7, 12)), RNG.normal(size=(7, 12))
    columns = {f"mu_{j}": mean[:, j] for j in range(12)} | {f"logvar_{j}": head[:, j] for j in range(12)}
    names = sorted(columns)  # as texts
    lines = [",".join(names)] + [",".join(repr(float(columns[name][i])) for name in names) for i in range(7)]
    Path("e.csv").write_text("\n".join(lines))
    found = json.loads(klcli("latents", "e.csv", "--json").out)
    expected = 0.5 * (numpy.exp(head) - 1 - head + mean**2).mean(axis=0)
    assert [row["kl"] for row in found["latents"]] == pytest.approx(expected.tolist(), rel=1e-12)


def test_bad_rows_behind_empty_lines(klcli: Klcli) -> None:
    Path("e.csv").write_text("mu,logvar\n1,0\n\n   \n2,0\nnan,0\n")
    (row,) = json.loads(klcli("latents", "e.csv", "--json").out)["bad_rows"]["first"]
    assert row == {"file": "e.csv", "row": 6, "column": "mean 1", "why": "NaN"}


def test_one_example(klcli: Klcli) -> None:
    numpy.savez("e.npz", mu=numpy.array([[1.0, 0.0]]), logvar=numpy.zeros((1, 2)))
    result = klcli("latents", "e.npz", "--json")
    found = json.loads(result.out)
    assert found["verdict"] == (
        "0.5 nats for the only example; 1 has collapsed to the prior (KL below 0.01 nats); "
        "it takes more to see what is active"
    )
    assert (found["kl"]["standard_error"], found["active_units"], found["dead_units"]) == (None, 0, 0)


def test_kinds_of_numbers(klcli: Klcli) -> None:
    """Half precision, big-endian, whole numbers: each array has its own."""
    numpy.savez("e.npz", mu=MEAN.astype("f2"), logvar=numpy.ones((20, 2), ">f8"))
    expected = 0.5 * (numpy.e - 2 + MEAN.astype("f2").astype("f8") ** 2).sum() / 20
    assert float(klcli("latents", "e.npz", "-q").out) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--per-row", "./e.csv"), "--per-row would overwrite e.csv, which is read"),
        (("--output", "link.csv"), "--output would overwrite e.csv, which is read"),
        (("--per-row", "out.csv", "--output", "./out.csv"), "--per-row and --output are the same file"),
    ],
)
def test_what_is_read_is_not_overwritten(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    text = "mu,logvar\n1,0\n2,0\n"
    Path("e.csv").write_text(text)
    Path("link.csv").symlink_to("e.csv")
    result = klcli("latents", "e.csv", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "hint: " in result.err
    assert (Path("e.csv").read_text(), Path("out.csv").exists()) == (text, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--max-collapsed", "40"), "--max-collapsed must be a number from 0 to 1, got 40"),
        (("--min-active", "2.5"), "--min-active must be a whole number"),
    ],
)
def test_a_share_and_a_count(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    numpy.savez("e.npz", mu=MEAN, logvar=ZEROS)
    result = klcli("latents", "e.npz", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "hint: for example" in result.err


def test_a_single_latent(klcli: Klcli) -> None:
    numpy.savez("e.npz", mu=MEAN[:, :1], logvar=ZEROS[:, :1])
    assert " 1 latent: mean mu" in klcli("latents", "e.npz").out


def test_priors_in_a_file_that_are_not_used(klcli: Klcli) -> None:
    numpy.savez("e.npz", mus=MEAN, logvars=ZEROS, prior_mu=MEAN, prior_logvar=ZEROS)
    remark = "prior_mu and prior_logvar are not used; --prior-arrays prior_mu,prior_logvar reads them"
    assert json.loads(klcli("latents", "e.npz", "--json").out)["warnings"] == [remark]
    own = klcli("latents", "e.npz", "--prior-arrays", "prior_mu,prior_logvar", "--json").out
    assert json.loads(own)["warnings"] == []
