"""One function and one row make an estimator: every command follows, and its bias is its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

SCRIPT = """
import contextlib, io, json, sys

from klcli.witness import independent_draws, log_ratio_functions
from klcli.witness.estimate import Estimate
from klcli.witness.estimators import ESTIMATORS, Estimator, Gradient, TableUse

def half(log_ratio, samples, generator, progress):
    found = independent_draws.k1(log_ratio, samples, generator, progress)
    return Estimate(found.value / 2, found.standard_error / 2, found.rounding, found.method, samples)

BIASES = {"known": lambda value, log_ratio: -value / 2, "unknown": lambda value, log_ratio: None, "none": None}
ESTIMATORS["half"] = Estimator(
    "half", "-log r / 2 at independent draws", half, bias=BIASES[sys.argv[1]],
    in_tables=TableUse(
        formula="-log r / 2", of=lambda log_ratio: log_ratio_functions.k1(log_ratio) / 2, exponential=False,
        nonnegative=False, least_rows=100, as_loss=Gradient("E[a]", "loss a"), in_reward=Gradient("E[b]", "loss b"),
    ),
)

from klcli.cli.main import run

found = []
for arguments in json.loads(sys.argv[2]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run(arguments)
        except SystemExit as ending:
            status = ending.code
    found.append((int(status or 0), out.getvalue(), err.getvalue()))
print(json.dumps(found))
"""
"""Half of k1 under a new name, and what the command line makes of it; its bias is an argument."""

COMPUTE = ["compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "100000"]


def runs(bias: str, *commands: list[str]) -> list[tuple[int, str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, bias, json.dumps(commands)], capture_output=True, text=True, check=True
    )
    return [tuple(row) for row in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "log_ratio_functions.csv"
    rows = numpy.random.default_rng(0).normal(0.125, 0.5, 4000)  # q/p of two normals one half apart
    numpy.savetxt(path, rows, header="log_ratio", comments="")
    return path


def test_a_row_of_known_bias_is_judged_by_it() -> None:
    text, data, compared, side_by_side = runs(
        "known",
        [*COMPUTE, "--estimator", "half"],
        [*COMPUTE, "--estimator", "half", "--json"],
        [*COMPUTE, "--compare-estimators", "--json"],
        [*COMPUTE, "--compare-estimators"],
    )
    assert "biased by -0.0413, as the estimate confirms; half, 100,000 samples" in text[1]
    assert "The estimate has no error bar and confirms nothing." in text[1]
    assert "±" not in text[1]
    (row,) = [row for row in json.loads(compared[1])["estimators"] if row["estimator"] == "half"]
    assert row["value"] == json.loads(data[1])["monte_carlo"]["value"]
    assert row["bias"] == pytest.approx(-0.0826784 / 2, abs=1e-6)
    assert (row["agrees"], row["standard_error"], row["interval"]) == (True, None, None)
    assert "half has no error bar: it is biased" in side_by_side[1]
    assert {found[0] for found in (text, data, compared, side_by_side)} == {0}


def test_a_row_of_unknown_bias_is_not_judged() -> None:
    """The squares of k2 are no bias of another row."""
    (found,) = runs("unknown", [*COMPUTE, "--estimator", "half"])
    assert found[0] == 0
    assert "All three agree" not in found[1]
    assert "no error bar: it is biased: its average does not tend to the KL; half" in found[1]


def test_a_row_that_is_wrong_about_itself_is_caught() -> None:
    (found,) = runs("none", [*COMPUTE, "--estimator", "half"])
    assert found[0] == 1
    assert "The witnesses contradict each other" in found[1]


def test_the_prior_that_it_serves_is_told_from_the_row() -> None:
    other = [*COMPUTE, "--prior", "t(3)", "--estimator", "half"]
    biased, reached = runs("known", other, [*COMPUTE, "--estimator", "half", "--target-se", "0.1"])
    assert (biased[0], reached[0]) == (2, 2)
    assert "--estimator half needs the moments of p/q" in biased[2]
    assert "one of: k1, antithetic, stratified, qmc" in biased[2]
    assert "half has no valid error bar here" in reached[2]
    (claimed,) = runs("none", other)
    assert claimed[0] == 1
    assert "half, 100,000 samples" in claimed[1]


def test_tables_and_pages_have_it(table: Path) -> None:
    text, data, page, terms = runs(
        "known",
        ["estimate", str(table), "--log-ratio", "1"],
        ["estimate", str(table), "--log-ratio", "1", "--json"],
        ["explain", "half"],
        ["explain"],
    )
    rows = {row["name"]: row for row in json.loads(data[1])["estimates"]}
    assert list(rows) == ["k1", "k2", "k3", "half"]
    assert rows["half"]["value"] == pytest.approx(rows["k1"]["value"] / 2)
    assert (rows["half"]["error_bar"], rows["half"]["standard_error"]) == ("biased", None)
    assert "half = mean of -log r / 2" in text[1]
    assert "loss a" in text[1]
    assert "those of k2 and k3 never are" in text[1]
    assert "-log r / 2" in page[1]
    assert "biased" in page[1]
    assert "\n  half " in terms[1]
    assert {found[0] for found in (text, data, page, terms)} == {0}
