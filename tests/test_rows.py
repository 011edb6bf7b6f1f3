"""One row in a table is all that a new reading, name, call, mistake, estimator, space or format takes.

Every command follows.

The rows are those of `tests.temporary_rows`: readings whose sigma has a range, which the probe points of no
other reading keep to.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import pytest

from tests import reference
from tests.temporary_rows import DEVIANCE, MAGIC, RANGES, SIGMAS

NAMES = tuple(RANGES)
SIGMA_OF = {
    "algebraic": lambda s: (1 + s / mpmath.sqrt(1 + s**2)) / 2,
    "between": lambda s: mpmath.mpf("0.5") + mpmath.mpf("1.5") / (1 + mpmath.exp(-s)),
    "above": lambda s: mpmath.mpf("0.1") + mpmath.exp(s),
}
FAR = {"algebraic": "", "between": "", "above": "-"}
"""The sign of heads whose sigma lies at an end of the range."""
ENDS = {"algebraic": "1", "between": "2", "above": "0.1"}
OUTSIDE = {"algebraic": "1.2", "between": "0.3", "above": "0.1"}


def right(name: str, text: str = "1/2*((S)^2 + mu^2 - 1) - log(S)") -> str:
    """The KL to N(0, 1), or another formula, with sigma written out for S."""
    return text.replace("S", SIGMAS[name])


def wrong(name: str) -> str:
    return right(name, "1/2*((S)^2 + mu^2 - 1) - log(S)/2")


def two_gaussians(name: str) -> str:
    """The KL of two Gaussians, with heads s and t under one reading."""
    other = SIGMAS[name].replace("sqrt", "SQRT").replace("s", "t").replace("SQRT", "sqrt")
    return right(name, "log((T)/(S)) + ((S)^2 + (mu - m)^2)/(2 (T)^2) - 1/2").replace("T", other)


def lines(name: str, folder: Path) -> dict[str, list[str]]:
    """Command lines by what they are about."""
    return {
        "compute": ["compute", "--mu", "0.3", f"--{name}", "0.5", "--samples", "2000", "--json"],
        "prior": [
            "compute",
            "--mu",
            "0.3",
            "--sigma",
            "1.2",
            f"--prior-{name}=-0.7",
            "--samples",
            "2000",
            "--json",
        ],
        "derive": ["derive", "--param", name, "--json"],
        "any prior": ["derive", "--param", name, "--prior", "any"],
        "explain": ["explain", name],
        "compare": ["compare", "--param", name, "--samples", "2000", "--json"],
        "all": ["compare", "--param", "std", "--all", "--samples", "2000"],
        "mine": [
            *("compare", "--param", name, "--samples", "2000", "-qq"),
            *("--formula", f"mine={right(name)}", "--expect", "mine"),
        ],
        "far": ["compute", "--mu", "0.3", f"--{name}={FAR[name]}1e300", "--samples", "1000"],
        "outside": ["compare", "--param", name, "--sigma", OUTSIDE[name]],
        "verify": ["verify", "--json", right(name)],
        "under it": ["verify", "--param", name, "-q", right(name)],
        "wrong": ["verify", "--json", "--param", name, wrong(name)],
        "two": ["verify", "--json", two_gaussians(name)],
        "sampler": ["verify", right(name), "--sampler", right(name, "mu + (S)*eps"), "--json"],
        "other sampler": ["verify", right(name), "--sampler", "mu + e^s*eps", "--json"],
        "small number": [
            "verify",
            "--json",
            "--param",
            name,
            right(name, "1/2*((S)^2 + mu^2 - 1) - log(S + 1e-8)"),
        ],
        "lint": ["lint", "--json", str(folder / f"{name}.py")],
    }


def common(folder: Path) -> dict[str, list[str]]:
    damped = "-0.5*(1 + logvar - log1p(mu^2) - exp(logvar))"
    table = folder / "logs.csv"
    rows = [(k % 7 + 0.5, k % 5 + 0.25) for k in range(200)]
    table.write_text("logq,logp\n" + "".join(f"{q},{p}\n" for q, p in rows))
    latents = {"mean": [[0.3, -1.0], [0.1, 2.0]], "between": [[0.5, 0.2], [-0.7, 1.0]]}
    columns = dict(zip(("logq", "logp"), zip(*rows, strict=True), strict=True))
    for name, arrays in (("logs", columns), ("latents", latents)):
        (folder / f"{name}.table").write_bytes(MAGIC + json.dumps(arrays).encode())
    return {
        "logvar": ["verify", "-q", "-0.5*(1 + logvar - mu^2 - exp(logvar))"],
        "reversed": ["verify", "-q", "1/2*((1 + mu^2)/s^2 - 1) + log(s)"],
        "estimate": ["estimate", str(table), "--json"],
        "format": ["estimate", str(folder / "logs.table"), "--json"],
        "latents": [
            *("latents", str(folder / "latents.table"), "--json"),
            *("--mean", "mean", "--between", "between"),
        ],
        "call": ["lint", "--json", str(folder / "call.py")],
        "head": ["lint", "--json", str(folder / "head.py")],
        "pages": ["explain"],
        "help": ["compute", "--help"],
        "verify help": ["verify", "--help"],
        "estimator": [
            "compute",
            "--mu",
            "0.3",
            "--sigma",
            "1.2",
            "--estimator",
            "again",
            "--samples",
            "2000",
        ],
        "mistake": ["explain", "KL199"],
        "damped": ["verify", "--json", damped],
        "ignore": ["lint", "--ignore", "KL199", str(folder / "damped.py")],
        "no ignore": ["lint", str(folder / "damped.py")],
        "named": ["lint", "--notes", "--json", str(folder / "named.py")],
    }


def of_counts(folder: Path) -> dict[str, list[str]]:
    """Command lines about formulas of the temporary space, alone and among others."""
    several = folder / "several.txt"
    several.write_text(f"{DEVIANCE}\n-0.5*(1 + logvar - mu^2 - exp(logvar))\n")
    compare = ["compare", "--param", "var", "--samples", "2000", "--formula", f"mine={DEVIANCE}"]
    return {
        "counts": ["verify", DEVIANCE],
        "counts data": ["verify", "--json", "--prove", DEVIANCE],
        "counts rows": ["verify", "--format", "csv", DEVIANCE],
        "half": ["verify", "-q", DEVIANCE.replace("2*", "1/2*")],
        "half said": ["verify", DEVIANCE.replace("2*", "1/2*")],
        "counts wrong": ["verify", DEVIANCE.replace("+", "-")],
        "counts demanded": ["verify", "-q", "--param", "var", DEVIANCE],
        "counts file": ["verify", "--file", str(several), "--json"],
        "counts compared": [*compare, "--json"],
        "counts in words": [*compare, "--all"],
        "counts expected": [*compare, "-qq", "--expect", "mine"],
        "counts lint": ["lint", "--json", str(folder / "counts.py")],
        "matrices": ["verify", "-q", "0.5 * (trace(S) + mu' mu - d - log det S)"],
        "log-ratios": ["verify", "-q", "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"],
        "no names": ["verify", "-q", "exp(x - y) - (x - y) - 1"],
    }


SOURCE = """import torch

