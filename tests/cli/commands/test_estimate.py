"""``klcli estimate``: tables that are sound, tables that are broken, and what is said of them."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from math import log
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.cli.conftest import Klcli
from tests.cli.ending import output_of
from tests.reference import exact, kl
from tests.tables.sources import npy

ROWS = 2000
MEAN, SIGMA = 0.3, 1.2
TRUTH = float(kl(exact("0.3"), exact("1.2")))


def samples(rows: int = ROWS, seed: int = 0) -> numpy.ndarray:
    return MEAN + SIGMA * numpy.random.default_rng(seed).normal(size=rows)


def densities(x: numpy.ndarray) -> numpy.ndarray:
    """log q and log p without the constant that both have."""
    return numpy.stack([-(((x - MEAN) / SIGMA) ** 2) / 2 - log(SIGMA), -(x**2) / 2], axis=1)


TABLE = densities(samples())
LOG_RATIOS = TABLE[:, 0] - TABLE[:, 1]


def written(path: Path, rows: numpy.ndarray, header: str = "log_q,log_p") -> str:
    lines = [",".join(map(repr, row)) for row in rows.tolist()]
    path.write_text("\n".join([*([header] if header else []), *lines]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def table(tmp_path: Path) -> str:
    return written(tmp_path / "t.csv", TABLE)


def data(klcli: Klcli, *arguments: str, status: int = 0) -> Any:
    result = klcli("estimate", *arguments, "--json")
    assert (result.status, result.err) == (status, "")
    return json.loads(result.out)


def of(found: Any, name: str) -> Any:
    return next(row for row in found["estimates"] if row["name"] == name)


def feed(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_the_json(klcli: Klcli, table: str) -> None:
    found = data(klcli, table)
    assert list(found) == [
        "schema", "table", "unit", "divergence", "assumption", "estimates", "mean_per_row", "per_row", "effective_size", "mean_ratio",
        "mean_row_ratio", "mean_inverse_ratio", "tail", "unseen", "sign", "infinite_rows", "samples", "status", "problems", "causes",
        "warnings",
    ]  # fmt: skip
    assert found["schema"] == "klcli.estimate/2"
    assert found["table"] == {
        "name": table, "columns": {"log_q": "log_q", "log_p": "log_p"}, "rows": ROWS, "group": None,
        "grouped_rows": None, "skipped_rows": 0, "first_infinite": None, "probabilities": False,
        "suspected_group": None, "files": 1, "copies": None, "variance_inflation": None,
    }  # fmt: skip
    k1 = of(found, "k1")
    assert list(k1) == [
        "name", "formula", "value", "standard_error", "interval", "error_bar", "needed_rows", "unbiased", "remark",
        "as_loss", "in_reward",
    ]  # fmt: skip
    assert k1["value"] == pytest.approx(LOG_RATIOS.mean(), rel=1e-12)
    assert k1["standard_error"] == pytest.approx(LOG_RATIOS.std(ddof=1) / ROWS**0.5, rel=1e-10)
    assert k1["interval"][0] < TRUTH < k1["interval"][1]
    assert of(found, "k2")["interval"] is None
    assert of(found, "k3")["as_loss"]["optimises"] == "KL(p || q)"
    ratios = numpy.exp(-LOG_RATIOS)
    assert found["mean_ratio"]["value"] == pytest.approx(ratios.mean(), rel=1e-12)
    assert found["effective_size"]["rows"] == pytest.approx(ratios.sum() ** 2 / (ratios**2).sum(), rel=1e-12)
    assert found["sign"]["negative_rows"] == (LOG_RATIOS < 0).sum()
    assert (found["sign"]["verdict"], found["status"], found["problems"]) == ("positive", "consistent", [])


def test_every_way_to_give_a_table_gives_the_same(
    klcli: Klcli, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = klcli("estimate", table, "-q").out
    assert float(expected) == pytest.approx(LOG_RATIOS.mean(), rel=1e-13)
    plain = written(tmp_path / "p.csv", TABLE, "")
    other = written(tmp_path / "o.csv", TABLE[:, ::-1], "old,new")
    for order in "CF":
        (tmp_path / f"{order}.npy").write_bytes(npy(numpy.asarray(TABLE, order=order)))
    fields = numpy.zeros(ROWS, dtype=[("ref", "f8"), ("policy", "f8")])
    fields["policy"], fields["ref"] = TABLE.T
    (tmp_path / "s.npy").write_bytes(npy(fields))
    for arguments in (
        (plain,),
        (other, "--log-q", "new", "--log-p", "old"),
        (other, "--log-q", "2", "--log-p", "1"),
        *((str(tmp_path / name),) for name in ("C.npy", "F.npy", "s.npy")),
    ):
        assert klcli("estimate", *arguments, "-q").out == expected
    for path in (table, tmp_path / "C.npy"):
        feed(monkeypatch, Path(path).read_bytes())
        assert klcli("estimate", "-", "-q").out == expected
    ratio = written(tmp_path / "r.csv", LOG_RATIOS[:, None], "l")
    assert klcli("estimate", ratio, "--log-ratio", "l", "-q").out == expected


def test_bits(klcli: Klcli, table: str) -> None:
    nats, bits = data(klcli, table), data(klcli, table, "--unit", "bits")
    assert bits["unit"] == "bits"
    for one, other in zip(nats["estimates"], bits["estimates"], strict=True):
        assert other["value"] == pytest.approx(one["value"] / log(2), rel=1e-15)
        error = one["standard_error"]
        assert other["standard_error"] == (error and pytest.approx(error / log(2), rel=1e-15))
    assert bits["mean_ratio"] == nats["mean_ratio"]
    assert "bits" in klcli("estimate", table, "--unit", "bits").out


def test_samples_of_gaussians(klcli: Klcli, tmp_path: Path) -> None:
    path = written(tmp_path / "z.csv", samples()[:, None], "z")
    found = data(klcli, path, "--mu", "0.3", "--sigma", "1.2")
    assert of(found, "k1")["value"] == pytest.approx(LOG_RATIOS.mean(), rel=1e-12)
    assert found["samples"]["closed_form"] == pytest.approx(TRUTH, rel=1e-15)
    assert abs(found["samples"]["z"]) < 4
    assert found["samples"]["of_q"]["agrees"]
    assert not found["samples"]["of_p"]["agrees"]
    same = data(klcli, path, "--mu", "0.3", "--var", "1.44", "--z", "z", "--prior-sigma", "1")
    assert of(same, "k1")["value"] == pytest.approx(of(found, "k1")["value"], rel=1e-12)


def test_samples_of_several_dimensions(klcli: Klcli, tmp_path: Path) -> None:
    x = numpy.stack([samples(), samples(seed=1)], axis=1)
    path = written(tmp_path / "z.csv", x, "z1,z2")
    found = data(klcli, path, "--mu", "0.3,0.3", "--sigma", "1.2,1.2")
    assert found["samples"]["closed_form"] == pytest.approx(2 * TRUTH, rel=1e-15)
    assert found["table"]["columns"] == {"z1": "z1", "z2": "z2"}
    assert abs(found["samples"]["z"]) < 4


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ("--mu", "0", "--sigma", "1", "--prior-mu", "0.3", "--prior-sigma", "1.2"),
            "samples of p and not of q",
        ),
        (("--mu", "0.3", "--sigma", "1.44"), "no samples of q"),
        (("--mu", "0.3", "--logvar", "1.2"), "no samples of q"),
    ],
)
def test_samples_of_another_gaussian(
    klcli: Klcli, tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    path = written(tmp_path / "z.csv", samples()[:, None], "z")
    found = data(klcli, path, *arguments, status=1)
    assert problem in found["problems"][0]
    assert of(found, "k1")["interval"] is None


def test_columns_that_are_exchanged(klcli: Klcli, table: str) -> None:
    found = data(klcli, table, "--log-q", "log_p", "--log-p", "log_q", status=1)
    assert found["sign"]["verdict"] == "bug"
    assert "are log q and log p swapped (--log-q log_q --log-p log_p)" in found["problems"][0]
    assert of(found, "k1")["error_bar"] == "inconsistent"
    out = klcli("estimate", table, "--log-q", "log_p", "--log-p", "log_q").out
    assert "k1 is negative, and that is a bug and no noise" in out


def test_densities_that_are_not_normalised(klcli: Klcli, tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", TABLE + numpy.array([0.0, -0.5]))
    found = data(klcli, path, status=1)
    assert found["mean_ratio"]["verdict"] == "below"
    assert "not normalised" in found["problems"][0]
    path = written(tmp_path / "t.csv", TABLE + numpy.array([0.0, 0.5]))
    assert data(klcli, path, status=1)["mean_ratio"]["verdict"] == "above"


def test_a_negative_estimate_that_is_noise(klcli: Klcli, tmp_path: Path) -> None:
    z = numpy.random.default_rng(3).normal(size=400)
    rows = numpy.stack([-(z**2) / 2, -((z - 0.01) ** 2) / 2], axis=1)
    rows = (
        rows
        if (rows[:, 0] - rows[:, 1]).mean() < 0
        else numpy.stack([-(z**2) / 2, -((z + 0.01) ** 2) / 2], 1)
    )
    path = written(tmp_path / "t.csv", rows)
    found = data(klcli, path)
    assert found["sign"]["verdict"] == "noise"
    assert "that is noise" in klcli("estimate", path).out
    assert float(klcli("estimate", path, "-q").out) < 0


def test_a_zero_of_p(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("log_q,log_p\n-1,-1.5\n-1,-inf\n-2,-2\n-1,-inf\n")
    found = data(klcli, str(path))
    assert of(found, "k1")["value"] == {"value": None, "status": "infinite"}
    assert of(found, "k1")["error_bar"] == "infinite"
    assert found["infinite_rows"] == 2
    assert "2 of 4 rows, first in line 3" in found["warnings"][0]
    assert klcli("estimate", str(path), "-q").out == "inf\n"


def test_probabilities_are_recognised(klcli: Klcli, tmp_path: Path) -> None:
    found = data(klcli, written(tmp_path / "t.csv", numpy.exp(TABLE - 1)), status=1)
    assert "look like probabilities" in found["warnings"][0]
    assert data(klcli, written(tmp_path / "t.csv", TABLE))["warnings"] == []


def test_missing_numbers(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("log_q,log_p\n-1,-1.5\n-1,\n-2,-2\nNA,-1\n-3,-2.75\n")
    result = klcli("estimate", str(path))
    assert (result.status, result.out) == (2, "")
    assert (
        result.err
        == "error: line 3, column log_p: the number is missing\nhint: --skip-missing leaves such rows out\n"
    )
    found = data(klcli, str(path), "--skip-missing")
    assert (found["table"]["rows"], found["table"]["skipped_rows"]) == (3, 2)
    assert of(found, "k1")["value"] == pytest.approx(0.25 / 3)
    assert found["warnings"] == ["2 rows with missing numbers are left out"]


def test_tokens_of_a_sequence(klcli: Klcli, tmp_path: Path) -> None:
    ids = numpy.repeat(numpy.arange(500), 4)
    lines = [f"s{key},{q!r},{p!r}" for key, (q, p) in zip(ids, TABLE.tolist(), strict=True)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["id,log_q,log_p", *lines]) + "\n")
    found = data(klcli, str(path), "--group", "id")
    sums = LOG_RATIOS.reshape(500, 4).sum(axis=1)
    assert of(found, "k1")["value"] == pytest.approx(sums.mean(), rel=1e-12)
    assert of(found, "k3")["value"] == pytest.approx((numpy.exp(-sums) - 1 + sums).mean(), rel=1e-12)
    assert (found["table"]["rows"], found["table"]["grouped_rows"]) == (500, ROWS)
    assert "2,000 rows added up to 500 samples by id" in klcli("estimate", str(path), "--group", "id").out


def tokens(path: Path, groups: int = 300, seed: int = 0) -> tuple[str, list[numpy.ndarray]]:
    """A table of tokens whose log ratios share an effect of their sequence, and these log ratios."""
    generator = numpy.random.default_rng(seed)
    sizes = generator.integers(4, 12, size=groups)
    ratios = [0.05 + 0.1 * generator.normal() + 0.2 * generator.normal(size=size) for size in sizes]
    lines = ["sequence_id,token_index,log_q,log_p"]
    for number, ratio in enumerate(ratios):
        for token, value in enumerate(ratio.tolist()):
            lines.append(f"s{number},{token},-1.0,{-1.0 - value!r}")
    path.write_text("\n".join(lines) + "\n")
    return str(path), ratios


def test_tokens_are_no_samples(klcli: Klcli, tmp_path: Path) -> None:
    """Row by row the interval covers 64.5 %, and was called valid."""
    path, ratios = tokens(tmp_path / "t.csv")
    result = klcli("estimate", path, "--json")
    found = json.loads(result.out)
    assert result.status == 0
    assert result.err == f"warning: {found['warnings'][0]}\n"
    assert "--group sequence_id adds them up" in result.err
    assert found["table"]["suspected_group"] == "sequence_id"
    assert (
        found["assumption"] == "rows with the same sequence_id are not independent, and each is a sample of q"
    )
    assert {row["error_bar"] for row in found["estimates"]} == {"dependent-rows", "biased"}
    assert all(row["standard_error"] is None and row["interval"] is None for row in found["estimates"])
    assert of(found, "k1")["value"] == pytest.approx(numpy.concatenate(ratios).mean(), rel=1e-9)
    text = klcli("estimate", path).out
    assert "valid" not in text
    assert "±" not in text.split("tail of r")[0].split("effective size")[0].split("error bar", 1)[1]
    assert "independent sample of q" not in text
    assert "--group sequence_id" in text


@pytest.mark.parametrize("ending", ["csv", "jsonl", "npz", "parquet"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_rows_of_one_prompt_are_told_in_every_format(
    klcli: Klcli, tmp_path: Path, ending: str, shuffled: bool
) -> None:
    """In all but CSV the column was not looked at, and the error bar was valid."""
    prompts = numpy.repeat(numpy.arange(ROWS // 4), 4)
    order = numpy.random.default_rng(0).permutation(ROWS) if shuffled else numpy.arange(ROWS)
    columns = {"prompt_id": prompts[order], "log_q": TABLE[:, 0], "log_p": TABLE[:, 1]}
    path = tmp_path / f"t.{ending}"
    if ending == "csv":
        written(path, numpy.stack(list(columns.values()), axis=1), ",".join(columns))
    elif ending == "jsonl":
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    elif ending == "npz":
        numpy.savez(path, **columns)
    else:
        pyarrow = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns), path)
    found = json.loads(klcli("estimate", str(path), "--json").out)
    assert found["table"]["suspected_group"] == "prompt_id"
    assert of(found, "k1")["error_bar"] == "dependent-rows"
    assert of(data(klcli, str(path), "--independent"), "k1")["error_bar"] == "valid"
    if not shuffled:
        assert data(klcli, str(path), "--group", "prompt_id")["table"]["rows"] == ROWS // 4


@pytest.mark.parametrize("ending", ["jsonl", "npz"])
def test_sequences_of_one_prompt_are_told(klcli: Klcli, tmp_path: Path, ending: str) -> None:
    """Four answers to each prompt, which has a KL of its own: taken one by one their error is too small."""
    generator = numpy.random.default_rng(1)
    prompts = numpy.repeat(numpy.arange(150), 4)
    sigma = generator.uniform(0.05, 0.8, 150)[prompts][:, None]
    ratios = sigma**2 / 2 + sigma * generator.normal(size=(600, 50))  # the mean of p/q is 1
    path = tmp_path / f"t.{ending}"
    columns = {"prompt_id": prompts, "log_q": ratios - 2, "log_p": numpy.full(ratios.shape, -2.0)}
    if ending == "npz":
        numpy.savez(path, **columns)
    else:
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    result = klcli("estimate", str(path), "--json")
    found = json.loads(result.out)
    assert found["table"]["suspected_group"] == "prompt_id"
    assert of(found, "k1")["error_bar"] == "dependent-rows"
    assert found["mean_row_ratio"]["verdict"] != "unknown"  # which needs no independence
    assert "--group prompt_id adds them up, --group sequence says they are" in result.err
    error = ratios.mean(axis=1).reshape(150, 4).mean(axis=1).std(ddof=1) / 150**0.5
    grouped = data(klcli, str(path), "--group", "prompt_id")
    assert grouped["mean_per_row"]["standard_error"] == pytest.approx(error, rel=1e-6)
    told = data(klcli, str(path), "--group", "sequence")
    assert told["mean_per_row"]["standard_error"] < 0.7 * error


def test_tokens_that_are_grouped(klcli: Klcli, tmp_path: Path) -> None:
    path, ratios = tokens(tmp_path / "t.csv")
    found = data(klcli, path, "--group", "sequence_id")
    sums = numpy.array([ratio.sum() for ratio in ratios])
    sizes = numpy.array([ratio.size for ratio in ratios])
    k1, mean = of(found, "k1"), found["mean_per_row"]
    assert k1["value"] == pytest.approx(sums.mean(), rel=1e-9)
    assert k1["error_bar"] == "valid"
    assert mean["value"] == pytest.approx(sums.sum() / sizes.sum(), rel=1e-9)
    residuals = sums - mean["value"] * sizes
    error = (len(ratios) / (len(ratios) - 1) * (residuals**2).sum()) ** 0.5 / sizes.sum()
    assert mean["standard_error"] == pytest.approx(error, rel=1e-9)
    assert mean["interval"] == pytest.approx(
        [mean["value"] - 1.96 * error, mean["value"] + 1.96 * error], rel=1e-4
    )
    assert (mean["rows"], mean["groups"]) == (sizes.sum(), 300)
    text = klcli("estimate", path, "--group", "sequence_id").out
    assert "the estimates are of the KL of a whole group" in text
    assert f"per row, of {sizes.sum():,} rows in 300 groups, with cluster-robust errors" in text
    rows = list(csv.DictReader(io.StringIO(klcli("estimate", path, "--group", "1", "--format", "csv").out)))
    assert float(rows[0]["mean_per_row"]) == pytest.approx(mean["value"])
    every = numpy.concatenate(ratios)
    expected = {"k1": every, "k2": every**2 / 2, "k3": numpy.exp(-every) - 1 + every}
    for row, record in zip(found["per_row"], rows, strict=True):
        assert row["value"] == pytest.approx(expected[row["name"]].mean(), rel=1e-9)
        assert float(record["per_row"]) == pytest.approx(row["value"], rel=1e-12)
    assert [row["error_bar"] for row in found["per_row"]] == ["valid", "biased", "few-rows"]


def test_tokens_that_are_said_to_be_independent(klcli: Klcli, tmp_path: Path) -> None:
    path, _ = tokens(tmp_path / "t.csv")
    found = data(klcli, path, "--independent")
    assert (found["table"]["suspected_group"], found["warnings"]) == (None, [])
    assert of(found, "k1")["error_bar"] == "valid"
    grouped = data(klcli, path, "--independent", "--group", "1")
    assert grouped["estimates"] == data(klcli, path, "--group", "1")["estimates"]


def test_rows_that_follow_each_other_and_are_alike(klcli: Klcli, tmp_path: Path) -> None:
    """Eight answers to each prompt, and no column that says so: intervals of 95 % cover 80 %."""
    generator = numpy.random.default_rng(1)
    sequences, answer = numpy.repeat(numpy.arange(1600), 5), numpy.full(8000, -2.0)
    sigma = numpy.repeat(generator.uniform(0.05, 0.8, 200), 40)
    ratios = sigma**2 / 2 + sigma * generator.normal(size=8000)
    path = str(tmp_path / "t.csv")
    for rows in (numpy.arange(8000), generator.permutation(1600)[:, None] * 5 + numpy.arange(5)):
        table = numpy.stack([sequences, answer + ratios[rows.ravel()], answer], axis=1)
        written(Path(path), table, "sequence_id,log_q,log_p")
        result = klcli("estimate", path, "--group", "sequence_id", "--json")
        found = json.loads(result.out)
        if rows.ndim == 2:  # in any other order nothing can be told
            assert (result.err, found["table"]["variance_inflation"]) == ("", None)
            assert of(found, "k1")["error_bar"] == "valid"
            continue
        totals = ratios.reshape(-1, 5).sum(axis=1)
        expected = totals.reshape(-1, 8).sum(axis=1).var(ddof=1) / 8 / totals.var(ddof=1)
        assert found["table"]["variance_inflation"] == pytest.approx(expected, rel=1e-9)
        assert of(found, "k1")["error_bar"] == "dependent-rows"
        assert {row["standard_error"] for row in found["per_row"]} == {None}
        assert found["mean_row_ratio"]["verdict"] == "agrees"  # which needs no independence
        (warning,) = found["warnings"]
        assert (result.status, result.err) == (0, f"warning: {warning}\n")
        assert "alike, as answers to one prompt are" in warning
        assert "--group sequence_id --independent says" in warning
        words = ", if each row is drawn given those before it"
        assert words in klcli("estimate", path, "--group", "sequence_id").out
        assert words not in klcli("estimate", path, "--group", "sequence_id", "--independent").out
        said = data(klcli, path, "--group", "sequence_id", "--independent")
        assert of(said, "k1")["error_bar"] == "valid"
        assert of(said, "k1")["value"] == of(found, "k1")["value"]


def test_rows_that_are_copies(klcli: Klcli, table: str, tmp_path: Path) -> None:
    """Named twice a file is one sample: the interval was too small by the root of 2, and called valid."""
    result = klcli("estimate", table, table, "--json")
    found = json.loads(result.out)
    assert (result.status, found["table"]["copies"], found["table"]["files"]) == (0, 2, 2)
    assert result.err == f"warning: {found['warnings'][0]}\n"
    assert "rows are copies" in result.err
    assert "--independent" in result.err
    assert of(found, "k1")["error_bar"] == "dependent-rows"
    assert found["mean_ratio"]["verdict"] == "unknown"
    assert of(data(klcli, table, table, "--independent"), "k1")["error_bar"] == "valid"
    path, _ = tokens(tmp_path / "t.csv")
    grouped = klcli("estimate", path, path, "--group", "1", "--json")
    assert "sequences are copies" in grouped.err
    assert "--independent" not in grouped.err
    found = json.loads(grouped.out)
    assert (of(found, "k1")["error_bar"], found["mean_row_ratio"]["verdict"]) == ("dependent-rows", "unknown")


def test_what_few_rows_may_have_missed(klcli: Klcli, tmp_path: Path) -> None:
    values = numpy.random.default_rng(0).normal(0.5, 1.0, 499)
    numpy.save(tmp_path / "t.npy", values[:, None])
    found = data(klcli, str(tmp_path / "t.npy"), "--log-ratio", "1", "--unit", "bits")
    level = values.mean() + 1.96 * values.std(ddof=1) / 499**0.5 / (1 - 0.05 ** (1 / 499))
    assert found["unseen"]["log_ratio"] == pytest.approx(level / numpy.log(2), rel=1e-4)
    text = klcli("estimate", str(tmp_path / "t.npy"), "--log-ratio", "1").out
    assert "valid as far as 499 rows tell" in text
    assert f"log q - log p above {level:.3g} nats there" in text
    numpy.save(tmp_path / "t.npy", numpy.append(values, 0.5)[:, None])
    assert "may be missed" not in klcli("estimate", str(tmp_path / "t.npy"), "--log-ratio", "1").out


def test_a_negative_estimate_of_tokens(klcli: Klcli, tmp_path: Path) -> None:
    lines = ["id,log_q,log_p", *(f"{row // 2},-1,-0.999" for row in range(20))]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    assert (
        "k1 is negative, and these rows do not tell whether that is noise" in klcli("estimate", str(path)).out
    )


def test_the_text(klcli: Klcli, table: str) -> None:
    out = klcli("estimate", table).out
    for text in (
        "2,000 samples of q",
        "log q from column log_q, log p from column log_p, natural logarithms",
        "each row is an independent sample of q",
        "no error bar: biased, its mean is not the KL",
        "no error bar: fewer than 5,000 rows",
        "k1 is positive, as a KL is",
        "nothing: noise around 0",
    ):
        assert text in out


@pytest.mark.parametrize("form", ["csv", "markdown", "latex"])
def test_the_other_formats(klcli: Klcli, table: str, form: str) -> None:
    result = klcli("estimate", table, "--format", form)
    assert (result.status, result.err) == (0, "")
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(result.out)))
        assert [row["estimator"] for row in rows] == ["k1", "k2", "k3"]
        assert float(rows[0]["value"]) == pytest.approx(LOG_RATIOS.mean(), rel=1e-12)
        assert (rows[1]["low"], rows[1]["loss_optimises"]) == ("", "KL(q || p)")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no table is given"),
        (("nowhere.csv",), "cannot read nowhere.csv: No such file or directory"),
        (("EMPTY",), "there is no table in "),
        (("a\0b",), "a file name cannot hold a NUL"),
        (("T", "--log-q", "lgo_q"), "there is no column 'lgo_q'"),
        (("T", "--z", "log_q"), "samples need the Gaussian q"),
        (("T", "--mu", "0"), "samples need the Gaussian q"),
        (("T", "--prior-mu", "0"), "samples need the Gaussian q"),
        (("T", "--mu", "0", "--sigma", "1"), "which columns are the samples?"),
        (("T", "--mu", "0", "--sigma", "1", "--log-q", "1"), "--log-q names densities"),
        (("T", "--mu", "0", "--sigma", "1", "--z", "log_q", "--group", "1"), "--group adds up log densities"),
        (("T", "--log-ratio", "1", "--log-p", "2"), "--log-p and --log-ratio are given"),
        (("T", "--unit", "bans"), "--unit cannot be 'bans'"),
    ],
)
def test_wrong_usage(klcli: Klcli, table: str, arguments: tuple[str, ...], message: str) -> None:
    (empty := Path(table).parent / "empty").mkdir()
    paths = {"T": table, "EMPTY": str(empty)}
    result = klcli("estimate", *(paths.get(text, text) for text in arguments))
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"error: {message}") or message in result.err.splitlines()[0]
    assert result.err.splitlines()[1].startswith("hint: ")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("-1,-2\n", "two samples or more; standard input has 1 sample"),
        ("", "standard input has 0 samples"),
        ("-1,-2\n-inf,-2\n", "line 3: log q is -inf"),
        ("-1,-2\ninf,-2\n", "line 3: log q is infinite"),
        ("-1,-2\n-1,inf\n", "line 3: log p is infinite"),
        ("1e308,-1e308\n-1,-2\n", "line 2: log q - log p is beyond the doubles"),
        ("-1,nan\n-1,-2\n", "line 2, column log_p: the number is missing"),
    ],
)
def test_rows_that_are_none(klcli: Klcli, monkeypatch: pytest.MonkeyPatch, rows: str, message: str) -> None:
    feed(monkeypatch, f"log_q,log_p\n{rows}".encode())
    result = klcli("estimate", "-")
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_an_input_that_is_empty_or_closed(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"")
    assert klcli("estimate", "-").err.startswith("error: standard input is empty\n")
    monkeypatch.setattr("sys.stdin", None)
    assert klcli("estimate", "-").err.startswith("error: standard input is closed\n")


def test_an_input_that_breaks_off(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Broken())))
    result = klcli("estimate", "-")
    assert (result.status, result.err.splitlines()[0]) == (
        2,
        "error: cannot read standard input: Input/output error",
    )


PEAK = (
    "import resource, sys; from klcli.cli.main import run\n"
    "try: run(sys.argv[1:])\n"
    "except SystemExit: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)


def peak(command: str) -> int:
    """Peak memory in kB of an estimate whose standard input a shell command writes."""
    program = f"{command} | {sys.executable} -c '{PEAK}' estimate - -q"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    return int(done.stderr)


def test_memory_does_not_grow_with_the_table() -> None:
    """Peak memory of 2 million rows is within 10 MB of that of 200,000; the numbers alone are 32 MB."""
    short, long = (peak(f"yes -- -1.25,-1.5 | head -n {rows}") for rows in (200_000, 2_000_000))
    assert long - short < 10_000


def test_ctrl_c_is_status_130() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "klcli", "estimate", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin
        running.stdin.write(b"log_q,log_p\n-1,-2\n")
        running.stdin.flush()
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        out, err = output_of(running)
    assert (running.returncode, out, err) == (130, b"", b"interrupted\n")


def test_a_table_in_a_named_pipe(tmp_path: Path, table: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = f"cat {table} > {pipe} & {sys.executable} -m klcli estimate {pipe} -q"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert float(done.stdout) == pytest.approx(LOG_RATIOS.mean(), rel=1e-12)


def test_sequences_of_an_archive_are_added_up(klcli: Klcli, tmp_path: Path) -> None:
    """Against numpy: the KL of sequences from their sums, the mean per token beside it."""
    rng = numpy.random.default_rng(14)
    log_q = rng.normal(-2, 1, (300, 12))
    log_p = log_q - 0.02 + 0.2 * rng.normal(size=(300, 12))
    mask = numpy.arange(12) < rng.integers(3, 13, (300, 1))
    numpy.savez(tmp_path / "t.npz", logprobs=log_q, ref_logprobs=log_p, attention_mask=mask)
    with (tmp_path / "t.jsonl").open("w") as file:
        for q, p, m in zip(log_q, log_p, mask, strict=True):
            file.write(json.dumps({"logprobs": q[m].tolist(), "ref_logprobs": p[m].tolist()}) + "\n")
    ratios = numpy.where(mask, log_q - log_p, 0.0)
    for name in ("t.npz", "t.jsonl"):
        data = json.loads(klcli("estimate", str(tmp_path / name), "--json").out)
        assert data["estimates"][0]["value"] == pytest.approx(ratios.sum(axis=1).mean(), rel=1e-12)
        assert data["table"]["grouped_rows"] == mask.sum()


def test_a_table_of_posteriors_is_one_for_latents(klcli: Klcli, tmp_path: Path) -> None:
    numpy.savez(tmp_path / "t.npz", mu=numpy.zeros((9, 2)), logvar=numpy.zeros((9, 2)))
    (tmp_path / "t.csv").write_text("mu_0,mu_1,logvar_0,logvar_1\n0,0,0,0\n0,0,0,0\n")
    for name in ("t.npz", "t.csv"):
        result = klcli("estimate", str(tmp_path / name))
        assert (result.status, "klcli latents TABLE" in result.err) == (2, True)


def test_columns_of_a_trainer_that_may_both_be_log_q(klcli: Klcli, tmp_path: Path) -> None:
    header = "rollout_log_probs,old_log_probs,ref_log_prob"
    path = written(tmp_path / "t.csv", numpy.stack([TABLE[:, 0], TABLE[:, 0], TABLE[:, 1]], axis=1), header)
    result = klcli("estimate", path)
    assert (result.status, "--log-q 1; q is the policy that drew" in result.err) == (2, True)
    assert (
        klcli("estimate", path, "--log-q", "rollout_log_probs", "-q").out
        == repr(of(data(klcli, path, "--log-q", "2"), "k1")["value"]) + "\n"
    )


def test_likelihoods_of_given_texts_are_no_samples(klcli: Klcli, tmp_path: Path) -> None:
    """What lm-evaluation-harness writes with --log_samples: texts, and a nested list of texts of numbers."""
    path = tmp_path / "samples_task.jsonl"
    line = {
        "doc_id": 0,
        "target": "0",
        "resps": [[["-1.5", "False"]], [["-2.5", "True"]]],
        "filtered_resps": [["-1.5", "False"]],
    }
    path.write_text("".join(json.dumps({**line, "doc_id": row}) + "\n" for row in range(3)))
    for arguments in ((str(path),), ("--log-q", str(path), "--log-p", str(path))):
        result = klcli("estimate", *arguments)
        assert (result.status, "samples of no policy" in result.err) == (2, True)
    pairs = written(tmp_path / "dpo.csv", TABLE, "chosen_logps,ref_chosen_logps")
    assert "samples of no policy" in klcli("estimate", pairs).err


def test_arrays_in_one_object_are_one_sequence(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"log_q": TABLE[:, 0].tolist(), "log_p": TABLE[:, 1].tolist()}))
    result = klcli("estimate", str(path))
    assert (result.status, f"each of its {ROWS:,} tokens is a sample: --independent" in result.err) == (
        2,
        True,
    )
    found = of(data(klcli, str(path), "--independent"), "k1")
    assert found["value"] == pytest.approx(LOG_RATIOS.mean(), rel=1e-12)
