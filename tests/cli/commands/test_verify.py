"""``klcli verify``: what it says, statuses, files, formats, and what nobody should type."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Klcli
from tests.formula.hostile import REFUSED
from tests.formula.pasted import PASTED

LOGVAR = "-0.5 * (1 + logvar - mu^2 - exp(logvar))"
LOST = "-0.5 * torch.sum(1 + log_sigma - mu.pow(2) - log_sigma.exp()**2)"


def data(klcli: Klcli, *arguments: str) -> Any:
    result = klcli("verify", *arguments, "--json")
    assert result.err == ""
    return json.loads(result.out)


def test_a_right_formula(klcli: Klcli) -> None:
    result = klcli("verify", "-v", LOGVAR)
    assert (result.status, result.err) == (0, "")
    first = "exact: KL(N(mu, exp(logvar)) || N(0, 1)), in nats, if and only if logvar is a log-variance\n"
    assert result.out.startswith(first)
    assert "proved by algebra" in result.out
    assert "0.5 * (expm1(logvar) - logvar + mu^2)" in result.out
    assert "logvar > 11.09 (half), 88.723 (single), 709.78 (double)" in result.out


def test_a_wrong_formula(klcli: Klcli) -> None:
    result = klcli("verify", LOST)
    assert (result.status, result.err) == (1, "")
    first, second, *_ = result.out.split("\n")
    assert first.startswith("wrong: KL101 the log term has lost its factor 2")
    assert first.endswith("it is 1/2 KL to N(0, 1/2) up to a constant: its optimum is sigma = 0.7071, not 1")
    assert second == "corrected: -0.5 * torch.sum(1 + 2 * log_sigma - mu.pow(2) - log_sigma.exp()**2)"


def test_the_json_of_a_right_formula(klcli: Klcli) -> None:
    found = data(klcli, LOGVAR)
    assert [entry["verdict"] for entry in found.pop("readings")] == ["exact"] + ["wrong"] * 8
    assert found == {
        "schema": "klcli.verify/2",
        "input": LOGVAR,
        "notation": "ascii",
        "verdict": "exact",
        "parameterization": "logvar",
        "prior_parameterization": None,
        "scale": "1",
        "shift": "0",
        "prior": {"mean": "0", "variance": "1"},
        "direction": "forward",
        "unit": "nats",
        "reduction": "none",
        "symbols": {"mean": "mu", "head": "logvar"},
        "mistake": None,
        "corrected": None,
        "counterexample": None,
        "proof": "symbolic",
        "conditions": [],
        "shapes": None,
        "estimator": None,
        "sampler": None,
        "warnings": [],
    }


def test_sympy_is_a_second_witness(klcli: Klcli) -> None:
    found = klcli("verify", "--prove", LOGVAR)
    assert "proved by algebra, for all means and heads, and by sympy" in found.out
    # A divisor that is 0 where mu = 0, which sympy cancels: no proof of ours.
    removable = "-0.5 * (1 + s - mu^2 - exp(s)) + mu/mu - 1"
    found = klcli("verify", "--prove", removable)
    assert "holds to 50 digits" in found.out
    assert "warning: sympy shows what is not proved here" in found.out
    assert data(klcli, removable, "--prove")["proof"] == "numeric"
    refused = klcli("verify", "--prove", "--no-prove", LOGVAR)
    assert (refused.status, "--prove and --no-prove are given" in refused.err) == (2, True)


def test_the_json_of_a_wrong_formula(klcli: Klcli) -> None:
    found = data(klcli, LOST)
    assert (found["verdict"], found["parameterization"], found["notation"]) == ("wrong", "logstd", "python")
    assert found["mistake"] == {"code": "KL101", "name": "factor 2 lost on the log"}
    assert (found["scale"], found["shift"]) == ("1/2", "(1/4 log(2) - 1/4) B d")
    assert (found["prior"], found["reduction"]) == ({"mean": "0", "variance": "1/2"}, "sum")
    # KL at mu = 0.5, sigma = e: (e^2 + 1/4 - 1)/2 - 1, with mpmath; the formula is larger by 1/2.
    assert found["counterexample"]["point"] == {"mu": 0.5, "log_sigma": 1}
    assert found["counterexample"]["expected"] == pytest.approx(2.319528049465325, rel=1e-15)
    assert found["counterexample"]["found"] == pytest.approx(2.819528049465325, rel=1e-15)
    assert found["proof"] == "symbolic"
    assert data(klcli, LOST, "--no-prove")["proof"] == "numeric"
    assert data(klcli, LOST, "--prove")["proof"] == "symbolic"
    assert data(klcli, "-1/2 (1 + s + mu^2 - e^s)")["proof"] is None


@pytest.mark.parametrize(
    ("arguments", "status", "bare"),
    [
        ((LOGVAR,), 0, "exact logvar"),
        ((LOGVAR, "--param", "logvar"), 0, "exact logvar"),
        ((LOGVAR, "--param", "var"), 1, "wrong"),
        (("-(1 + s - mu^2 - e^s)",), 1, "scaled logvar KL106"),
        (("-(1 + s - mu^2 - e^s)", "--allow-scale"), 0, "scaled logvar KL106"),
        ((f"beta * {LOGVAR}",), 1, "scaled logvar"),
        ((f"beta * {LOGVAR}", "--allow-scale"), 0, "scaled logvar"),
        ((f"mean({LOGVAR})", "--allow-scale"), 0, "scaled logvar"),
        (("1/2 (mu^2/4 + s^2/4 - 1 - 2 log(s) + log(4))",), 1, "other-prior std"),
        (("1/2 (mu^2/4 + s^2/4 - 1 - 2 log(s) + log(4))", "--prior-sigma", "2"), 0, "exact std"),
        (("log s + (1 + mu^2)/(2 s^2) - 1/2",), 1, "reversed std KL115"),
        (("mu + s",), 1, "not-kl"),
        (("-1/2(1 + mu - s^2 - e^mu)", "--mean", "mu"), 1, "wrong"),
        (("-1/2(1 + μ − σ² − e^μ)", "--mean", "σ", "--head", "mu"), 0, "exact logvar"),
        ((LOGVAR, "--sampler", "mu + exp(logvar/2) * eps"), 0, "exact logvar"),
        ((LOGVAR, "--sampler", "mu + exp(logvar) * eps"), 1, "exact logvar KL201"),
        ((LOGVAR, "--sampler", "mu + exp(logvar/2) * torch.rand_like(mu)"), 1, "exact logvar KL202"),
        ((LOGVAR, "--sampler", "mu + 0.1 * exp(logvar/2) * eps"), 1, "exact logvar KL203"),
        (("--no-prove", LOGVAR, "--notation", "math"), 0, "exact logvar"),
        (("--", LOGVAR), 0, "exact logvar"),
    ],
)
def test_statuses(klcli: Klcli, arguments: tuple[str, ...], status: int, bare: str) -> None:
    result = klcli("verify", "-q", *arguments)
    assert (result.status, result.out.strip(), result.err) == (status, bare, "")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((), "no formula is given", "klcli verify '-0.5"),
        (("",), "the formula is empty", "for example"),
        (("1 + 2 +",), "found the end of the formula", ""),
        (("3",), "the formula has no symbol", "for example"),
        ((LOGVAR, "--param", "logvr"), "--param cannot be 'logvr'", "did you mean 'logvar'?"),
        ((LOGVAR, "--mean", "m"), "the formula has no symbol m", "its symbols: logvar, mu"),
        ((LOGVAR, "--mean", "1+x"), "'1+x' is no name", "--mean mu"),
        ((LOGVAR, "--prior-sigma", "0"), "--prior-sigma must be > 0", "standard deviation"),
        ((LOGVAR, "--prior-mu", "1,2"), "of one dimension", "one number"),
        ((LOGVAR, "--sampler", "mu"), "the sampling line does not use logvar; it has mu", "mu + std * eps"),
        ((LOGVAR, "--sampler", "mu * logvar * eps"), "not the mean plus something", "eps"),
        ((LOGVAR, "--file", "x"), "a formula and --file are given", ""),
        (("--file", "/nonexistent"), "cannot read /nonexistent", ""),
        ((LOGVAR, "--notation", "python"), "'^' is no power in Python", "**"),
        ((LOGVAR, "--smapler", "x"), "no such option: --smapler", "--sampler"),
        ((LOGVAR, "--prio-sigma", "1"), "no such option: --prio-sigma", "did you mean --prior-sigma or"),
        ((LOGVAR, "extra"), "unexpected extra argument", "--help"),
    ],
)
def test_what_is_refused(klcli: Klcli, arguments: tuple[str, ...], message: str, hint: str) -> None:
    result = klcli("verify", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err
    assert result.err.startswith("error: ")


class _Stdin(io.StringIO):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.buffer = io.BytesIO(content)


def test_standard_input_is_one_program(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "std = torch.exp(0.5 * logvar)\nkl = 1 + 2*torch.log(std) - mu**2 - std**2\nkl *= -0.5\n"
    monkeypatch.setattr(sys, "stdin", _Stdin(program.encode()))
    assert klcli("verify", "-", "-q").out == "exact logvar\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"-0.5*(1 + s\0 - mu^2)", "invisible character U+0000"),
        (b"\xff\xfe1\0+\0", "standard input is not UTF-8: byte 0 is 0xff"),
        (b"", "the formula is empty"),
        (b"\n\n", "the formula is empty"),
        (b"9" * 1_000_000, "has 1,000,000 characters"),
    ],
)
def test_standard_input_that_is_refused(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(content))
    result = klcli("verify", "-")
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_a_correction_of_several_lines(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "kl = 1 + logvar - mu**2 - torch.exp(logvar)\nkl = kl.sum(1)\nreturn 0.5 * kl\n"
    monkeypatch.setattr(sys, "stdin", _Stdin(program.encode()))
    result = klcli("verify", "-")
    assert result.status == 1
    assert "  corrected  kl = 1 + logvar" in result.out
    assert "return -0.5 * kl\n" in result.out


FILE = f"""# formulas
{LOGVAR}

