"""The examples run, and say what they promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": path, **environment}, check=False
    )


def test_every_example_is_run_here() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {
        "ci_check.sh",
        "exchanged_formulas.py",
        "near_the_prior.py",
        "policy_divergence.py",
    }


def test_ci_check_passes() -> None:
    done = run("sh", str(EXAMPLES / "ci_check.sh"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "the loss is right; at mu = 0.3, logvar = 0.36464311 it is 0.08267844" in done.stdout


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("logvar.exp()", "(2 * logvar).exp()"), ("1 + logvar", "1 + 2 * logvar"), ("-0.5", "-1")],
)
def test_ci_check_fails_on_a_wrong_loss(tmp_path: Path, right: str, wrong: str) -> None:
    script = (EXAMPLES / "ci_check.sh").read_text()
    head, tail = script.split("loss='", 1)
    assert right in tail
    path = tmp_path / "broken.sh"
    path.write_text(head + "loss='" + tail.replace(right, wrong, 1))
    assert run("sh", str(path)).returncode == 1


def test_near_the_prior() -> None:
    done = run(sys.executable, str(EXAMPLES / "near_the_prior.py"))
    assert (done.returncode, done.stderr) == (0, "")
    for line in done.stdout.splitlines()[1:]:
        _, _, kernel, exact = map(float, line.split())
        assert abs(kernel - exact) <= 8 * 2.3e-16 * exact


def test_policy_divergence() -> None:
    """The interval of k3 holds the sum over all actions."""
    done = run(sys.executable, str(EXAMPLES / "policy_divergence.py"))
    assert (done.returncode, done.stderr) == (0, "")
    (k3,) = [line for line in done.stdout.splitlines() if line.strip().startswith("k3 = ")]
    low, high = map(float, re.findall(r"(\S+) to (\S+)", k3)[0])
    exact = float(done.stdout.split("actions: ")[1].split()[0])
    assert low < exact < high


def test_exchanged_formulas(tmp_path: Path) -> None:
    """With the head that it is right for a formula learns the optimum; exchanged it does not, and that is seen."""
    pytest.importorskip("torch")
    path = tmp_path / "learned.svg"
    done = run(sys.executable, str(EXAMPLES / "exchanged_formulas.py"), str(path), PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    table, picture = done.stdout.split("\n\n")
    _, best, *rows = table.splitlines()
    optimum = [float(value) for value in best.split()[2:]]
    for row in rows:
        values = [float(value) for value in re.findall(r"\d\.\d{3}", row)]
        errors = [abs(value / true - 1) for value, true in zip(values, optimum, strict=True)]
        is_right = row.startswith(("A, s a standard", "B, s a variance"))
        assert (max(errors) < 0.2) if is_right else (min(errors) > 0.4)
        assert ("nothing found" if is_right else "KL201") in row
    named = ["the optimum, 0.111", *(row[:28].strip() for row in rows)]
    drawn = path.read_text(encoding="utf-8")
    assert len(rows) == 4
    assert all(name in picture and name in drawn for name in named)
    assert max(map(len, picture.splitlines())) <= 80
