"""``klcli compute``: readings, formats, statuses, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import mpmath
import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference
from tests.cli.conftest import Klcli

FAST = ("--samples", "2000")


def data(klcli: Klcli, *arguments: str) -> Any:
    """The JSON of a run, in which no constant outside of the standard may occur."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    result = klcli("compute", *FAST, "--json", *arguments)
    assert result.status == 0, result.err
    return json.loads(result.out, parse_constant=refuse)


@pytest.mark.parametrize(
    "head",
    [
        ("--sigma", "1.2"),
        ("--std", "1.2"),
        ("--sigma", "1.44", "--param", "var"),
        ("--var", "1.44"),
        ("--logvar", "0.36464311"),
        ("--logstd", "0.18232155"),
        ("--precision", "0.69444444"),
        ("--logprecision", "-0.36464311"),
        ("--softplus", "0.84165"),
    ],
)
def test_the_same_gaussian_under_every_reading(klcli: Klcli, head: tuple[str, ...]) -> None:
    found = data(klcli, "--mu", "0.3", *head)
    assert found["closed_form"]["value"] == pytest.approx(0.0826784, abs=2e-5)
    assert found["inputs"]["posterior"]["sigma"][0] == pytest.approx(1.2, abs=1e-4)


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_every_row_has_its_flags(klcli: Klcli, name: str) -> None:
    found = data(klcli, "--mu", "0.3", f"--{name}", "0.7", "--prior-mu", "1", f"--prior-{name}", "2.5")
    with mpmath.workdps(40):
        sigmas = [reference.SIGMA[name](mpmath.mpf(head)) for head in ("0.7", "2.5")]
        expected = reference.kl(mpmath.mpf("0.3"), sigmas[0], 1, sigmas[1])
    assert found["closed_form"]["value"] == float(expected)
    assert data(klcli, "--mu", "0.3", "--sigma", "0.7", "--param", name, "--prior-mu", "1", "--prior-sigma",
                "2.5", "--prior-param", name)["closed_form"] == found["closed_form"]  # fmt: skip


