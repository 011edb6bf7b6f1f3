"""``klcli compare``: the answer for every reading, user's formulas, and what is refused."""

from __future__ import annotations

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
RIGHT = {"std": "A", "var": "B", "logvar": "C", "logstd": "D"}

TO_N_1_4 = "log(2/s) + (s^2 + (mu - 1)^2)/8 - 1/2"
OF_STD = "0.5*(std**2 + mu**2 - 1) - torch.log(std)"


def data(klcli: Klcli, *arguments: str) -> Any:
    result = klcli("compare", *FAST, "--json", *arguments)
    assert result.status == 0, result.err
    return json.loads(result.out)


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_which_formula_is_right(klcli: Klcli, name: str) -> None:
    found = data(klcli, "--param", name)
    exact = [formula["name"] for formula in found["formulas"] if formula["verdict"] == "exact"]
    assert exact == ([RIGHT[name]] if name in RIGHT else [])
    assert klcli("compare", *FAST, "--param", name, "-q").out.strip() == RIGHT.get(name, "")


def test_the_json(klcli: Klcli) -> None:
    found = data(klcli, "--param", "var")
    assert found["schema"] == "klcli.compare/2"
    assert found["parameterization"] == "var"
    assert found["truth"]["value"] == pytest.approx(0.0826784, abs=5e-8)
    assert found["truth"]["monte_carlo"]["samples"] == 2000
    first, second, third, _ = found["formulas"]
    assert first["input"] == "-1/2 (2 log s - s^2 - mu^2 + 1)"
    assert (first["verdict"], first["exact_under"]) == ("wrong", ["std"])
    assert first["value"] == pytest.approx(0.217157, abs=5e-7)
    assert first["minimum"] == {"mu": 0.0, "sigma": 1.0, "value": 0.0, "curvature": 8.0}
    assert first["curvature"] == 8.0
    assert "4 times the true curvature" in first["explanation"]
    assert (second["verdict"], second["ratio"]) == ("exact", 1.0)
    assert third["minimum"] is None
    assert third["limit"]["where"] == "sigma -> 0"


def test_a_formula_of_the_user(klcli: Klcli) -> None:
    found = data(klcli, "--param", "logstd", "--formula", "mine=-0.5*(1 + s - mu**2 - exp(2*s))")
    mine = found["formulas"][-1]
    assert (mine["name"], mine["verdict"], mine["mistake"]["code"]) == ("mine", "wrong", "KL101")
    assert "1/2 KL(q || N(0, 1/2))" in mine["explanation"]


@pytest.mark.parametrize(
    "text",
    [
        "-0.5*(1 + s - mu**2 - exp(2*s))",
        "-0.5*torch.sum(1 + 2*s - mu**2 - torch.exp(2*s))",
        "-0.5*torch.mean(1 + 2*s - mu**2 - torch.exp(2*s))",
        "0.5*torch.sum(mu**2 + torch.exp(2*s) - torch.log(torch.exp(2*s) + 1e-3) - 1)",
    ],
)
def test_a_formula_has_the_shape_and_the_verdict_of_verify(klcli: Klcli, text: str) -> None:
    mine = data(klcli, "--param", "logstd", "--formula", f"mine={text}")["formulas"][-1]
    own = json.loads(klcli("verify", text, "--param", "logstd", "--json").out)
    assert own.keys() - mine.keys() == {"schema"}
    same = (
        "verdict",
        "scale",
        "shift",
        "prior",
        "direction",
        "reduction",
        "symbols",
        "mistake",
        "conditions",
        "proof",
    )
    assert {key: mine[key] for key in same} == {key: own[key] for key in same}


def test_an_estimator_among_the_formulas(klcli: Klcli) -> None:
    """It has the verdict of verify, and no numbers at a mean and a head."""
    text = "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"
    mine = data(klcli, "--param", "var", "--formula", f"k3={text}", "--all")["formulas"][-1]
    own = json.loads(klcli("verify", text, "--json").out)
    assert (mine["verdict"], mine["estimator"]) == (own["verdict"], own["estimator"])
    assert (mine["value"], mine["grid"], mine["minimum"]) == (None, [], None)
    assert klcli("compare", *FAST, "--param", "var", "--formula", f"k3={text}", "--expect", "k3").status == 1
    assert "estimator: k3" in klcli("compare", *FAST, "--param", "var", "--formula", f"k3={text}").out