-0.5 * (1 + log_sigma - mu^2 - exp(2 log_sigma))
-(1 + s - mu^2 - e^s)
"""


def test_a_file(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "formulas.txt"
    path.write_text(FILE, encoding="utf-8")
    result = klcli("verify", "--file", str(path))
    assert result.status == 1
    assert result.out.startswith("3 formulas: 1 exact, 1 wrong, 1 scaled\n")
    assert "1 of 3 hold" in result.out
    found = data(klcli, "--file", str(path), "--allow-scale")
    assert found["schema"] == "klcli.verify/2"
    assert [entry["verdict"] for entry in found["results"]] == ["exact", "wrong", "scaled"]
    assert found["summary"] == {"formulas": 3, "holds": 2, "exact": 1, "wrong": 1, "scaled": 1}
    assert (
        klcli("verify", "--file", str(path), "-q").out
        == "exact logvar\nwrong logstd KL101\nscaled logvar KL106\n"
    )


def test_a_line_that_cannot_be_read_does_not_stop_the_others(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "formulas.txt"
    path.write_text(f"1 + \n{LOGVAR}\n", encoding="utf-8")
    result = klcli("verify", "--file", str(path), "--json")
    assert result.status == 2
    first, second = json.loads(result.out)["results"]
    assert first["verdict"] == "unreadable"
    assert "found the end of the formula" in first["error"]
    assert second["verdict"] == "exact"
    path.write_text(f"1 + \n{LOGVAR} + 2*mu\n", encoding="utf-8")
    assert klcli("verify", "--file", str(path)).status == 1, "what is wrong comes before what is not read"


def test_a_file_of_right_formulas_holds(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "formulas.txt"
    path.write_bytes(b"\xef\xbb\xbf" + f"{LOGVAR}\r\n{LOGVAR}\r\n".encode())
    assert klcli("verify", "--file", str(path), "-qq").status == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is no formula"),
        (b"# none\n\n", "there is no formula"),
        (b"\xff\xfe", "is not UTF-8: byte 0 is 0xff"),
    ],
)
def test_files_that_are_refused(klcli: Klcli, tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "formulas.txt"
    path.write_bytes(content)
    result = klcli("verify", "--file", str(path))
    assert (result.status, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("form", ["csv", "markdown", "latex", "json", "text"])
def test_every_format(klcli: Klcli, form: str, tmp_path: Path) -> None:
    result = klcli("verify", LOST, "--format", form)
    assert result.status == 1
    assert "KL101" in result.out
    path = tmp_path / "formulas.txt"
    path.write_text(FILE, encoding="utf-8")
    assert "KL101" in klcli("verify", "--file", str(path), "--format", form).out


def test_the_sampler_in_json(klcli: Klcli) -> None:
    found = data(klcli, LOGVAR, "--sampler", "mu + 0.1 * exp(logvar) * eps")
    assert found["sampler"] == {
        "status": "disagrees",
        "parameterization": "logstd",
        "noise": "eps",
        "factor": "1/10",
        "mistake": {"code": "KL201", "name": "sampler and KL disagree"},
    }


HOSTILE = {label: text for label, text in REFUSED.items() if "\0" not in text}


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_texts_get_one_clear_error_in_a_second(klcli: Klcli, label: str) -> None:
    start = time.process_time()
    result = klcli("verify", "--no-prove", "--", HOSTILE[label])
    assert time.process_time() - start < 1
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert result.err.count("error: ") == 1
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "text",
    [
        "9^9^9^9",
        "9^9^9^9 * s + log s - mu^2",
        "-1/2 (1 + s - mu^2 - e^(9^9^9^9 s))",
        "log(log(log(log s))) + mu^2",
        "e^e^e^e^s - log s + mu^2",
        "(s + mu)^(10^300) + log s",
        "1e400 log s + mu^2",
        "abs(s)^s^s^s + log(mu)",
        "sqrt(-1 - s^2) + mu^2 + log(s)",
        "mu/(s - s) + log(s)",
    ],
)
def test_extreme_formulas_end_in_time(klcli: Klcli, text: str) -> None:
    start = time.process_time()
    result = klcli("verify", "--no-prove", "--", text)
    assert time.process_time() - start < 20  # it ends; how fast, is for the benchmarks
    assert result.status in (1, 2)
    assert "Traceback" not in result.err
    assert "internal" not in result.err


F = "torch.sum(1 + logvar - mu.pow(2) - logvar.exp())"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (f"KLD = -0.5 * {F}; loss = recon + beta*KLD", "scaled logvar"),
        (f"KLD = -0.5 * {F}; BCE + KLD/batch_size", "exact logvar"),
        (f"recon + 0.1 * -0.5 * {F}", "scaled logvar"),
        (f"recon - 0.5 * {F}", "exact logvar"),
        ("1 + s - mu^2 - exp(s)", "wrong logvar KL120"),
        ("1/2 (1 + s - mu^2 - exp(s))", "wrong logvar KL109"),
    ],
)
def test_terms_and_weights_of_a_loss(klcli: Klcli, text: str, bare: str) -> None:
    assert klcli("verify", text, "-q").out.strip() == bare


def test_what_is_said_about_another_prior(klcli: Klcli) -> None:
    result = klcli("verify", LOGVAR, "--prior-sigma", "2")
    assert result.out.startswith("other-prior: KL(N(mu, exp(logvar)) || N(0, 1)), not N(0, 4), in nats")
    pair = klcli("verify", "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2", "--prior-mu", "1")
    assert "--prior-mu and --prior-sigma are not used" in pair.out


def test_a_file_name_is_no_formula(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "many.txt").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = klcli("verify", "many.txt")
    assert (result.status, result.err) == (
        2,
        "error: many.txt is a file\nhint: klcli verify --file many.txt\n",
    )


@pytest.mark.parametrize("name", ["model.py", "./losses.ipynb", "src", "src/", ".", "my model.py"])
def test_the_name_of_code_points_to_lint(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "my model.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = klcli("verify", name)
    shown = f"'{name}'" if " " in name else name
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"error: {name} is ")
    assert result.err.endswith(f"klcli lint {shown}\n")


@pytest.mark.parametrize(("text", "answer"), [(text, answer) for text, _, answer in PASTED if answer])
def test_what_people_paste_is_settled(klcli: Klcli, text: str, answer: str) -> None:
    assert klcli("verify", "--no-prove", "-q", "--", text).out.strip() == answer


def test_the_correction_of_a_pasted_formula_has_no_wrapper(klcli: Klcli) -> None:
    result = klcli("verify", f"```python\n>>> {LOST}\n```")
    assert "corrected: -0.5 * torch.sum(1 + 2 * log_sigma - mu.pow(2) - log_sigma.exp()**2)\n" in result.out
    lost = r"$$ -\tfrac12 (1 + \log\hat\sigma - \hat{\mu}^2 - \hat{\sigma}^2). $$"
    result = klcli("verify", lost, "--param", "std")
    assert r"corrected: -\tfrac12 (1 + 2 \log\hat\sigma - \hat{\mu}^2 - \hat{\sigma}^2)" in result.out


def test_the_sum_sign_and_the_letter(klcli: Klcli) -> None:
    assert klcli("verify", "-½ ∑ (1 + log σ² − μ² − σ²)", "-q").out == "exact std\n"
    assert klcli("verify", "-½ Σ (1 + log σ² − μ² − σ²)", "-q").out == "exact std\n"
    result = klcli("verify", "½ (Σ (1) + μ² − 1 − log Σ)")
    assert result.status == 2
    assert "is 'Σ' a sum or a symbol here?" in result.err


def test_floating_point_is_one_line_unless_more_is_asked_for(klcli: Klcli) -> None:
    formula = "-0.5 * (1 + s - mu^2 - e^s)"
    short, full = klcli("verify", formula).out, klcli("verify", formula, "-v").out
    assert "% off near the prior, infinite for s > 88.7; -v shows a stable form" in short
    assert "overflow" not in short
    assert "loses digits near the prior" in full
    assert "for s > 11.09 (half), 88.723 (single), 709.78 (double)" in full
    assert "0.5 * (expm1 s - s + mu^2)" in full
