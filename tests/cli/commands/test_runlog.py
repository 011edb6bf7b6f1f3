"""``klcli runlog``: logs of runs from the command line."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli
from tests.tables.formats.test_event_files import BEGIN, event, simple

RNG = numpy.random.default_rng(8)


def log(path: Path, name: str, values: numpy.ndarray, first: int = 0) -> str:
    lines = [f"{10 * (first + row)},{value!r}" for row, value in enumerate(values.tolist())]
    path.write_text("\n".join([f"Step,{name}", *lines]) + "\n")
    return str(path)


def jumping(size: int = 600) -> numpy.ndarray:
    return numpy.exp(0.3 * RNG.normal(size=size)) * numpy.where(numpy.arange(size) < 400, 0.02, 0.1)


def test_what_it_is_and_where_it_changed(klcli: Klcli, tmp_path: Path) -> None:
    path = log(tmp_path / "run.csv", "run-a - train/objective/kl", jumping())
    result = klcli("runlog", path)
    assert result.status == 0
    text = " ".join(result.out.split())
    assert "in trl (PPO, online DPO): k1 between the policy and the reference, per sequence" in text
    assert "the level changed from 0.0" in text
    assert "at most about 1 in 200 shows one" in text
    found = json.loads(klcli("runlog", path, "--json").out)
    assert found["schema"] == "klcli.runlog/1"
    (change,) = found["series"][0]["changes"]
    assert change["low"] <= 4000 <= change["high"]
    assert (change["before"], change["after"]) == (pytest.approx(0.02, rel=0.1), pytest.approx(0.1, rel=0.1))
    (row,) = csv.DictReader(io.StringIO(klcli("runlog", path, "--format", "csv").out))
    assert (float(row["step"]), row["kind"]) == (change["step"], "step")
    assert klcli("runlog", path, "-q").out == "1\n"


def test_a_run_without_a_change(klcli: Klcli, tmp_path: Path) -> None:
    path = log(tmp_path / "run.csv", "kl", numpy.exp(RNG.normal(size=300)))
    found = json.loads(klcli("runlog", path, "--json").out)["series"][0]
    assert (found["told"], found["changes"]) == (True, [])
    assert klcli("runlog", path, "-q").out == "0\n"


def test_values_below_0_rule_out_estimators_that_have_none(klcli: Klcli, tmp_path: Path) -> None:
    """trl's GRPO logs k3, which is never negative."""
    for values, trainers in ((numpy.full(9, 0.1), 3), (numpy.linspace(-0.1, 0.1, 9), 2)):
        found = json.loads(klcli("runlog", log(tmp_path / "r.csv", "train/kl", values), "--json").out)
        assert len(found["series"][0]["meanings"]) == trainers
        assert bool(found["warnings"]) == (trainers == 2)
    assert "below 0, which a KL never is" in found["warnings"][0]


def test_a_run_that_was_taken_up_again(klcli: Klcli, tmp_path: Path) -> None:
    values = jumping()
    paths = [log(tmp_path / "a.csv", "kl", values[:250]), log(tmp_path / "b.csv", "kl", values[250:], 250)]
    whole = klcli("runlog", log(tmp_path / "c.csv", "kl", values), "--format", "csv").out
    assert klcli("runlog", *paths, "--format", "csv").out == whole


def test_a_column_that_is_named(klcli: Klcli, tmp_path: Path) -> None:
    path = log(tmp_path / "r.csv", "divergence_of_mine", numpy.arange(9.0))
    assert klcli("runlog", path, "--column", "divergence_of_mine").status == 0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "no log is given"),
        ("", "is empty"),
        ("step,loss\n1,2\n", "there is no column that is called like a KL"),
        ("step,kl\n1,\n2,\n", "kl has no numbers in"),
        ("step,kl\n1,abc\n", "not a number"),
        ("step,kl\n1,2,3\n", "has 3 fields"),
    ],
)
def test_what_is_no_log(klcli: Klcli, tmp_path: Path, text: str | None, problem: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text or "")
    result = klcli("runlog", *([] if text is None else [str(path)]))
    assert (result.status, result.out) == (2, "")
    assert problem in result.err
    assert "hint: " in result.err


def test_estimate_names_it(klcli: Klcli, tmp_path: Path) -> None:
    path = log(tmp_path / "run.csv", "train/kl", jumping(20))
    result = klcli("estimate", path)
    assert (result.status, "klcli runlog" in result.err) == (2, True)


