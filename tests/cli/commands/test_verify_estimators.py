"""``klcli verify`` on estimates of a KL from log-probabilities: what it says, statuses, formats, pages."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Klcli

K3 = "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"


def data(klcli: Klcli, *arguments: str) -> Any:
    result = klcli("verify", *arguments, "--json")
    assert result.err == ""
    return json.loads(result.out)


def test_k3_is_named_and_not_halved(klcli: Klcli) -> None:
    result = klcli("verify", K3)
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith(
        "estimator: k3 of KL(policy || reference), in nats, "
        "if the samples are drawn from the policy, whose log-probability is lp\n"
    )
    assert (
        "unbiased: its mean over samples of the policy is KL(policy || reference); it is never negative"
        in result.out
    )
    assert "its mean is chi2(reference || policy) - KL(reference || policy)" in result.out
    assert "its gradient is that of KL(reference || policy)" in result.out
    assert "exp(lp - stop(lp)) times it has the gradient of KL(policy || reference)" in result.out
    assert "for u < -11.09 (half), -88.723 (single), -709.78 (double); u = lp - ref_lp" in result.out
    assert "klcli explain k3" in result.out
    for advice in ("1/2 is missing", "scaled", "corrected", "KL106"):
        assert advice not in result.out


def test_k1_as_a_loss_optimises_nothing(klcli: Klcli) -> None:
    out = klcli("verify", "lp - ref_lp").out
    assert out.startswith("estimator: k1 of KL(policy || reference)")
    assert "it optimises nothing: the mean of its gradient is 0" in out


def test_the_json_of_an_estimator(klcli: Klcli) -> None:
    found = data(klcli, K3)
    assert found["schema"] == "klcli.verify/2"
    assert (found["verdict"], found["scale"], found["shift"]) == ("estimator", "1", "0")
    assert found["direction"] == "forward"
    assert found["symbols"] == {"policy": "lp", "reference": "ref_lp"}
    assert found["prior"] is None
    assert found["proof"] == "numeric"
    estimator = found["estimator"]
    overflow = estimator.pop("overflow")
    assert estimator == {
        "name": "k3",
        "direction": "KL(policy || reference)",
        "samples_from": "lp",
        "unbiased": True,
        "gradient": "KL(reference || policy)",
        "gradient_with_stopped_ratio": "KL(policy || reference)",
    }
    # log of the largest half, single and double: 65504, 3.4028235e38, 1.7976931e308.
    assert overflow == pytest.approx({"half": -11.0899, "single": -88.7228, "double": -709.7827}, abs=1e-4)


def test_the_json_of_others_has_the_same_shape(klcli: Klcli) -> None:
    keys = data(klcli, "-0.5 * (1 + logvar - mu^2 - exp(logvar))", "--no-prove").keys()
    for text in (K3, "abs(lp - ref_lp)", "(lp.exp() * (lp - ref_lp)).sum(-1)", f"{K3} + 1"):
        assert data(klcli, text).keys() == keys


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("lp - ref_lp", "estimator k1"),
        ("0.5 * (lp - ref_lp)**2", "estimator k2"),
        (K3, "estimator k3"),
        (f"beta * ({K3})", "estimator k3"),
        ("reward - beta * (lp - ref_lp)", "estimator k1"),
        ("abs(lp - ref_lp)", "other abs"),
        ("(lp.exp() * (lp - ref_lp)).sum(-1)", "exact"),
        (f"{K3} + 1", "wrong KL140"),
        ("torch.exp(lp - ref_lp)", "not-kl"),
    ],
)
def test_the_bare_answer(klcli: Klcli, text: str, bare: str) -> None:
    assert klcli("verify", text, "-q").out == f"{bare}\n"


@pytest.mark.parametrize(
    ("text", "accepted", "status"),
    [
        (K3, (), 1),
        (K3, ("estimator",), 0),
        (K3, ("scaled",), 1),
        (f"beta * ({K3})", ("estimator",), 1),
        (f"beta * ({K3})", ("estimator", "scaled"), 0),
        (f"torch.clamp({K3}, min=-10, max=10)", ("estimator",), 1),
        (f"torch.clamp({K3}, min=-10, max=10)", ("estimator", "clip"), 0),
        ("torch.exp(ref_lp - lp) - (lp - ref_lp) - 1", ("estimator", "scaled"), 1),
        ("abs(lp - ref_lp)", ("estimator",), 1),
        ("(lp.exp() * (lp - ref_lp)).sum(-1)", (), 0),
        ("(ref_lp.exp() * (ref_lp - lp)).sum(-1)", (), 1),
        ("(ref_lp.exp() * (ref_lp - lp)).sum(-1)", ("reversed",), 0),
    ],
)
def test_statuses(klcli: Klcli, text: str, accepted: tuple[str, ...], status: int) -> None:
    options = [part for word in accepted for part in ("--accept", word)]
    assert klcli("verify", text, *options, "-qq").status == status


def test_a_wrong_one_is_corrected(klcli: Klcli) -> None:
    result = klcli("verify", "torch.exp(lp - ref_lp) - (ref_lp - lp) - 1")
    first, second, *_ = result.out.split("\n")
    assert result.status == 1
    assert first == (
        "wrong: KL140 the ratio and the logarithm are of opposite directions: one of them has its sign flipped; "
        "its mean over samples of the policy is KL(policy || reference) + chi2(policy || reference); "
        "as a loss it optimises 1/2 chi2(policy || reference)"
    )
    assert second == f"corrected: {K3}"


def test_two_k2_is_told_as_such(klcli: Klcli) -> None:
    out = klcli("verify", "(lp - ref_lp)**2").out
    assert out.startswith("estimator: 2 k2 of KL(policy || reference)")
    assert "the 1/2 of k2 is missing" in out


def test_a_file_of_both_kinds(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "formulas.txt"
    path.write_text(f"{K3}\n-0.5 * (1 + logvar - mu^2 - exp(logvar))\nlp - ref_lp\n(((\n")
    result = klcli("verify", "--file", str(path), "--format", "csv", "--no-prove")
    assert result.status == 1  # one of them is unreadable, and two are no KL, which goes before
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [row["verdict"] for row in rows] == ["estimator", "exact", "estimator", "unreadable"]
    assert [row["estimator"] for row in rows] == ["k3", "", "k1", ""]
    assert "k3 of KL(policy || reference)" in klcli("verify", "--file", str(path), "--no-prove").out


def test_a_question_about_gaussians_is_one(klcli: Klcli) -> None:
    assert data(klcli, "0.5 * (exp(b - a) - (b - a) - 1)", "--no-prove")["verdict"] == "exact"
    # A reading is demanded, which only a head of a Gaussian has.
    assert data(klcli, K3, "--param", "logvar", "--no-prove")["verdict"] == "scaled"


@pytest.mark.parametrize("term", ["k1", "k2", "k3", "estimator", "other", "K3"])
def test_pages(klcli: Klcli, term: str) -> None:
    result = klcli("explain", term)
    assert result.status == 0
    assert result.out.lower().startswith(f"{term.lower()}: ")


def test_pages_say_what_the_judge_says(klcli: Klcli) -> None:
    """The sentence of each page on its gradient is that of the verdict on the plain line."""
    for name, text, loss in (
        ("k2", "0.5 * (log_q - log_p)**2", "KL(q || p)"),
        ("k3", "torch.exp(log_p - log_q) - (log_p - log_q) - 1", "KL(p || q)"),
    ):
        assert data(klcli, text)["estimator"]["gradient"] == loss
        page = " ".join(klcli("explain", name).out.split())
        assert "As a loss its gradient is that of" in page
        assert loss in page.partition("As a loss")[2].split(". ")[0]


def test_it_needs_no_library_of_numbers() -> None:
    program = (
        "import sys\nfrom klcli.cli.main import run\n"
        "try:\n    run(['verify', {text!r}, '--json'])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    for text in (K3, "exp(b - a) - (b - a) - 1", f"{K3} + 1"):
        done = subprocess.run(
            [sys.executable, "-c", program.format(text=text)], capture_output=True, text=True, check=True
        )
        loaded = set(done.stderr.splitlines()[-1].split())
        assert not loaded & {"numpy", "scipy", "sympy", "mpmath"}
