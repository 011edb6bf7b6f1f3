"""``klcli derive``: the steps in symbols, their proof, and a document that compiles."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests.cli.conftest import Klcli


@pytest.mark.parametrize("prior", ["unit", "any"])
@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_every_reading_is_derived(klcli: Klcli, name: str, prior: str) -> None:
    result = klcli("derive", "--param", name, "--prior", prior, "--json")
    assert result.status == 0, result.err
    data = json.loads(result.out)
    assert data["schema"] == "klcli.derive/1"
    assert data["steps"][0]["formula"] == "E_q[log q - log p]"
    assert PARAMETERIZATIONS[name].meaning in data["steps"][-1]["rule"]
    assert {step["proved"] for step in data["steps"]} == {None}


def test_prove(klcli: Klcli) -> None:
    data = json.loads(
        klcli("derive", "--param", "softplus", "--prove", "--diagonal", "--unit", "bits", "--json").out
    )
    assert data["status"] == "proved"
    assert [step["proved"] for step in data["steps"]] == [None] + [True] * 9


def test_the_formulas_that_are_met_online_stand_side_by_side(klcli: Klcli) -> None:
    data = json.loads(klcli("derive", "--param", "var", "--json").out)
    assert [(one["name"], one["parameterization"]) for one in data["met_online"]] == [
        ("A", "std"),
        ("B", "var"),
        ("C", "logvar"),
        ("D", "logstd"),
    ]
    text = klcli("derive").out
    assert "Between A and B stands 2 log σ = log σ²" in text
    a, b = (next(line for line in text.splitlines() if line.startswith(f"  {name} ")) for name in "AB")
    assert a.endswith("s = σ")
    assert b.endswith("s = σ²")


@pytest.mark.parametrize("arguments", [("--prior", "any"), ("--unit", "bits"), ("--covariance",)])
def test_they_are_no_other_kl(klcli: Klcli, arguments: tuple[str, ...]) -> None:
    assert json.loads(klcli("derive", "--json", *arguments).out)["met_online"] == []


def test_what_cannot_be_proved_is_said_and_is_status_1(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    from klcli.gaussian import derivation_proof

    monkeypatch.setattr(derivation_proof, "vanishes", lambda difference: False)
    result = klcli("derive", "--prove")
    assert result.status == 1
    assert "not proved" in result.out
    assert "every step is proved" not in result.out


@pytest.mark.parametrize(
    ("name", "form"),
    [("var", "-1/2 (log s - s - mu^2 + 1)\n"), ("logvar", "-1/2 (s - e^s - mu^2 + 1)\n")],
)
def test_quiet_is_the_last_form(klcli: Klcli, name: str, form: str) -> None:
    assert klcli("derive", "--param", name, "-q").out == form


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize(
    "arguments", [(), ("--covariance",), ("--prior", "any", "--diagonal", "--unit", "bits", "--prove")]
)
def test_the_standalone_document_compiles(klcli: Klcli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = tmp_path / "derivation.tex"
    assert (
        klcli("derive", "--param", "softplus", "--standalone", *arguments, "--output", str(path)).status == 0
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_standalone_document_is_complete(klcli: Klcli) -> None:
    out = klcli("derive", "--standalone").out
    assert out.startswith("\\documentclass")
    assert out.rstrip().endswith("\\end{document}")
    assert "\\documentclass" not in klcli("derive", "--format", "latex").out


@pytest.mark.parametrize("arguments", [("--format", "markdown"), ("--json",), ("--output", "x.md")])
def test_standalone_is_latex_only(klcli: Klcli, arguments: tuple[str, ...]) -> None:
    result = klcli("derive", "--standalone", *arguments)
    assert (result.status, result.out) == (2, "")
    assert "--standalone is LaTeX" in result.err


@pytest.mark.parametrize("arguments", [(), ("--prove",), ("--unit", "bits", "--param", "logvar")])
def test_full_covariances(klcli: Klcli, arguments: tuple[str, ...]) -> None:
    result = klcli("derive", "--covariance", "--json", *arguments)
    data = json.loads(result.out)
    assert (result.status, data["prior"]) == (0, "N(mu_2, Sigma_2)")
    assert len(data["steps"]) == 9
    tried = [step["proved"] for step in data["steps"]]
    assert tried == [None] * 5 + ([True] * 4 if "--prove" in arguments else [None] * 4)
    text = klcli("derive", "--covariance", *arguments).out
    assert "neither trace nor transpose" in text
    assert "1/d of the KL" in text


@pytest.mark.parametrize("flag", [("--diagonal",), ("--prior", "any")])
def test_full_covariances_pass_through_the_special_cases(klcli: Klcli, flag: tuple[str, ...]) -> None:
    result = klcli("derive", "--covariance", *flag)
    assert result.status == 2
    assert "by itself" in result.err