@pytest.mark.parametrize(("name", "status"), [("B", 0), ("A", 1)])
def test_expect(klcli: Klcli, name: str, status: int) -> None:
    assert klcli("compare", *FAST, "--param", "var", "--expect", name).status == status


def test_all_readings(klcli: Klcli) -> None:
    table = data(klcli, "--param", "var", "--all")["table"]
    assert len(table) == len(PARAMETERIZATIONS) * 4
    assert {entry["parameterization"] for entry in table if entry["verdict"] == "exact"} == set(RIGHT)


def test_another_point(klcli: Klcli) -> None:
    found = data(klcli, "--param", "logvar", "--mu", "-1", "--sigma", "0.5")
    assert found["point"]["head"] == pytest.approx(-1.3862943611198906, rel=1e-15)


def test_the_text_says_it(klcli: Klcli) -> None:
    out = klcli("compare", *FAST, "--param", "var").out
    assert "when the head s is a variance: s = σ²" in out
    assert "exact: is KL(q || N(0, 1)) itself" in out
    assert "ratio to the KL along sigma" not in out
    assert out.endswith("--full shows the formulas in sigma, their slopes and ratios along it, the picture\n")


def test_the_full_text_says_more(klcli: Klcli) -> None:
    out = klcli("compare", *FAST, "--param", "var", "--full").out
    assert "−½ (log σ² − σ² − μ² + 1)" in out, "B in the reading's own symbol"
    assert "slope at sigma = 1" in out
    assert "ratio to the KL along sigma" in out
    assert "--full" not in out


