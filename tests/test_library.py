"""The library as its users import it: the names, and what type checkers know of them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import klcli

ROOT = Path(__file__).parent.parent

SCRIPT = """
import numpy
from numpy.typing import NDArray

import klcli
from klcli import Gaussian, KlcliError, kl, verdict


def penalty(mean: NDArray[numpy.float64], logvar: NDArray[numpy.float64]) -> float:
    return float(kl(mean, logvar, parameterization="logvar").sum())


def is_exact(formula: str) -> bool:
    return verdict(klcli.read(formula), klcli.PARAMETERIZATIONS["logvar"]).kind == "exact"


def nats(mean: str, sigma: str) -> float:
    try:
        return klcli.divergence(Gaussian.from_head(mean, sigma), Gaussian.from_head(0, 1)).value
    except KlcliError as error:
        print(error.message, error.hint)
        raise


def answers(log_q: NDArray[numpy.float64], log_p: NDArray[numpy.float64]) -> list[float | None]:
    exact = klcli.verify("-0.5*(1 + s - mu**2 - exp(s))", param="logvar")
    assert exact.is_exact and exact.parameterization == "logvar"
    assert klcli.compare("var").exact == ("B",) and klcli.compare().formulas[0].exact_under == ("std",)
    found = [one.code for one in klcli.lint_files("src").findings]
    return [klcli.compute(0.3, 1.2).value, klcli.estimate(log_q, log_p).value, float(len(found))]


def mistake(text: str) -> str:
    found = klcli.verify(klcli.read_program(text))
    return found.best.mistake.code if found.best.mistake else ""
"""


def mypy(folder: Path, text: str) -> str:
    """What mypy says of a program of somebody who uses klcli."""
    (folder / "program.py").write_text(text)
    options = ("--strict", "--follow-imports=silent", "--cache-dir", str(folder / "cache"), "program.py")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_a_users_program_is_strictly_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    every = "\n".join(f"reveal_type(klcli.{name})" for name in klcli.__all__)
    said = mypy(tmp_path, f"{SCRIPT}\n{every}\nklcli.misspelt\nis_exact(1)\n").splitlines()
    revealed = [line.split("Revealed type is ")[1] for line in said if "Revealed type is " in line]
    assert len(revealed) == len(klcli.__all__)
    assert '"Any"' not in revealed
    errors = [line.rpartition("[")[2] for line in said if ": error: " in line]
    assert errors == ["attr-defined]", "arg-type]"], "\n".join(said)


def test_type_checkers_and_the_program_know_the_same_names() -> None:
    tree = ast.parse(Path(klcli.__file__).read_text(encoding="utf-8"))
    (checked,) = [
        node for node in tree.body if isinstance(node, ast.If) and "not" not in ast.unparse(node.test)
    ]
    imported = {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == klcli._HOME
    assert [*klcli._HOME, "__version__"] == sorted(klcli.__all__, key="__version__".__eq__)
    assert (Path(klcli.__file__).parent / "py.typed").exists()
