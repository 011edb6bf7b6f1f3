"""``klcli trace``: programs that end well and badly, functions, formats."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import klcli as klcli_package
from klcli.trace.interpreter_launch import launched
from tests.cli.conftest import Klcli, Result

pytest.importorskip("torch")

STEP = """
import sys
import torch
from torch.nn import functional as F

torch.manual_seed(0)
encoder, decoder = torch.nn.Linear(12, 8), torch.nn.Linear(4, 12)

def step(beta=1.0):
    x = torch.rand(6, 12)
    mu, logvar = encoder(x).chunk(2, 1)
    z = mu + torch.exp(logvar / 2) * torch.randn_like(mu)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()
    return F.mse_loss(decoder(z), x, reduction="sum") / 6 + beta * kl
"""


Traced = Callable[..., Result]


@pytest.fixture
def traced(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Traced:
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str, before: str = STEP, behind: tuple[str, ...] = ()) -> Result:
        (tmp_path / "train.py").write_text(before + textwrap.dedent(text))
        return klcli("trace", "--python", sys.executable, *options, "train.py", *behind)

    return run


@pytest.fixture
def _launched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of one program several times is asked of one run of it: PyTorch takes seconds to load."""
    monkeypatch.setattr("klcli.cli.commands.trace.launched", cache(launched))


def test_a_program_of_numpy_is_told_what_to_trace(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text, said in (
        (
            "import numpy as np\nprint(np.square([1.0]))\n",
            "computes with NumPy, which differentiates nothing",
        ),
        ("print(1)\n", "loaded none of torch"),
    ):
        (tmp_path / "step.py").write_text(text)
        result = klcli("trace", "--python", sys.executable, "step.py")
        assert result.status == 2
        assert said in result.err
        assert "klcli trace step:loss" in result.err


def test_a_program_is_watched_stopped_and_explained(traced: Traced) -> None:
    result = traced(
        """
        print("arguments", sys.argv)
        try:
            step().backward()
        except Exception:
            print("caught")
        print("not reached")
        """,
        behind=("--", "--epochs", "1"),
    )
    assert result.status == 0, result.err
    assert "at the first backward pass (train.py:18)" in result.out
    assert "KL(N(mu, exp(logvar)) || N(0, 1)), sum over 4 latents, mean over the batch" in result.out
    assert "beta 0.5 at decoder sigma 1; beta 1 at decoder sigma 0.707107" in result.out


def test_what_the_program_prints_goes_to_standard_error(tmp_path: Path) -> None:
    text = 'print("arguments", sys.argv[1:])\nstep().backward()\nprint("not reached")\n'
    (tmp_path / "train.py").write_text(STEP + text)
    command = [sys.executable, "-m", "klcli", "trace", "--python", sys.executable]
    for option, said in ((), True), (("--quiet-program",), False):
        done = subprocess.run(
            [*command, *option, "-q", "train.py", "--epochs", "1"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(klcli_package.__file__).parent.parent)},
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert ("arguments ['--epochs', '1']" in done.stderr) is said
        assert "not reached" not in done.stderr


def test_json_has_all_of_it(traced: Traced) -> None:
    result = traced("step(3.0).backward()", "--json")
    data = json.loads(result.out)
    assert data["schema"] == "klcli.trace/1"
    assert data["framework"].startswith("torch ")
    (loss,) = data["losses"]
    assert (loss["path"], loss["line"], loss["terms"]) == ("train.py", 15, [0, 1])
    assert loss["beta"] == pytest.approx(1.5)
    recon, kl = data["terms"]
    assert (recon["kind"], recon["reduction"], recon["weight"]) == (
        "likelihood",
        "sum-mean",
        pytest.approx(1),
    )
    assert (kl["kind"], kl["verdict"], kl["parameterization"]) == ("kl", "exact", "logvar")
    assert (kl["prior"], kl["proof"]) == ({"mean": "0", "variance": "1"}, "algebra")
    assert kl["numbers"]["agrees"]
    assert kl["share"] + recon["share"] == pytest.approx(1, abs=1e-6)
    (sample,) = data["samplers"]
    assert (sample["parameterization"], sample["line"], sample["term"]) == ("logvar", 12, 1)
    assert data["steps"] == [{"step": 1, "loss": 0, "weights": [pytest.approx(1), pytest.approx(3)]}]
    assert data["findings"] == []


WRONG = "encoder = torch.nn.Linear(12, 8)\n" + textwrap.dedent(
    """
    def wrong():
        mu, logvar = encoder(torch.rand(6, 12)).chunk(2, 1)
        return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp() ** 2, 1).mean()
    wrong().backward()
    """
)


@pytest.mark.usefixtures("_launched_once")
def test_findings_in_every_format(traced: Traced) -> None:
    for format_, expected in {
        "text": "error: KL105",
        "concise": "train.py:19:1: KL105 [error] the variance is squared once too often, for a log-variance",
        "github": "::error file=train.py,line=19",
        "sarif": '"ruleId": "KL105"',
        "junit": 'type="KL105"',
        "markdown": "KL105",
    }.items():
        result = traced(WRONG, "--format", format_)
        if "PackageNotFoundError" in result.err:
            continue  # klcli is not installed
        assert result.status == 1, result.err
        assert expected in result.out


def test_terms_as_csv(traced: Traced) -> None:
    rows = list(csv.DictReader(io.StringIO(traced("step(0.25).backward()", "--format", "csv").out)))
    assert [row["kind"] for row in rows] == ["likelihood", "kl"]
    assert float(rows[1]["weight"]) == pytest.approx(0.25)
    assert rows[1]["prior"] == "N(0, 1)"


def test_weights_that_change_from_step_to_step(traced: Traced) -> None:
    result = traced("for i in range(5): step(i / 10).backward()", "--steps", "3", "--json")
    assert [one["weights"][1:] for one in json.loads(result.out)["steps"]] == [
        [0],
        [pytest.approx(0.1)],
        [pytest.approx(0.2)],
    ]


def test_two_losses(traced: Traced) -> None:
    text = "step().backward()\n(decoder(torch.rand(2, 4)) ** 2).mean().backward()"
    data = json.loads(traced(text, "--steps", "2", "--json").out)
    assert [loss["line"] for loss in data["losses"]] == [15, 16]


def test_a_failure_after_the_first_backward_pass_still_gives_the_report(traced: Traced) -> None:
    result = traced("step().backward()\nraise ValueError('too late')", "--steps", "2")
    assert result.status == 0
    assert "kl" in result.out
    assert "failed after what is reported: ValueError: too late" in result.err


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("raise ValueError('bad data')", (), "failed before its first backward pass: ValueError: bad data"),
        (STEP + "step()", (), "ran to its end without a backward pass"),
        ("import sys\nsys.exit(5)", (), "ended with status 5 before a backward pass"),
        ("import os\nos._exit(7)", (), "ended with status 7 before a backward pass"),
        ("import time\ntime.sleep(600)", ("--timeout", "1"), "no backward pass within 1 seconds"),
    ],
)
def test_programs_without_a_loss(traced: Traced, text: str, options: tuple[str, ...], message: str) -> None:
    result = traced(text, *options, before="")
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_the_ctrl_c_of_a_program_is_its_own(traced: Traced) -> None:
    """It ends the program and what watches it, also behind an ``except Exception``."""
    result = traced("try:\n    raise KeyboardInterrupt\nexcept Exception:\n    step().backward()")
    assert (result.status, result.out) == (130, "")


