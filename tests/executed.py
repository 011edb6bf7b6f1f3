"""Documentation that is executed: what stands below a command is what it prints.

Commands of klcli run in this process; what needs a shell gets one. ``python -m tests.executed`` writes the
outputs of README.md and of all pages anew; read the difference before you commit it.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from klcli.cli.main import run

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted((ROOT / "klcli" / "pages").glob("*.md"))
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
FILE = re.compile(r"^`([\w.]+)`:\n\n```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""A file that the commands read: its name, and its lines."""
PART = re.compile(r"(klcli .*?)(?: \| (head|tail) -(\d+)|; echo \"status \$\?\")?")
"""A command of klcli, of whose output perhaps a part is shown, or its status."""
OUTER = ("NO_COLOR", "FORCE_COLOR", "KLCLI_TRACEBACK", "KLCLI_FORMAT", "COLUMNS")


def commands(path: Path) -> Iterator[tuple[str, str]]:
    """Every command of the console blocks of a file, with the output that stands below it."""
    for block in CONSOLE.findall(path.read_text(encoding="utf-8")):
        for found in COMMAND.finditer(block):
            yield found[1], found[2]


@contextmanager
def files(path: Path) -> Iterator[None]:
    """A folder to work in, with the files that a page shows."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        for name, text in FILE.findall(path.read_text(encoding="utf-8")):
            Path(folder, name).write_text(text, encoding="utf-8")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def output(command: str) -> str:
    """What a shell prints for a command: standard output and errors together."""
    part = PART.fullmatch(command)
    if part is None or not _is_simple(part[1]):
        return _of_shell(command)
    status, out = _of_klcli(shlex.split(part[1])[1:])
    if part[2]:
        lines, count = out.splitlines(keepends=True), int(part[3])
        return "".join(lines[:count] if part[2] == "head" else lines[-count:])
    return f"{out}status {status}\n" if command.endswith('$?"') else out


def _is_simple(command: str) -> bool:
    """Whether a shell would hand over the words of a command as `shlex` does."""
    quoted = re.sub(r"'[^']*'|\"[^\"$`]*\"", "", command)
    return not re.search(r"[|;&<>$`(){}*?\[\]~\\]", quoted)


def _of_klcli(arguments: list[str]) -> tuple[object, str]:
    """The status of a run, and what it prints."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    kept = {name: value for name, value in os.environ.items() if name not in OUTER}
    with patch.dict(os.environ, kept, clear=True), redirect_stdout(stream), redirect_stderr(stream):
        try:
            run(arguments)
        except SystemExit as ending:
            status = ending.code or 0
    stream.seek(0)
    return status, stream.read()


def _of_shell(command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name not in OUTER}
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    if "command not found" in done.stderr:  # the shell's own words, which no page is to show
        raise RuntimeError(f"{done.stderr.strip()}; install klcli, or put it on PATH")
    return done.stdout + done.stderr


def on_any_machine(shown: str) -> str:
    """What every machine prints: the last digits of a double depend on its processor and its release of numpy.

    So does an error that is made of roundings alone, one of 6.5e-13 %.
    """
    shown = re.sub(r"\b\d\.\de-1[2-5] %", "some roundings", shown)
    return re.sub(r"\b\d\.\d{15,17}\b", lambda found: f"{float(found[0]):.13g}", shown.rstrip("\n"))


def update(path: Path) -> None:
    """Write the outputs of all commands into a file."""

    def block(match: re.Match[str]) -> str:
        fresh = COMMAND.sub(lambda found: f"$ {found[1]}\n{output(found[1]).rstrip()}\n\n", match[1])
        return f"```console\n{fresh.rstrip()}\n```"

    with files(path):
        text = CONSOLE.sub(block, path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in [Path(name).absolute() for name in sys.argv[1:]] or [README, *PAGES]:
        update(each)
