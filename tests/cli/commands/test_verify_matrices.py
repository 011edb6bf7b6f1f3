"""`klcli verify` on formulas of full covariance matrices, as people see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Klcli

F = "0.5 * (trace(S) + mu @ mu - d - logdet(S))"
LATEX = (
    r"\frac{1}{2}\left(\operatorname{tr}(\Sigma_1^{-1}\Sigma_0) - k + (\mu_1-\mu_0)^\mathsf{T}\Sigma_1^{-1}"
    r"(\mu_1-\mu_0) + \ln\frac{\det\Sigma_1}{\det\Sigma_0}\right)"
)


@pytest.mark.parametrize(
    ("text", "status", "first"),
    [
        (F, 0, "exact: KL(N(mu, S) || N(0, I)), in nats, if and only if S is a covariance matrix"),
        (
            "0.5 * (trace(L @ L.T) + mu @ mu - d - 2 * sum(log(diag(L))))",
            0,
            "exact: KL(N(mu, L @ L.T) || N(0, I)), in nats, if and only if L is the lower Cholesky factor of a "
            "covariance matrix",
        ),
        (
            "1/2 (tr P^-1 + mu' mu - d + log|P|)",
            0,
            "exact: KL(N(mu, P^-1) || N(0, I)), in nats, if and only if P is a precision matrix, the inverse of a "
            "covariance matrix",
        ),
        (
            LATEX,
            0,
            r"exact: KL(N(\mu_{0}, \Sigma_{0}) || N(\mu_{1}, \Sigma_{1})), in nats, if and only if \Sigma_{0} is a "
            r"covariance matrix and \Sigma_{1} is one, too",
        ),
        (
            "0.5 * (trace(S) + mu' mu - log det S)",
            1,
            "scaled: KL(N(mu, S) || N(0, I)) + 1/2 d, in nats, if S is a covariance matrix",
        ),
        (
            "trace(S) + mu' mu - d - log det S",
            1,
            "scaled: 2 KL(N(mu, S) || N(0, I)), in nats, if S is a covariance matrix",
        ),
        (
            "0.5 * (trace(S) + mu' mu - d + log det S)",
            1,
            "wrong: KL126 the log determinant has the wrong sign, or its ratio is upside down, if S is a "
            "covariance matrix",
        ),
        ("trace(S) + mu' mu", 1, "not-kl: it lacks the ingredients of a KL, the logarithm of a determinant"),
    ],
)
def test_the_answer(klcli: Klcli, text: str, status: int, first: str) -> None:
    result = klcli("verify", text)
    assert (result.status, result.err) == (status, "")
    assert result.out.split("\n")[0] == first


def test_what_it_rests_on_is_said(klcli: Klcli) -> None:
    result = klcli("verify", F)
    assert "holds to 50 digits on 22 random positive definite pairs of sizes 1, 2, 3, 4, 5, 7" in result.out
    assert "proved" not in result.out
    assert "d is taken for the number of dimensions" in result.out


def test_the_data_has_the_keys_of_every_formula(klcli: Klcli) -> None:
    data = json.loads(klcli("verify", F, "--json").out)
    assert data.keys() == json.loads(klcli("verify", "0.5 (s^2 + mu^2 - 1 - 2 log s)", "--json").out).keys()
    assert data["schema"] == "klcli.verify/2"
    assert (data["verdict"], data["parameterization"], data["proof"]) == ("exact", "covariance", "numeric")
    assert data["symbols"] == {"mean": "mu", "head": "S"}
    assert data["prior"] == {"mean": "0", "variance": "I"}
    assert data["mistake"] is None


def test_a_mistake_in_the_data(klcli: Klcli) -> None:
    data = json.loads(klcli("verify", "0.5 (trace(S) + mu' mu - d + log det S)", "--json").out)
    assert data["mistake"] == {"code": "KL126", "name": "log det ratio upside down"}
    assert data["corrected"] == "0.5 (trace(S) + mu' mu - d - log det S)"
    assert data["counterexample"]["point"]["S"] == [[2, 0.5], [0.5, 1]]
    assert klcli("verify", data["corrected"], "-q").out == "exact covariance\n"


@pytest.mark.parametrize("style", ["text", "json", "csv", "markdown", "latex"])
def test_every_format(klcli: Klcli, style: str) -> None:
    result = klcli("verify", F, "--format", style)
    assert (result.status, result.err) == (0, "")
    assert "covariance" in result.out


@pytest.mark.parametrize(
    ("options", "status", "out"),
    [
        (["--allow-scale"], 0, "exact covariance\n"),
        (["--param", "covariance"], 0, "exact covariance\n"),
        (["--mean", "mu", "--head", "S"], 0, "exact covariance\n"),
        (["--notation", "python"], 0, "exact covariance\n"),
        (["--prior-mu", "1", "--prior-sigma", "2"], 1, "other-prior covariance\n"),
        (["--sampler", "mu + torch.linalg.cholesky(S) @ eps"], 0, "exact covariance\n"),
        (["--sampler", "mu + S @ eps"], 1, "exact covariance KL201\n"),
        (["--sampler", "mu + 0.1 * torch.linalg.cholesky(S) @ eps"], 1, "exact covariance KL203\n"),
        (["--sampler", "mu + torch.linalg.cholesky(S) @ torch.rand_like(mu)"], 1, "exact covariance KL202\n"),
    ],
)
def test_options(klcli: Klcli, options: list[str], status: int, out: str) -> None:
    result = klcli("verify", F, "-q", *options)
    assert (result.status, result.out, result.err) == (status, out, "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([F, "--param", "std"], "--param std is a reading of a number"),
        (
            ["0.5 (s^2 + mu^2 - 1 - 2 log s)", "--param", "cholesky"],
            "--param cholesky is a reading of a matrix",
        ),
        ([F, "--head", "mu"], "mu is no matrix of the formula"),
        ([F, "--sampler", "mu + eps"], "the sampling line does not use S"),
        ([F, "--sampler", "S @ eps"], "the sampling line does not use mu"),
        ([F, "--sampler", "mu + S * eps"], "the parts of the sampling line do not fit together"),
        (
            [F, "--sampler", "2 * mu + S @ eps"],
            "the sampling line is not the mean plus a matrix times the noise",
        ),
        (
            [F, "--sampler", "mu + S @ eps**2"],
            "the sampling line is not the mean plus a matrix times the noise",
        ),
        ([F, "--sampler", "mu + S @ eps + x"], "a sampling line has a mean, a matrix and one noise"),
        (["trace(S) + S - logdet(S)"], "the parts of this formula do not fit together"),
        (["trace(S"], "this bracket is never closed"),
        (["0.5 * (np.trace(S, foo=1) + mu @ mu)"], "foo= is not understood here"),
    ],
)
def test_bad_input(klcli: Klcli, arguments: list[str], problem: str) -> None:
    result = klcli("verify", *arguments)
    assert (result.status, result.out) == (2, "")
    assert problem in result.err


HOSTILE = [
    "inv(" * 70 + "S" + ")" * 70 + " + logdet(S)",
    "logdet(" + "+".join("S" * 1500) + ")",
    "+".join(f"trace(A{i} @ B{i})" for i in range(15)),
    "+".join(f"trace({a}*{b})" for a in "ABCDEF" for b in "ABCDEF"),
    "0.5*(tr(" + "(A+B)(A+B)" * 40 + ") + mu' mu - log det A)",
    "exp(exp(exp(1000 tr(S)))) - log det S",
    "tr(S)^(10^400) - log det S",
    "|" * 3000,
    "tr(S) + " + "|" * 41,
    "'" * 3000 + "tr",
    "S" + "'" * 3000 + " tr(S)",
    "S" + "^T" * 1000 + " + tr(S)",
    "log det " * 300 + "S",
    "tr\\{\\{S",
    "0 * logdet(S) + 0 * trace(S)",
    "logdet(S - S) + trace(S)",
    "trace(inv(S - S)) - logdet(S)",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_answered_or_refused(klcli: Klcli, text: str) -> None:
    result = klcli("verify", text)
    assert result.status in (1, 2)
    assert "internal" not in result.err


def test_a_file_may_have_both_kinds(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "formulas.txt"
    path.write_text(f"{F}\n-0.5 (1 + logvar - mu^2 - exp(logvar))\ntrace(S\n")
    result = klcli("verify", "--file", str(path), "-q")
    assert (result.status, result.out) == (2, "exact covariance\nexact logvar\nunreadable\n")
    data = json.loads(klcli("verify", "--file", str(path), "--json").out)
    assert [entry["verdict"] for entry in data["results"]] == ["exact", "exact", "unreadable"]


def test_pages(klcli: Klcli) -> None:
    result = klcli("explain", "KL124")
    assert result.out.startswith("KL124: log det of the factor not doubled")
    assert "0.5 * (trace(L L') + mu' mu - d - 2 sum(log(diag(L))))" in result.out