def test_the_json(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0.3", "--sigma", "1.2", "--seed", "5")
    assert found["schema"] == "klcli.compute/2"
    assert (found["unit"], found["divergence"], found["status"]) == ("nats", "KL(q || p)", "agrees")
    assert found["inputs"]["posterior"]["mu"] == [0.3]
    assert found["inputs"]["posterior"]["reading"] == "1.2 is a standard deviation, so sigma = 1.2"
    with mpmath.workdps(40):
        spread = float(reference.kl(0, mpmath.mpf("1.2")))
        value = float(reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2")))
    terms = {"value": value, "spread": spread, "shift": 0.045}
    assert found["closed_form"].items() >= (terms | {"per_dimension": [terms]}).items()
    assert found["integral"]["agrees"] is True
    assert found["integral"]["value"] == pytest.approx(value, rel=1e-13)
    sampled = found["monte_carlo"]
    assert (sampled["samples"], sampled["seed"], sampled["generator"]) == (2000, 5, "numpy SFC64")
    assert sampled["z"] == pytest.approx((sampled["value"] - value) / sampled["standard_error"], abs=1e-9)
    size = (5 + abs(sampled["z"])) * sampled["standard_error"]
    assert sampled["detects"] == pytest.approx(size / value, rel=1e-9)
    assert [step["formula"] for step in found["steps"]][-2:] == [
        "-1/2 (2 log s - s^2 - mu^2 + 1)",
        "-1/2 (2 log(1.2) - 1.2^2 - 0.3^2 + 1)",
    ]
    assert all(step["value"] == value and step["rule"] and step["latex"] for step in found["steps"])
    assert isinstance(found["warnings"], list)


def test_lists_are_dimensions(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0.3,-1", "--logvar", "0.36,0.1", "--prior-sigma", "2")
    parts = found["closed_form"]["per_dimension"]
    assert len(parts) == 2
    assert found["closed_form"]["value"] == pytest.approx(sum(part["value"] for part in parts), rel=1e-15)


def test_reverse(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0.3", "--sigma", "1.2", "--reverse")
    assert found["reverse"]["divergence"] == "KL(p || q)"
    with mpmath.workdps(40):
        expected = reference.kl(0, 1, mpmath.mpf("0.3"), mpmath.mpf("1.2"))
    assert found["reverse"]["closed_form"]["value"] == float(expected)
    assert found["reverse"]["status"] == "agrees"


def test_bits(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0.3", "--sigma", "1.2", "--unit", "bits")
    with mpmath.workdps(40):
        expected = reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2")) / mpmath.log(2)
    assert found["unit"] == "bits"
    assert found["closed_form"]["value"] == found["steps"][-1]["value"] == float(expected)


def test_extreme_scales(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0", "--sigma", "1e-170")
    assert found["closed_form"]["value"] == pytest.approx(390.939, abs=5e-4)


def test_equal_distributions(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0", "--sigma", "1")
    assert found["closed_form"]["value"] == 0
    assert found["monte_carlo"]["detects"] is None
    assert "= 0 nats" in klcli("compute", *FAST, "--mu", "0", "--sigma", "1").out


@pytest.mark.parametrize(
    ("arguments", "bare"),
    [
        (("-q",), "0.08267844320604538\n"),
        (("-q", "--digits", "40"), "0.08267844320604537378828197484548536680261\n"),
        (("-qq",), ""),
    ],
)
def test_quiet(klcli: Klcli, arguments: tuple[str, ...], bare: str) -> None:
    result = klcli("compute", *FAST, "--mu", "0.3", "--sigma", "1.2", *arguments)
    assert (result.status, result.out, result.err) == (0, bare, "")


def test_csv(klcli: Klcli) -> None:
    result = klcli("compute", *FAST, "--mu", "0.3,-1", "--var", "1.44,2", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [row["dimension"] for row in rows] == ["1", "2", "sum"]
    assert float(rows[0]["closed_form"]) + float(rows[1]["closed_form"]) == pytest.approx(
        float(rows[2]["closed_form"])
    )
    assert rows[2]["status"] == "agrees"


@pytest.mark.parametrize("steps", ["full", "short", "none"])
def test_steps(klcli: Klcli, steps: str) -> None:
    count = {"full": 11, "short": 6, "none": 0}[steps]
    assert len(data(klcli, "--mu", "0.3", "--sigma", "1.2", "--steps", steps)["steps"]) == count


def test_a_witness_that_disagrees_is_status_1(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    from klcli.witness import trapezoid

    monkeypatch.setattr(
        trapezoid, "log_density", lambda score, log_sigma, out=None: -score * score - log_sigma
    )
    result = klcli("compute", *FAST, "--mu", "0.3", "--sigma", "1.2")
    assert result.status == 1
    assert "contradict" in result.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--mu", "0.3", "--sigma", "-2"), "sigma must be > 0, got -2", "--logvar -2 (sigma = 0.3679)"),
        (("--mu", "0.3", "--sigma", "0"), "sigma must be > 0, got 0", "--logstd"),
        (("--mu", "0.3", "--sigma", "nan"), "sigma must be a number, got 'nan'", "finite"),
        (("--mu", "inf", "--sigma", "1"), "mu must be a number, got 'inf'", "finite"),
        (("--mu", "0.3", "--sigma", "1e999"), "outside of the range of doubles", "--logstd"),
        (("--mu", "0.3", "--sigma", "1e300"), "beyond the doubles", "--param"),
        (("--mu", "0.3", "--sigma", ""), "sigma must be a number, got ''", "0.3"),
        (("--mu", "0.3", "--sigma", "abc"), "sigma must be a number, got 'abc'", "0.3"),
        (("--mu", "0.3", "--sigma", "1_000"), "sigma must be a number", "1000"),
        (("--mu", "0.3", "--sigma", "١.٢"), "sigma must be a number", "0 to 9"),
        (("--mu", "0.3", "--sigma", "1" * 2000), "2,000 characters", "1,000"),
        (("--mu", "0,3", "--sigma", "1.2"), "mu has 2 values and std has 1 value", "decimal point"),
        (("--mu", "0.3"), "--sigma is missing", "--var"),
        (("--sigma", "1.2"), "--mu is missing", "--mu 0.3"),
        (("--mu", "0.3", "--sigma", "1", "--var", "1"), "say the same thing twice", "once"),
        (("--mu", "0.3", "--var", "1", "--param", "std"), "contradicts --param std", "leave"),
        (("--mu", "0.3", "--sigma", "1", "--param", "sd"), "--param cannot be 'sd'", "std"),
        (("--mu", "0.3", "--sigma", "1", "--unit", "bit"), "--unit cannot be 'bit'", "bits"),
        (("--mu", "0.3", "--sigma", "1", "--samples", "2"), "whole number from 1,000", "--samples"),
        (
            ("--mu", "0.3", "--sigma", "1", "--prior-sigma", "-1"),
            "the prior's sigma must be > 0",
            "--prior-logvar -1",
        ),
        (("--mu", "1e999999999", "--sigma", "1"), "outside of the range of doubles", "logarithm"),
        (("--mu", "0.3", "--sigma", "1", "--samples", "1.5"), "whole number", "--samples"),
        (("--mu", "0.3", "--sigma", "1", "--samples", "many"), "--samples must be a number", "example 1000"),
        (("--mu", "0.3", "--sigma", "1", "--seed", "-1"), "--seed must be a whole number", "--seed"),
        (("--mu", "0.3", "--sigma", "1", "--digits", "0"), "--digits must be a whole number", "--digits"),
        (
            ("--mu", "1,2,3", "--sigma", "1,1,1", "--prior-mu", "1,2"),
            "2 values, the posterior has 3",
            "one value",
        ),
        (("--mu", "0.3", "--sigma", "1", "--prior-param", "var"), "which is missing", "--prior-sigma"),
        (("--mu", "0.3", "--sigm", "1"), "no such option: --sigm", "--sigma"),
        (("--mu", "0.3", "--sigma", "1", "extra"), "extra", "--help"),
        (("--mu",), "requires an argument", "--help"),
    ],
)
def test_what_is_refused(klcli: Klcli, arguments: tuple[str, ...], message: str, hint: str) -> None:
    result = klcli("compute", *arguments)
    assert (result.status, result.out) == (2, "")
    error, *rest = result.err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert len(rest) == 1
    assert rest[0].startswith("hint: ")
    assert hint in rest[0]


def test_negative_numbers_need_no_equals_sign(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "-0.3", "--logvar", "-2")
    assert found["inputs"]["posterior"]["head"] == [-2]


def test_csv_has_both_directions(klcli: Klcli) -> None:
    result = klcli("compute", *FAST, "--mu", "0.3", "--sigma", "1.2", "--reverse", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [(row["divergence"], row["dimension"]) for row in rows] == [
        ("KL(q || p)", "1"),
        ("KL(q || p)", "sum"),
        ("KL(p || q)", "1"),
        ("KL(p || q)", "sum"),
    ]


def test_what_nothing_can_confirm_is_not_said_to_agree(klcli: Klcli) -> None:
    result = klcli("compute", *FAST, "--mu", "0", "--sigma", "1.00000000000000001")
    assert "none confirms it" in result.out
    assert "All three agree" not in result.out


ESTIMATORS = ("k1", "k2", "k3", "antithetic", "stratified", "qmc")
MODERATE = ("--mu", "0.3", "--sigma", "1.2")


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    "arguments",
    [
        MODERATE,
        (*MODERATE, "--reverse", "--unit", "bits", "--digits", "30"),
        ("--mu", "0.3,-1", "--var", "1.44,2"),
        ("--mu", "1e60", "--sigma", "1e80"),
        ("--mu", "0", "--sigma", "1"),
    ],
)
def test_every_estimator_with_everything(klcli: Klcli, name: str, arguments: tuple[str, ...]) -> None:
    found = data(klcli, *arguments, "--estimator", name)
    for sampled in (found["monte_carlo"], (found["reverse"] or found)["monte_carlo"]):
        assert sampled["estimator"] == name
        assert (sampled["interval"] is None) is (sampled["reason"] is not None)
        assert (sampled["standard_error"] is None) is (sampled["interval"] is None)
    for kind in ("text", "csv", "markdown", "latex"):
        result = klcli("compute", *FAST, *arguments, "--estimator", name, "--format", kind)
        assert (result.status, result.err) == (0, "")
        assert "nan" not in result.out


def test_an_interval_covers_and_holds_the_error_bar(klcli: Klcli) -> None:
    sampled = data(klcli, *MODERATE, "--estimator", "stratified")["monte_carlo"]
    low, high = sampled["interval"]
    assert low < 0.0826784 < high
    assert (high - low) / 2 == pytest.approx(1.998 * sampled["standard_error"], rel=1e-3)
    assert sampled["degrees"] == 63


def test_k1_is_the_default(klcli: Klcli) -> None:
    assert data(klcli, *MODERATE) == data(klcli, *MODERATE, "--estimator", "k1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--mu", "0", "--sigma", "0.5", "--estimator", "k3"), "infinite variance"),
        (("--mu", "3", "--sigma", "1", "--estimator", "k3"), "rare samples carry the average"),
        ((*MODERATE, "--estimator", "k2"), "no error bar: biased by +0.0339"),
    ],
)
def test_no_error_bar_where_it_would_not_hold(klcli: Klcli, arguments: tuple[str, ...], words: str) -> None:
    result = klcli("compute", *arguments, "--samples", "20000")
    assert result.status == 0
    assert words in result.out
    assert "±" not in result.out
    assert "The estimate has no error bar and confirms nothing." in result.out


def test_an_error_of_rounding_is_not_said_to_be_0(klcli: Klcli) -> None:
    result = klcli("compute", *FAST, "--mu", "0.7", "--sigma", "1", "--estimator", "antithetic")
    assert "all of ± is rounding" in result.out
    assert "± 0 " not in result.out


def test_estimators_side_by_side(klcli: Klcli) -> None:
    found = data(klcli, *MODERATE, "--compare-estimators", "--reverse")["estimators"]
    both = [(row["divergence"], row["estimator"]) for row in found]
    assert both == [(way, name) for way in ("KL(q || p)", "KL(p || q)") for name in ESTIMATORS]
    assert all(row["milliseconds"] > 0 for row in found)
    assert [row["bias"] for row in found if row["estimator"] == "k1"] == [0, 0]
    result = klcli("compute", *FAST, *MODERATE, "--compare-estimators")
    assert all(f"\n  {name} " in result.out for name in ESTIMATORS)
    assert "k2 has no error bar: it is biased" in result.out
    rows = list(
        csv.DictReader(
            io.StringIO(klcli("compute", *FAST, *MODERATE, "--compare-estimators", "--format", "csv").out)
        )
    )
    assert [row["estimator"] for row in rows if row["milliseconds"]] == list(ESTIMATORS)


def test_a_target_is_reached(klcli: Klcli) -> None:
    result = klcli("compute", *MODERATE, "--estimator", "stratified", "--target-se", "1e-5")
    assert result.status == 0
    assert "samples for a standard error of 1e-05 nats" in result.out
    found = data(klcli, *MODERATE, "--target-se", "0.1")
    assert found["target"] == {"standard_error": 0.1, "limit": 2000, "reached": True}


def test_a_target_that_is_not_reached_is_status_1(klcli: Klcli) -> None:
    result = klcli("compute", *MODERATE, "--target-se", "0.00437", "--samples", "11000")
    assert result.status == 1
    assert "The limit of 11,000 samples was reached before a standard error of 0.00437 nats" in result.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--estimator", "stratifed"), "--estimator cannot be", "stratified"),
        (("--estimator", "k2", "--target-se", "1e-3"), "k2 has no valid error bar", "--estimator"),
        (("--target-se", "1e-9"), "k1 needs about", "--estimator stratified"),
        (("--target-se", "0"), "--target-se must be a number > 0", "--target-se 1e-4"),
        (("--target-se", "-1"), "--target-se must be a number > 0", "--target-se 1e-4"),
        (("--target-se", "nan"), "--target-se", ""),
        (("--target-se", "1e999"), "outside of the range of doubles", ""),
        (("--target-se", "1e-999"), "outside of the range of doubles", ""),
    ],
)
def test_what_is_refused_of_sampling(
    klcli: Klcli, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    result = klcli("compute", *MODERATE, *arguments)
    assert (result.status, result.out) == (2, "")
    error, *rest = result.err.splitlines()
    assert message in error
    assert hint in rest[0]


@pytest.fixture
def floats(tmp_path: Path) -> str:
    path = tmp_path / "logvar.npy"
    numpy.save(path, numpy.array([0.1, 0.2, 0.3], numpy.float32))
    return f"@{path}"


def test_numbers_of_a_file_are_shown_with_six_digits(klcli: Klcli, floats: str) -> None:
    lines = klcli("compute", "--mu", "0", "--logvar", floats, "--samples", "1000").out.splitlines()
    assert lines[1].startswith("reading: each of ≈ (0.1, 0.2, 0.3) is a log-variance")


def test_one_number_serves_all_of_a_file(klcli: Klcli, floats: str) -> None:
    one = data(klcli, "--mu", "0.5", "--logvar", floats)
    three = data(klcli, "--mu", "0.5,0.5,0.5", "--logvar", floats)
    assert one["closed_form"] == three["closed_form"]
    assert data(klcli, "--mu", floats, "--sigma", "1.2")["closed_form"]["value"] > 0


def test_a_decimal_comma_is_no_list(klcli: Klcli) -> None:
    result = klcli("compute", "--mu", "0", "--sigma", "1,2")
    assert result.status == 2
    assert "a decimal point is '.'" in result.err