def test_a_gradient_that_is_asked_for_is_a_loss(traced: Traced) -> None:
    """One by an input is reported when the program has ended, as it may be a step on the way."""
    text = """
    x = torch.rand(6, 12, requires_grad=True)
    torch.autograd.grad(step().detach() + (encoder(x) ** 2).sum(), x)
    torch.autograd.grad(step(2.0), list(encoder.parameters()))
    print("not reached")
    """
    result = traced(text, "--json")
    assert result.status == 0, result.err
    (loss,) = json.loads(result.out)["losses"]
    assert loss["line"] == 18
    assert "not reached" not in result.err


def test_what_was_seen_before_an_exit_is_reported(traced: Traced) -> None:
    result = traced("step().backward()\nimport os\nos._exit(7)", "--steps", "2")
    assert result.status == 0
    assert "the program ended with status 7" in result.err


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_workers_of_a_data_loader(traced: Traced, how: str) -> None:
    result = traced(
        f"""
        if __name__ == "__main__":
            data = torch.utils.data.TensorDataset(torch.rand(6, 12))
            loader = torch.utils.data.DataLoader(data, 6, num_workers=1, multiprocessing_context="{how}")
            for (x,) in loader:
                step().backward()
        """
    )
    assert result.status == 0, result.err
    assert "KL(N(mu" in result.out