def test_a_folder_of_event_files_and_what_gzip_packed(klcli: Klcli, tmp_path: Path) -> None:
    values = jumping()
    plain = log(tmp_path / "r.csv", "train/kl", values)
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(Path(plain).read_bytes()))
    (tmp_path / "run").mkdir()
    for number, rows in enumerate((range(250), range(250, 600))):
        data = BEGIN + b"".join(event(10 * row, simple("train/kl", values[row])) for row in rows)
        (tmp_path / "run" / f"events.out.tfevents.17{number}.host").write_bytes(data)
    expected = json.loads(klcli("runlog", plain, "--json").out)["series"][0]["changes"]
    for name in ("r.csv.gz", "run"):
        found = json.loads(klcli("runlog", str(tmp_path / name), "--json").out)["series"][0]["changes"]
        assert [change["step"] for change in found] == [change["step"] for change in expected]
    (tmp_path / "empty").mkdir()
    result = klcli("runlog", str(tmp_path / "empty"))
    assert (result.status, "there is no event file in" in result.err) == (2, True)


@pytest.mark.parametrize("quote", ["", '"'])
def test_nan_is_a_value_and_an_empty_cell_is_none(klcli: Klcli, tmp_path: Path, quote: str) -> None:
    """A run that diverges logs NaN; a step at which nothing is logged has an empty cell, or null."""
    cells = ["0.1"] * 200 + ["", "null"] * 5 + ["NaN", "nan"] * 100
    path = tmp_path / "r.csv"
    lines = [f"{step},{quote}{cell}{quote}" for step, cell in enumerate(cells)]
    path.write_text("\n".join(["step,train/kl", *lines]) + "\n")
    found = json.loads(klcli("runlog", str(path), "--json").out)
    series = found["series"][0]
    assert (series["points"], series["not_finite"]) == (200, 200)
    assert any(
        "200 values are infinite or NaN and left out, the first at step 210" in w for w in found["warnings"]
    )


def test_one_value_that_is_nan(klcli: Klcli, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"step": 1, "kl": 0.5}\n{"step": 2, "kl": NaN}\n')
    result = klcli("runlog", str(tmp_path / "r.jsonl"))
    assert "1 value is infinite or NaN and left out, at step 2" in " ".join(result.out.split())


@pytest.mark.parametrize(
    ("name", "said", "trainers"),
    [
        ("rollout_corr/kl", "in verl: k1 between the engine of rollouts and the policy", ["verl"]),
        ("vae/kl", "under this whole name; where it is what others log as kl: in trl (GRPO)", []),
        ("losses/approx_kl", "in CleanRL: k3 between the old policy and the new one", ["CleanRL"]),
    ],
)
def test_the_whole_name_decides(
    klcli: Klcli, tmp_path: Path, name: str, said: str, trainers: list[str]
) -> None:
    path = log(tmp_path / "r.csv", name, numpy.full(9, 0.1))
    assert said in " ".join(klcli("runlog", path).out.split())
    (series,) = json.loads(klcli("runlog", path, "--json").out)["series"]
    assert [row["trainer"] for row in series["meanings"]] == trainers


def test_each_column_that_is_named_has_to_be_there(klcli: Klcli, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("step,kl,other\n1,0.5,2\n")
    assert klcli("runlog", str(log), "--column", "kl", "--column", "other").status == 0
    found = klcli("runlog", str(log), "--column", "kl", "--column", "nope")
    assert found.status == 2
    assert "there is no column 'nope' with numbers" in found.err


def test_one_step_is_no_steps(klcli: Klcli, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("step,kl\n1,0.5\n")
    out = klcli("runlog", str(log)).out
    assert "1 to 1, 1 value " in out
    assert "it takes 96 steps, not 1" in out


def test_a_column_is_named_without_its_run(klcli: Klcli, tmp_path: Path) -> None:
    path = log(tmp_path / "r.csv", "b - objective/kl", numpy.arange(9.0))
    assert klcli("runlog", path, "--column", "objective/kl").status == 0
    assert klcli("runlog", path, "--column", "kl").status == 2


def archive(folder: Path) -> str:
    numpy.savez(folder / "a.npz", kl=numpy.zeros(3))
    return "a.npz"


def bad_line(folder: Path) -> str:
    (folder / "a.jsonl").write_text('{"kl": 1}\n{"kl": \n')
    return "a.jsonl"


def no_rows(folder: Path) -> str:
    (folder / "a.csv").write_text("step,kl\n")
    return "a.csv"


def texts_in_a_folder(folder: Path) -> str:
    (folder / "logs").mkdir()
    log(folder / "logs" / "a.csv", "kl", numpy.arange(9.0))
    return "logs"


@pytest.mark.parametrize(
    ("make", "problem", "hint"),
    [
        (archive, "a.npz holds arrays, and is no log", "klcli latents"),
        (bad_line, "line 2 of", '{"step": 10, "kl": 0.02}'),
        (no_rows, "error: kl has no numbers in", "a row for each step"),
        (texts_in_a_folder, "there is no event file in", "CSV and JSON lines are named one by one"),
    ],
)
def test_what_it_is_in_place_of_a_log(
    klcli: Klcli, tmp_path: Path, make: Callable[[Path], str], problem: str, hint: str
) -> None:
    result = klcli("runlog", str(tmp_path / make(tmp_path)))
    assert (result.status, result.out) == (2, "")
    assert problem in result.err
    assert hint in result.err.split("hint: ")[1]
