"""Linting the sources of installed packages against `ast.parse` of the same files, and what is found there."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

from klcli.cli.linting.lint_project import cores
from klcli.cli.linting.walk import walk
from tests.benchmarks.table import print_table

PACKAGES = ("torch", "scipy", "numpy", "sympy", "sklearn", "networkx", "matplotlib", "mypy", "setuptools")
COLUMNS = ("", "files", "parse s", "one core", f"{cores()} cores", "findings", "terms", "unreadable")


def main() -> None:
    """Print the table; nothing is expected to be found."""
    folders = {name: folder for name in PACKAGES if (folder := _folder(name))}
    print_table(
        "Lint, time to that of ast.parse of the same files",
        COLUMNS,
        [_row(name, folder) for name, folder in folders.items()],
    )


def _folder(package: str) -> str | None:
    """Where a package is installed; it is not imported."""
    spec = find_spec(package)
    return str(Path(spec.origin).parent) if spec and spec.origin else None


def _row(name: str, folder: str) -> list[str]:
    files = walk([folder], gitignore=False).files
    parse = _parsing(files)
    one, data = _linting(folder, 1)
    all_cores, _ = _linting(folder, cores())
    found = (len(data[key]) for key in ("findings", "terms", "unreadable"))
    return [
        name,
        str(len(files)),
        f"{parse:.1f}",
        f"{one / parse:.2f}",
        f"{all_cores / parse:.2f}",
        *map(str, found),
    ]


def _parsing(files: list[str]) -> float:
    """Seconds for reading and parsing files, one after the other."""
    start = time.perf_counter()
    for file in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse(Path(file).read_bytes())
            except (SyntaxError, ValueError):
                continue
    return time.perf_counter() - start


def _linting(package: str, jobs: int) -> tuple[float, dict[str, list[object]]]:
    """Seconds of a whole process, and what it found."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "lint.json"
        options = ("--no-gitignore", "--jobs", str(jobs), "--output", str(output))
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "klcli", "lint", package, *options], check=False)
        return time.perf_counter() - start, json.loads(output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