@pytest.mark.parametrize("name", ["var", "softplusvar"])
def test_the_screen_holds_40_rows_of_80_columns(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("klcli.cli.output._width", lambda stream: 80)
    rows = klcli("compare", *FAST, "--param", name, "--color", "never").out.splitlines()
    assert max(map(len, rows)) <= 80
    assert len(rows) <= 40


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_plot(klcli: Klcli, tmp_path: Path, suffix: str) -> None:
    if suffix == "png":
        pytest.importorskip("matplotlib")
    path = tmp_path / f"penalty.{suffix}"
    assert klcli("compare", *FAST, "--param", "var", "--plot", str(path)).status == 0
    start = path.read_bytes()[:200]
    assert start.startswith(b"\x89PNG") if suffix == "png" else start.startswith(b"<svg")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--param", "variance"), "--param cannot be 'variance'", "did you mean 'var'?"),
        (("--param", "var", "--formula", "x"), "takes NAME=TEXT", "mine="),
        (("--param", "var", "--formula", "A=s"), "formula A already", "another name"),
        (("--param", "var", "--formula", "x=s+mu+t"), "one mean and one head", "mine="),
        (("--param", "var", "--formula", "x="), "the formula is empty", "for example"),
        (("--param", "var", "--formula", "x=__import__('os').system('x')"), "", ""),
        (("--param", "var", "--expect", "Z"), "there is no such formula", "A, B, C, D"),
        (("--param", "var", "--expect", "b"), "there is no such formula", "did you mean 'B'?"),
        (("--param", "var", "--sigma", "0"), "sigma must be > 0", "--logstd"),
        (("--param", "var", "--mu", "1,2", "--sigma", "1,2,3"), "mu has 2 values", "decimal point"),
        (("--param", "var", "--plot", "x.pdf"), "cannot draw a picture into x.pdf", ".svg or .png"),
        (("--param", "var", "--plot", "/nowhere/x.png"), "", ""),
    ],
)
def test_what_is_refused(klcli: Klcli, arguments: tuple[str, ...], message: str, hint: str) -> None:
    result = klcli("compare", *FAST, *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert message in result.err
    assert hint in result.err
    assert "Traceback" not in result.err


def test_several_latents(klcli: Klcli) -> None:
    """The sum over latents is the KL for the formula that is exact, its mean half of it."""
    result = klcli("compare", *FAST, "--param", "var", "--mu", "0.3,-1", "--sigma", "1.2,0.5", "--json")
    found = json.loads(result.out)["latents"]
    with mpmath.workdps(40):
        parts = [("0.3", "1.2"), ("-1", "0.5")]
        true = float(sum(reference.kl(mpmath.mpf(mu), mpmath.mpf(sigma)) for mu, sigma in parts))
    assert (found["dimension"], found["truth"], found["prior"]) == (2, true, "N(0, 1)")
    rows = {row["name"]: row for row in found["formulas"]}
    assert rows["B"]["ratio"] == pytest.approx(1)
    assert rows["B"]["mean_ratio"] == pytest.approx(0.5)


def test_a_covariance_matrix_has_what_no_formula_sees(klcli: Klcli) -> None:
    arguments = ("--param", "var", "--mu", "0.3,0.1", "--cov", "[[1.2, 0.3], [0.3, 0.9]]")
    found = json.loads(klcli("compare", *FAST, *arguments, "--json").out)
    rows = {row["name"]: row for row in found["latents"]["formulas"]}
    assert found["latents"]["truth"] == pytest.approx(0.10502516792675072, rel=1e-15)
    assert rows["B"]["value"] == pytest.approx(0.0615195, abs=1e-7)
    assert found["point"]["sigma"] == pytest.approx(1.2**0.5)
    assert "not its correlations" in klcli("compare", *FAST, *arguments).out


def test_a_point_that_is_computed_or_read_has_six_digits(klcli: Klcli, tmp_path: Path) -> None:
    read = tmp_path / "mu.npy"
    numpy.save(read, numpy.array([0.1]))
    arguments = (*FAST, "--param", "var", "--mu", f"@{read}", "--cov", "1.2")
    assert "mu = 0.1, sigma = 1.09545 " in klcli("compare", *arguments).out
    assert "nats at mu = 0.1, sigma = 1.2," in klcli("compare", "--mu", f"@{read}").out


@pytest.mark.parametrize(
    "prior", [("--prior-mu", "1", "--prior-sigma", "2"), ("--prior-mu", "1", "--prior-cov", "4")]
)
def test_another_prior(klcli: Klcli, prior: tuple[str, ...]) -> None:
    found = json.loads(klcli("compare", *FAST, "--param", "std", *prior, "--json").out)["latents"]
    with mpmath.workdps(40):
        true = float(reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2"), 1, 2))
    assert found["truth"] == pytest.approx(true, rel=1e-15)


def test_one_latent_needs_no_sum(klcli: Klcli) -> None:
    assert json.loads(klcli("compare", *FAST, "--param", "std", "--json").out)["latents"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--cov", "1,1;1,1"), "infinite"),
        (("--cov", "1,0;0,1", "--sigma", "1"), "says all of the spread"),
        (("--precision-matrix", "1,0;0,1"), "give --cov instead"),
        (("--mu", "1,2,3", "--sigma", "1,2"), "3 values"),
        (("--prior-param", "var"), "prior"),
    ],
)
def test_posteriors_that_are_refused(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    result = klcli("compare", *FAST, "--param", "std", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err + result.out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        # KL(N(mu, s^2) || N(1, 4)) = log(2/s) + (s^2 + (mu - 1)^2)/8 - 1/2; A is the one to N(0, 1).
        (("--prior-mu", "1", "--prior-sigma", "2", "--expect", "A"), 1),
        (("--prior-mu", "1", "--prior-var", "4", "--formula", f"m={TO_N_1_4}", "--expect", "m"), 0),
        (("--formula", f"m={TO_N_1_4}", "--expect", "m"), 1),
        (("--formula", f"m=torch.sum({OF_STD})", "--expect", "m"), 0),
        (("--formula", f"m=torch.mean({OF_STD})", "--expect", "m"), 1),
        (("--formula", f"m=torch.sum({OF_STD.replace('std**2', '(std**2).detach()')})", "--expect", "m"), 1),
    ],
)
def test_what_is_expected_is_a_whole_line_and_a_prior(
    klcli: Klcli, arguments: tuple[str, ...], status: int
) -> None:
    assert klcli("compare", "--param", "std", *arguments, "-qq", "--samples", "1000").status == status
