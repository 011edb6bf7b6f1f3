"""The page of the JSON documents: every field that a command prints has a row in the table of its schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import klcli as package
from klcli.render.json import render
from klcli.report.markdown_pages import FOLDER
from klcli.report.trace import trace_report
from tests.cli.conftest import Klcli
from tests.report.test_trace_data import made_up

PAGE = (FOLDER / "json.md").read_text(encoding="utf-8")
SHARED = (
    *("a witness", "a closed form", "a distribution", "a prior", "a mistake", "a verdict"),
    "as of klcli.lint/2",
)


def table(title: str) -> Iterator[tuple[str, str]]:
    """The fields of a table with their meanings; what is shared stands at its place."""
    if title.startswith("as of "):
        rows = ((field.removeprefix("findings"), said) for field, said in table("klcli.lint/2"))
        yield from ((field.removeprefix("[]."), said) for field, said in rows if field.startswith("[]"))
        return
    head = rf"^## {re.escape(title)}\n" if "/" in title else rf"^\| {title} \| meaning \|\n"
    (body,) = re.findall(rf"{head}(.*?)(?=^\| a |^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    for cell, said in re.findall(r"^\| (`[^`]+`|\(all[^|]*\)) \| (.*) \|$", body, re.MULTILINE):
        field = cell.strip("`") if cell.startswith("`") else ""
        yield field, said
        for name in SHARED:
            if said.endswith(name) and not field.endswith(OPEN):
                yield from ((f"{field}.{inner}".lstrip("."), more) for inner, more in table(name))
        prefix = "" if field.endswith("[]") else "[]"
        for inner in re.findall(r"`([A-Za-z_]+)`", said):
            yield from ((f"{field}{infix}.{inner}", said) for infix in ("", prefix))


def fields(value: Any, before: str = "") -> Iterator[str]:
    """Every field of a document, by its path; the keys of a point and of a summary are not fields."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            path = f"{before}.{key}" if before else key
            yield path
            if not path.endswith(OPEN):
                yield from fields(inner, path)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{before}[]")


OPEN = (
    "counterexample.point",
    "distribution",
    "summary",
    "heads",
    "parameters",
    "symbols",
    "quantiles",
    "columns",
    "estimator.overflow",
)
"""Objects whose keys are symbols, readings, verdicts or columns."""

FEW = "--samples=1000"
UNIT = ("compute", "--mu", "0.3", "--sigma", "1.2", FEW)
RUNS = [
    UNIT,
    ("compute", "--mu", "0.3,1", "--sigma", "1.2,1", "--reverse", FEW, "--compare-estimators"),
    ("compute", "--mu", "0.3,0.1", "--cov", "[[1.2, 0.3], [0.3, 0.9]]", "--reverse", FEW),
    (*UNIT, "--prior", "mixture: 0.3*N(-1, 0.1) + 0.7*N(1, 0.5)"),
    (*UNIT, "--prior", "laplace(0, 1)", "--max", "1", "--expect", "0.08"),
    ("compute", "--rows", "rows.csv", "--max", "1"),
    ("compare",),
    ("compare", "--param", "var", FEW),
    ("verify", "-0.5*(1 + s - mu^2 - exp(2*s))"),
    ("verify", "0.5 * (exp(s) + mu^2 - 1 - s)", "--sampler", "mu + exp(s) * eps"),
    ("verify", "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"),
    ("verify", "0.5 * (trace(S) + 3 mu' mu - d - log det S)"),
    ("verify", "0.5 * torch.sum(var + mu**2 - 1 - torch.log(var + 1e-3), -1)"),
    ("verify", "1/2 (log v2 - log v1 + v1/v2 + (mu1 - mu2)^2/v1 - 1)"),
    ("verify", "--file", "formulas.txt"),
    ("lint", "model.py", "--notes", "--show-terms"),
    ("estimate", "log_probs.csv"),
    ("estimate", "log_probs.csv", "--group", "sequence_id"),
    ("estimate", "samples.csv", "--mu", "0.3", "--sigma", "1.2"),
    ("estimate", "off_by_one.csv", "--group", "sequence_id"),
    ("latents", "posteriors.csv", "--max-kl", "30"),
    ("runlog", "run.csv"),
    ("weight", "--recon", "mse", "--recon-reduction", "mean", "--size", "784", "--kl-reduction", "sum-mean"),
    ("derive", "--param", "logvar"),
    ("derive", "--covariance"),
    ("completion", "bash"),
    ("explain", "KL101"),
    ("explain",),
    ("explain", "--all", "--output", "pages"),
]
FILES = {
    "formulas.txt": "-(1 + s - mu^2 - e^s)\n1/2 (v + mu^2 - 1 - log v)\n",
    "log_probs.csv": "log_q,log_p,sequence_id\n"
    + "".join(f"-{1 + row % 7 / 10},-{1.1 + row % 5 / 10},{row // 3}\n" for row in range(300)),
    "off_by_one.csv": "log_q,log_p,sequence_id\n"
    + "".join(
        f"{-(1 + row % 7 / 10)!r},{-(1.1 + (row + 1) % 7 / 10)!r},{row // 60}\n" for row in range(9000)
    ),
    "run.csv": "step,train/kl\n"
    + "".join(f"{row},{(0.1 if row < 120 else 0.3) + row * 7919 % 100 / 1000}\n" for row in range(240))
    + "240,inf\n",
    "rows.csv": "mu,sigma\n0.3,1.2\n0,-1\n",
    "posteriors.csv": "mu_0,mu_1,logvar_0,logvar_1\n"
    + "".join(f"{row % 7 - 3},{row % 5 / 100},{-2 + row % 3 / 10},0\n" for row in range(60))
    + "nan,0,0,0\n",
    "samples.csv": "z\n" + "".join(f"{(row % 11 - 5) / 4}\n" for row in range(200)),
    "model.py": "def forward(mu, log_sigma):\n"
    "    z = mu + torch.exp(log_sigma) * torch.randn_like(mu)\n"
    "    kl = -0.5 * torch.sum(1 + log_sigma - mu.pow(2) - log_sigma.exp(), dim=-1)\n"
    "    return z, kl\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", RUNS, ids=" ".join)
def test_every_field_is_described(klcli: Klcli, arguments: tuple[str, ...]) -> None:
    assert undescribed(klcli(*arguments, "--json").out) == []


def test_every_field_of_a_trace_is_described() -> None:
    assert undescribed(render(trace_report(made_up()).data)) == []


def undescribed(text: str) -> list[str]:
    """The fields of a document that the table of its schema does not have."""
    document = json.loads(text)
    described = dict(table(document["schema"]))
    known = {".".join(path.split(".")[:end]) for path in described for end in range(1, 9)}
    known |= {path.removesuffix("[]") for path in known}
    return [path for path in fields(document) if path not in known]


def test_the_tables_are_those_of_all_schemas() -> None:
    """Of what commands print; the files of lint's baselines and of recorders are read by klcli alone."""
    sources = (path.read_text(encoding="utf-8") for path in Path(package.__file__).parent.rglob("*.py"))
    named = {name for source in sources for name in re.findall(r'"(klcli\.[\w-]+/\d+)"', source)}
    told = re.findall(r"^## (klcli\.[\w-]+/\d+)$", PAGE, re.MULTILINE)
    assert set(told) == named - {"klcli.baseline/1", "klcli.recording/1"}
