"""The README is executed: every command in it prints what stands below it.

``python -m tests.test_readme`` writes the outputs anew; read the difference before you commit it.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def text() -> str:
    return README.read_text(encoding="utf-8")


def commands() -> list[tuple[str, str]]:
    """Every command of the console blocks with the output that stands below it."""
    return [match.groups() for block in CONSOLE.findall(text()) for match in COMMAND.finditer(block)]


def output(command: str) -> str:
    """What a shell prints for a command: standard output and errors together."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    return done.stdout + done.stderr


def on_any_machine(shown: str) -> str:
    """What every machine prints: the last digits of a double depend on its processor and its release of numpy.

    So does an error that is made of roundings alone, one of 6.5e-13 %.
    """
    shown = re.sub(r"\b\d\.\de-1[2-5] %", "some roundings", shown)
    return re.sub(r"\b\d\.\d{15,17}\b", lambda found: f"{float(found[0]):.13g}", shown.rstrip("\n"))


@pytest.mark.parametrize(("command", "expected"), commands(), ids=[command for command, _ in commands()])
def test_commands(command: str, expected: str) -> None:
    assert on_any_machine(output(command)) == on_any_machine(expected)


def test_python_examples() -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    examples = doctest.DocTestParser().get_doctest(text(), {}, "README", str(README), 0)
    assert examples.examples
    assert runner.run(examples).failed == 0


def test_every_parameterization_is_in_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text(), re.MULTILINE)
    assert rows == [
        (row.name, row.meaning.removeprefix("a ").removeprefix("the ")) for row in PARAMETERIZATIONS.values()
    ]


@pytest.mark.parametrize("title", ["## Install and run", "## Run the tests"])
def test_setups_are_single_lines_that_begin_with_a_virtual_environment(title: str) -> None:
    section = text().split(title, 1)[1].split("\n## ", 1)[0]
    block = re.search(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert block
    (line,) = block[1].splitlines()
    parts = shlex.split(line)
    assert parts[:4] == ["python3", "-m", "venv", ".venv"]


def test_the_example_of_what_one_may_ignore_is_harmless() -> None:
    """A mean over the latents is a note; a KL that is never used is a bug."""
    help_text = output(f"{sys.executable} -m klcli lint --help")
    assert re.findall(r"(?:--ignore |ignore = .)\"?(KL\d+)", text() + help_text) == ["KL206", "KL206"]


def test_the_oldest_libraries_are_those_that_are_demanded() -> None:
    demanded = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (shown,) = re.findall(r"the oldest: ([^|]*) \|", text())
    assert [library.replace(" ", ">=") for library in shown.split(", ")] == demanded


def test_extras_that_are_named_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"klcli\[([\w-]+)\]|\.\[([\w-]+)\]", text())) <= {
        pair for name in extras for pair in ((name, ""), ("", name))
    }


def update() -> None:
    """Write the outputs of all commands into the README."""

    def block(match: re.Match[str]) -> str:
        fresh = COMMAND.sub(lambda found: f"$ {found[1]}\n{output(found[1]).rstrip()}\n\n", match[1])
        return f"```console\n{fresh.rstrip()}\n```"

    README.write_text(CONSOLE.sub(block, text()), encoding="utf-8")


if __name__ == "__main__":
    update()
