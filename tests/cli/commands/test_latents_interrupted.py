"""Ctrl-C in the middle of `klcli latents`: what was found so far is said, and said to be so far."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest

from klcli.latents import many_tables, table_passes
from klcli.latents.statistics import Statistics
from tests.cli.conftest import Klcli
from tests.cli.ending import output_of
from tests.tables.sources import npy

ROWS = 40_000
"""Of two latents: several of the 256 KiB that are read of a CSV file at once."""
MEAN = numpy.random.default_rng(21).normal(size=(ROWS, 2)).round(6)
KL = 0.5 * (MEAN**2).sum(axis=1)
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")


def table(path: Path) -> None:
    lines = (f"{a},{b},0,0\n" for a, b in MEAN.tolist())
    path.write_text("mu_0,mu_1,logvar_0,logvar_1\n" + "".join(lines))


def pressed_at(monkeypatch: pytest.MonkeyPatch, calls: int, step: str = "_put") -> None:
    """A Ctrl-C in the middle of an addition: some of the sums have the block, and some do not."""
    add, made = getattr(Statistics, step), []

    def torn(self: Statistics, *values: Any) -> None:
        made.append(1)
        if len(made) == calls:
            self.examples += 1
            raise KeyboardInterrupt
        add(self, *values)

    monkeypatch.setattr(Statistics, step, torn)


@pytest.mark.parametrize("step", ["_put", "merge"])
def test_what_was_read_before(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    table(tmp_path / "t.csv")
    monkeypatch.setattr(many_tables, "_AT_ONCE", 1)
    pressed_at(monkeypatch, 3, step)
    result = klcli("latents", str(tmp_path / "t.csv"), "--json", "--min-kl", "30")
    found = json.loads(result.out)
    count = found["examples"]
    assert result.status == 130
    assert result.err == "interrupted\n"
    assert 0 < count < ROWS
    assert found["complete"] is False
    assert found["checks"] == []
    assert found["kl"]["mean"] == pytest.approx(KL[:count].mean(), rel=1e-12)
    assert found["verdict"].startswith(f"interrupted after {count:,} examples: ")
    assert f"interrupted after {count:,} examples: the rest was not read" in found["warnings"]


def test_nothing_was_read_before(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(tmp_path / "t.csv")
    pressed_at(monkeypatch, 1)
    result = klcli("latents", str(tmp_path / "t.csv"))
    assert (result.status, result.out, result.err) == (130, "", "interrupted\n")


def test_files_that_were_read_before(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        numpy.savez(tmp_path / f"{name}.npz", mu=MEAN[:100], logvar=numpy.zeros((100, 2)))
    pressed_at(monkeypatch, 2)
    found = json.loads(klcli("latents", str(tmp_path), "--json", "--per-row", str(tmp_path / "kl.npy")).out)
    assert (found["examples"], found["complete"]) == (100, False)
    assert not (tmp_path / "kl.npy").exists()


def test_the_second_pass(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is taken by the bound, which the first pass has found."""

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(table_passes, "mixture", pressed)
    table(tmp_path / "t.csv")
    result = klcli("latents", str(tmp_path / "t.csv"), "--marginal", "--json")
    found = json.loads(result.out)
    assert (result.status, found["examples"], found["complete"]) == (130, ROWS, False)
    assert found["marginal_kl"]["kind"] == "lower bound"
    assert "bounds stand in the place of what the second pass estimates" in found["warnings"][0]
    assert not found["verdict"].startswith("interrupted")


def started(arguments: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "klcli", "latents", *arguments, "--json"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def test_a_pipe_that_is_silent(tmp_path: Path) -> None:
    pipe, heads, rows = tmp_path / "pipe", tmp_path / "lv.npy", many_tables._AT_ONCE // 32
    os.mkfifo(pipe)
    numpy.save(heads, numpy.zeros((2 * rows, 32), "f2"))
    running = started(["--mean", str(pipe), "--logvar", str(heads)])
    with pipe.open("wb") as file:
        means = npy(numpy.ones((2 * rows, 32), "f2"))
        file.write(means[: len(means) * 3 // 4])
        file.flush()
        time.sleep(0.5)
        os.killpg(running.pid, signal.SIGINT)
        out, err = output_of(running)
    found = json.loads(out)
    assert (running.returncode, err) == (130, "interrupted\n")
    assert (found["kl"]["mean"], found["complete"]) == (16, False)
    assert rows <= found["examples"] <= 2 * rows


def test_processes(tmp_path: Path) -> None:
    names = [f"{name}.npz" for name in "abc"]
    for name in names:
        numpy.savez(tmp_path / name, mu=MEAN[:100], logvar=numpy.zeros((100, 2)))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = started([*(str(tmp_path / name) for name in names), str(pipe), "--jobs", "2"])
    with pipe.open("w"):  # as soon as a process reads it, which has finished another file
        time.sleep(1)
        os.killpg(running.pid, signal.SIGINT)
        out, err = output_of(running)
    found = json.loads(out)
    assert (running.returncode, err) == (130, "interrupted\n")
    assert found["complete"] is False
    assert found["examples"] in (100, 200, 300)
    assert found["kl"]["mean"] == pytest.approx(KL[:100].mean(), rel=1e-12)