def kl(mu, s):
    std = {sigma}
    return (0.5 * (std**2 + mu**2 - 1) - torch.log(std)).sum()
"""
PYTHON = {
    "algebraic": "(1 + s / torch.sqrt(1 + s**2)) / 2",
    "between": "0.5 + 1.5 / (1 + torch.exp(-s))",
    "above": "0.1 + torch.exp(s)",
}
DAMPED = """import torch

def kl(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - torch.log1p(mu**2) - logvar.exp())
"""

NAMED = (
    SOURCE.format(sigma=PYTHON["between"]).replace("mu, s)", "mu, alg_head)").replace("(-s)", "(-alg_head)")
)
"""A head that the temporary name says another reading of."""

CALL = """import torch

def kl(mu, s):
    return -0.5 * torch.sum(1 + s - mu**2 - torch.curve(s))
"""
HEAD = """
def kl(mu, lnu_width):
    return -0.5 * (1 + 2 * lnu_width - mu**2 - lnu_width**2).sum()
"""
"""Without their rows neither has a word for which the file would be parsed."""

COUNTS = """import torch

def kl_loss(counts, rate):
    return torch.sum(2 * (counts * torch.log(counts / rate) - counts + rate))
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[int, str, str]]:
    """Status, output and errors of every command line, by reading and what it is about."""
    folder = tmp_path_factory.mktemp("rows")
    for name, sigma in PYTHON.items():
        (folder / f"{name}.py").write_text(SOURCE.format(sigma=sigma))
    (folder / "damped.py").write_text(DAMPED)
    (folder / "named.py").write_text(NAMED)
    for name, text in (("counts", COUNTS), ("call", CALL), ("head", HEAD)):
        (folder / f"{name}.py").write_text(text)
    asked = {(name, about): line for name in NAMES for about, line in lines(name, folder).items()}
    asked |= {("", about): line for about, line in {**common(folder), **of_counts(folder)}.items()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.temporary_rows"],
        input=json.dumps(list(asked.values())),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    return dict(zip(asked, map(tuple, json.loads(done.stdout)), strict=True))


Runs = dict[tuple[str, str], tuple[int, str, str]]


def data(runs: Runs, name: str, about: str, status: int = 0) -> Any:
    found, out, err = runs[name, about]
    assert found == status, (out, err)
    return json.loads(out)


def test_nothing_ends_in_an_internal_error(runs: Runs) -> None:
    assert [(key, err) for key, (status, _, err) in runs.items() if status == 3 or "Traceback" in err] == []


def true_kl(name: str, head: str, mean: str = "0.3") -> Any:
    with mpmath.workdps(40):
        return reference.kl(mpmath.mpf(mean), SIGMA_OF[name](mpmath.mpf(head)))


@pytest.mark.parametrize("name", NAMES)
def test_compute(runs: Runs, name: str) -> None:
    found = data(runs, name, "compute")
    assert found["closed_form"]["value"] == float(true_kl(name, "0.5"))
    with mpmath.workdps(40):
        prior = SIGMA_OF[name](mpmath.mpf("-0.7"))
        expected = reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2"), 0, prior)
    assert data(runs, name, "prior")["closed_form"]["value"] == float(expected)
    assert f"--{name}" in runs["", "help"][1]


@pytest.mark.parametrize("name", NAMES)
def test_derive_and_explain(runs: Runs, name: str) -> None:
    last = data(runs, name, "derive")["steps"][-1]
    assert f"a {name} pre-activation" in last["rule"]
    assert runs[name, "any prior"][0] == 0
    assert runs[name, "explain"][0] == 0
    assert name in runs["", "pages"][1]


@pytest.mark.parametrize("name", NAMES)
def test_compare_keeps_to_the_range(runs: Runs, name: str) -> None:
    found = data(runs, name, "compare")
    least, most = RANGES[name]
    sigmas = [
        found["point"]["sigma"],
        *(point["sigma"] for each in found["formulas"] for point in each["grid"]),
    ]
    assert all(least < sigma and (most is None or sigma < most) for sigma in sigmas)
    assert all(each["verdict"] == "wrong" for each in found["formulas"])
    assert runs[name, "mine"][0] == 0
    assert name in runs[name, "all"][1]


@pytest.mark.parametrize("name", NAMES)
def test_a_head_that_is_far_has_the_sigma_at_the_end_of_the_range(runs: Runs, name: str) -> None:
    status, out, err = runs[name, "far"]
    assert (status, err) == (0, "")
    assert f"so sigma ~ {ENDS[name]}\n" in out


@pytest.mark.parametrize("name", NAMES)
def test_a_sigma_outside_of_the_range_is_an_error_of_usage(runs: Runs, name: str) -> None:
    status, _, err = runs[name, "outside"]
    assert status == 2
    assert f"no head stands for sigma = {OUTSIDE[name]}" in err
    assert "under this reading" in err


@pytest.mark.parametrize("name", NAMES)
def test_verify(runs: Runs, name: str) -> None:
    found = data(runs, name, "verify")
    assert (found["verdict"], found["parameterization"]) == ("exact", name)
    assert runs[name, "under it"][:2] == (0, f"exact {name}\n")
    two = data(runs, name, "two")
    assert (two["verdict"], two["parameterization"], two["prior_parameterization"]) == ("exact", name, name)
    assert runs["", "logvar"][:2] == (0, "exact logvar\n")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_has_its_mistake_and_a_true_counter_example(runs: Runs, name: str) -> None:
    found = data(runs, name, "wrong", 1)
    assert (found["verdict"], found["mistake"]["code"]) == ("wrong", "KL101")
    example = found["counterexample"]
    values = example["point"]
    expected = true_kl(name, str(values["s"]), str(values["mu"]))
    assert float(example["expected"]) == pytest.approx(float(expected), rel=1e-14)
    with mpmath.workdps(30):
        sigma = SIGMA_OF[name](mpmath.mpf(values["s"]))
        of_formula = (sigma**2 + mpmath.mpf(values["mu"]) ** 2 - 1) / 2 - mpmath.log(sigma) / 2
    assert float(example["found"]) == pytest.approx(float(of_formula), rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_samplers_conditions_and_lint(runs: Runs, name: str) -> None:
    own = data(runs, name, "sampler")["sampler"]
    assert (own["status"], own["parameterization"]) == ("agrees", name)
    other = data(runs, name, "other sampler", 1)["sampler"]
    assert (other["status"], other["parameterization"]) == ("disagrees", "logstd")
    (condition,) = data(runs, name, "small number")["conditions"]
    assert condition["passes"]
    (term,) = data(runs, name, "lint")["terms"]
    assert (term["verdict"], term["parameterization"]) == ("exact", name)


def test_a_name(runs: Runs) -> None:
    (finding,) = data(runs, "", "named")["findings"]
    assert (finding["code"], finding["parameterization"]) == ("KL207", "between")
    words = "alg_head is called a algebraic pre-activation and is a between pre-activation"
    assert finding["message"] == words


def test_a_mistake(runs: Runs) -> None:
    assert runs["", "mistake"][1].startswith("KL199: mean damped")
    assert "KL199" in runs["", "pages"][1]
    found = data(runs, "", "damped", 1)
    assert found["mistake"]["code"] == "KL199"
    assert found["corrected"] == "-0.5*(1 + logvar - mu^2 - exp(logvar))"
    assert runs["", "no ignore"][0] == 1
    assert "KL199 mean damped" in runs["", "no ignore"][1]
    assert runs["", "ignore"][0] == 0


def test_an_estimator(runs: Runs) -> None:
    assert runs["", "estimator"][0] == 0
    assert "again" in runs["", "help"][1]
    assert runs["", "estimate"][0] == 0


def test_a_format(runs: Runs) -> None:
    of_text, own = data(runs, "", "estimate"), data(runs, "", "format")
    assert own["estimates"] == of_text["estimates"]
    examples = data(runs, "", "latents")
    with mpmath.workdps(30):
        heads = zip((0.3, -1.0, 0.1, 2.0), (0.5, 0.2, -0.7, 1.0), strict=True)
        true = sum(reference.kl(mpmath.mpf(mu), SIGMA_OF["between"](mpmath.mpf(s))) for mu, s in heads) / 2
    assert examples["kl"]["mean"] == pytest.approx(float(true), rel=1e-12)


def test_a_call_and_a_name_reach_the_prefilter(runs: Runs) -> None:
    (term,) = data(runs, "", "call")["terms"]
    assert (term["verdict"], term["parameterization"]) == ("exact", "logvar")
    (finding,) = data(runs, "", "head", 1)["findings"]
    assert finding["code"] == "KL117"
    from klcli.lint.source.text_prefilter import is_candidate

    assert not any(map(is_candidate, (CALL, HEAD)))


def test_a_space(runs: Runs) -> None:
    status, out, _ = runs["", "counts"]
    assert (status, out.split(",")[0]) == (1, "other: the deviance of Poisson")
    assert "if counts is a count and rate is a rate" in out
    found = data(runs, "", "counts data", 1)
    assert (found["schema"], found["verdict"], found["proof"]) == ("klcli.verify/2", "other", None)
    assert found["symbols"] == {"head": "counts", "prior_head": "rate"}
    assert runs["", "counts rows"][1].splitlines()[1].split(",")[1] == "other"
    assert runs["", "half"][:2] == (1, "other\n")
    assert runs["", "half said"][1].startswith("other: 0.25 times the deviance of Poisson")
    assert runs["", "counts wrong"][1].startswith("wrong: ")


def test_a_question_about_gaussians_is_not_asked_in_a_space_of_others(runs: Runs) -> None:
    status, out, _ = runs["", "counts demanded"]
    assert status == 1
    assert not out.startswith("other")


def test_a_space_in_files_and_comparisons(runs: Runs) -> None:
    assert [one["verdict"] for one in data(runs, "", "counts file", 1)["results"]] == ["other", "exact"]
    mine = data(runs, "", "counts compared")["formulas"][-1]
    assert (mine["name"], mine["verdict"], mine["value"], mine["grid"]) == ("mine", "other", None, [])
    assert mine["explanation"].startswith("the deviance of Poisson; a formula of counts and rates")
    assert runs["", "counts in words"][0] == 0
    assert runs["", "counts expected"][0] == 1
    assert data(runs, "", "counts lint")["findings"] == []


def test_the_other_spaces_are_asked_as_before(runs: Runs) -> None:
    assert runs["", "matrices"][:2] == (0, "exact covariance\n")
    assert runs["", "log-ratios"][:2] == (1, "estimator k3\n")
    assert runs["", "no names"][:2] == (1, "estimator k3\n")