def test_a_compiled_step_is_watched_as_it_is_written(traced: Traced) -> None:
    result = traced("torch.compile(step)().backward()", "--json")
    assert result.status == 0, result.err
    assert [term["verdict"] for term in json.loads(result.out)["terms"]] == [None, "exact"]


@pytest.mark.usefixtures("_launched_once")
def test_what_is_not_exact_passes_when_it_is_accepted(traced: Traced) -> None:
    text = """
    mu, logvar = encoder(torch.rand(6, 12)).chunk(2, 1)
    (-0.5 * torch.mean(1 + logvar - mu**2 - logvar.exp())).backward()
    """
    refused = traced(text)
    assert refused.status == 1
    assert "passes only with --accept scaled" in refused.out
    assert traced(text, "--accept", "scaled").status == 0


def test_a_module_and_a_function(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "train.py").write_text(STEP + "step(float(sys.argv[1])).backward()\n")
    (tmp_path / "package" / "losses.py").write_text(
        "def kl(mu, logvar, beta=1.0):\n    return -0.5 * beta * (1 + logvar - mu**2 - logvar.exp()).sum()\n"
        "def hungry(mu, a, b, c, d):\n    return mu\n"
        "def empty():\n    return 3\n"
    )
    python = ("--python", sys.executable)
    module = json.loads(klcli("trace", *python, "--json", "-m", "package.train", "2").out)
    assert module["terms"][1]["weight"] == pytest.approx(2)
    function = json.loads(klcli("trace", *python, "--json", "--arg", "beta=0.5", "package.losses:kl").out)
    (term,) = function["terms"]
    assert (term["what"][:20], term["weight"], term["reduction"]) == ("KL(N(mu, exp(logvar)", 0.5, "sum")
    (tmp_path / "package" / "arrays.py").write_text(
        "import numpy as np\n\ndef kl(mu, std):\n    return np.sum((std**2 + mu**2 - 1) / 2 - np.log(std))\n"
        "def kl_of_three(mu, std, beta):\n    return np.cumsum(np.sort(mu * std * beta))[-1]\n"
    )
    behind = json.loads(klcli("trace", *python, "package.losses:kl", "--arg", "beta=0.5", "--json").out)
    assert behind["terms"] == function["terms"]
    shaped = json.loads(klcli("trace", *python, "package.losses:kl", "--input", "5,2", "--json").out)
    assert "sum over 2 latents" in shaped["terms"][0]["what"]
    of_numpy = json.loads(klcli("trace", *python, "--json", "package.arrays:kl").out)
    assert of_numpy["framework"].startswith("numpy ")
    assert of_numpy["terms"][0]["parameterization"] == "std"
    unchecked = klcli("trace", *python, "package.arrays:kl_of_three")
    assert (unchecked.status, "no KL that could be followed" in unchecked.out) == (2, True)
    for target, message in (
        ("package.loses:kl", "cannot be imported"),
        ("package.losses:empty", "takes no arrays"),
        ("package.losses:hungry", "up to 4 arguments"),
    ):
        result = klcli("trace", *python, target)
        assert (result.status, result.out) == (2, "")
        assert message in result.err
        assert "hint: " in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.py",), "there is no file nothing.py"),
        (("nothing",), "there is no file nothing"),
        ((), "no program is given"),
        (("--python", "/no/python", "a.b:c"), "/no/python cannot be run"),
        (("--python", "/bin/true", "a.b:c"), "/bin/true ended with status 0, and ran nothing"),
        (("--python", sys.prefix, "a.b:c"), "--python " + sys.prefix + "/bin/python names an interpreter"),
        (("--arg", "beta", "a.b:c"), "--arg is NAME=VALUE"),
        (("a.b:c", "3"), "a function has no command line"),
        (("a.b:c", "--epochs", "3"), "--epochs"),
        (("a.b:c", "--input", "3,a"), "--input must be a number"),
        (("--input", "3,4", __file__), "--arg and --input are for functions"),
        (("--steps", "0", "a.b:c"), "--steps must be a whole number"),
        (("--timeout", "-1", "a.b:c"), "--timeout must be a number > 0"),
        (("--arg", "x=1", __file__), "--arg and --input are for functions"),
        ((".",), "is a directory"),
    ],
)
def test_what_cannot_be_run(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    result = klcli("trace", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "hint: " in result.err


def test_an_interpreter_without_a_framework(klcli: Klcli, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    python.chmod(0o755)
    result = klcli("trace", "--python", str(python), __file__)
    assert (result.status, result.out) == (2, "")
    assert "no framework that can be watched is installed" in result.err
    assert "--python" in result.err
