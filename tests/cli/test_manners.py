"""The manners of the command line: statuses, streams, encodings, colour, files."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

import klcli as package
from klcli.cli import commands, main
from tests.cli.conftest import Klcli, Result
from tests.cli.ending import output_of

COMPUTE = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "2000")


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "klcli", *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_the_commands_are_the_modules_of_their_folder() -> None:
    folder = Path(commands.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(commands.COMMANDS)


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("compute", "-h"), ("compare", "--help"), ("estimate", "-h")]
)
def test_help_has_examples(klcli: Klcli, arguments: tuple[str, ...]) -> None:
    result = klcli(*arguments)
    assert (result.status, result.err) == (0, "")
    assert "Examples:" in result.out


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(klcli: Klcli, option: str) -> None:
    assert klcli(option) == Result(0, f"klcli {package.__version__}\n", "")


def test_the_version_needs_no_metadata(tmp_path: Path) -> None:
    """A checkout that is not installed says its version, also in a file for code scanning."""
    shutil.copytree(Path(package.__file__).parent, tmp_path / "klcli", ignore=shutil.ignore_patterns("*.pyc"))
    hidden = f"""
import importlib.metadata, sys
def absent(name): raise importlib.metadata.PackageNotFoundError(name)
importlib.metadata.version = importlib.metadata.distribution = absent
sys.path.insert(0, {str(tmp_path)!r})
from klcli.cli.start import run
run()
"""
    for arguments in (("--version",), ("lint", "-", "--format", "sarif")):
        command = [sys.executable, "-c", hidden, *arguments]
        result = subprocess.run(command, input=b"x = 1", capture_output=True, timeout=60, check=False)
        assert (result.returncode, result.stderr) == (0, b"")
        assert package.__version__.encode() in result.stdout


def test_without_a_command_four_commands_are_shown(klcli: Klcli) -> None:
    result = klcli()
    assert (result.status, result.err) == (0, "")
    first, *commands = result.out.splitlines()
    assert "klcli --help" in first
    assert [line.split()[1] for line in commands] == ["compare", "verify", "lint", "compute"]
    assert max(map(len, result.out.splitlines())) <= 80


def test_the_commands_that_are_shown_first_run(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "model.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for line in klcli().out.splitlines()[1:]:
        command = re.split(r"\s{3,}", line.strip())[0]
        assert klcli(*shlex.split(command)[1:]).status == 0, command


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_help_of_a_command(klcli: Klcli, command: str) -> None:
    assert klcli("help", command) == klcli(command, "--help")


def test_help_by_itself(klcli: Klcli) -> None:
    assert klcli("help") == klcli("help", "help") == klcli("--help")
    assert klcli("help", "comptue").err.endswith("hint: did you mean 'compute'?\n")
    assert klcli("hlep").err.endswith("hint: did you mean 'help'?\n")


def test_an_unknown_command_is_answered_with_the_nearest(klcli: Klcli) -> None:
    result = klcli("comptue")
    assert (result.status, result.out) == (2, "")
    assert result.err == "error: no such command: comptue\nhint: did you mean 'compute'?\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "--param", "variance"),
        ("derive", "--param", "sigma^2"),
        ("compute", "--mu", "0", "--sigma", "1", "--param", "sigma2"),
        ("compute", "--mu", "0", "--sigma", "1", "--prior-param", "Variance"),
        ("verify", "log s", "--param", "variance"),
        ("explain", "variance"),
    ],
)
def test_another_word_for_a_reading_is_answered_with_its_name(
    klcli: Klcli, arguments: tuple[str, ...]
) -> None:
    result = klcli(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "\nhint: did you mean 'var'?" in result.err


def test_options_work_before_and_after_the_command(klcli: Klcli) -> None:
    before, after = klcli("--json", *COMPUTE), klcli(*COMPUTE, "--json")
    assert before.out == after.out
    assert klcli("-q", *COMPUTE).out == klcli(*COMPUTE, "-q").out
    assert klcli("-q", *COMPUTE, "-q").out == ""
    assert klcli("--format", "csv", *COMPUTE, "--format", "json").out == after.out


def test_an_internal_error_is_status_3(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    from klcli.cli.computing import computations

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(computations, "examined", broken)
    result = klcli(*COMPUTE)
    assert (result.status, result.out) == (3, "")
    assert result.err.startswith("error: internal error: ZeroDivisionError: oops")


def test_an_ascii_stream_gets_ascii(tmp_path: Path) -> None:
    for arguments in (COMPUTE, ("compare", "--param", "var", "--all"), (*COMPUTE, "--format", "markdown")):
        done = process(*arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert done.returncode == 0, done.stderr
        done.stdout.decode("ascii")
    assert b"-1/2 (2 log sigma - sigma^2 - mu^2 + 1)" in process(*COMPUTE, PYTHONIOENCODING="ascii").stdout


def test_a_pipe_gets_no_colour_and_no_wrapping() -> None:
    done = process(*COMPUTE, COLUMNS="40", TERM="xterm-256color")
    assert b"\x1b" not in done.stdout
    assert max(map(len, done.stdout.decode().splitlines())) > 80


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(arguments: tuple[str, ...], environment: dict[str, str], colored: bool) -> None:
    done = process(*COMPUTE, *arguments, **environment)
    assert (b"\x1b[" in done.stdout) is colored


def test_a_closed_pipe_is_status_141() -> None:
    command = f"{sys.executable} -m klcli {' '.join(COMPUTE)}; echo $? >&2"
    done = subprocess.run(["bash", "-c", f"({command}) | true"], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "141"


def test_ctrl_c_is_status_130() -> None:
    arguments = [sys.executable, "-m", "klcli", "compute", "--mu", "0", "--sigma", "2", "--samples", "1e12"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        out, err = output_of(running)
    assert (running.returncode, out, err) == (130, b"", b"interrupted\n")


def test_ctrl_c_is_status_130_of_many_processes_too(tmp_path: Path) -> None:
    """Every process gets the signal; one has something to say, and none is left."""
    hard = "def f(x):\n" + "    x = exp(x) ** 2 + log(x) * g(x)\n" * 300 + "    return x\n"
    for number in range(400):
        (tmp_path / f"m{number}.py").write_text(hard)
    arguments = [sys.executable, "-m", "klcli", "lint", str(tmp_path), "--jobs", "3"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, **streams, start_new_session=True) as running:
        time.sleep(2.5)
        os.killpg(running.pid, signal.SIGINT)
        out, err = output_of(running)  # the streams end when the last process does
    assert (running.returncode, out, err) == (130, b"", b"interrupted\n")


@pytest.mark.parametrize(
    ("name", "start"), [("r.json", "{"), ("r.csv", "divergence,"), ("r.md", "# "), ("r.txt", "KL(q || p)")]
)
def test_a_file_is_written_in_the_format_of_its_ending(
    klcli: Klcli, tmp_path: Path, name: str, start: str
) -> None:
    path = tmp_path / name
    result = klcli(*COMPUTE, "--output", str(path))
    assert (result.status, result.out) == (0, "")
    assert path.read_text(encoding="utf-8").startswith(start)


def test_standard_output_by_its_name(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert klcli(*COMPUTE, "--output", "-") == klcli(*COMPUTE)
    assert klcli("--output", "-", *COMPUTE, "--json") == klcli(*COMPUTE, "--json")
    assert not list(tmp_path.iterdir())


def test_an_ending_that_no_format_has(klcli: Klcli, tmp_path: Path) -> None:
    for arguments in ((*COMPUTE, "--output", str(tmp_path / "r.xlsx")), ("--output", "r.PDF", *COMPUTE)):
        result = klcli(*arguments)
        assert (result.status, result.out) == (2, "")
        assert re.match(
            r"error: --output: no format has the ending \.(xlsx|pdf)\nhint: one of \.txt, ", result.err
        )
    assert not list(tmp_path.iterdir())
    assert klcli(*COMPUTE, "--output", str(tmp_path / "r.log"), "--format", "json").status == 0


def test_a_file_that_cannot_be_written(klcli: Klcli, tmp_path: Path) -> None:
    result = klcli(*COMPUTE, "--output", str(tmp_path / "none" / "r.json"))
    assert result.status == 2
    assert "cannot write" in result.err


def test_the_same_seed_gives_the_same_text(klcli: Klcli) -> None:
    assert klcli(*COMPUTE).out == klcli(*COMPUTE).out


def test_memory_does_not_grow_with_the_samples() -> None:
    """Peak memory of 2e7 samples is within 20 MB of that of 2e4; the draws alone would take 160 MB."""
    program = (
        "import resource, sys; from klcli.cli.main import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    peaks = []
    for samples in ("2e4", "2e7"):
        arguments = ["compute", "--mu", "0", "--sigma", "2", "--samples", samples, "-q"]
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stderr))
    assert peaks[1] - peaks[0] < 20_000


def on_terminal(
    *arguments: str,
    streams: tuple[str, ...] = ("stdout", "stderr"),
    program: tuple[str, ...] = ("-m", "klcli"),
) -> tuple[int, str, str]:
    """Run with some streams on a terminal of 100 columns: status, what the terminal shows, what the rest got."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, 100))
    ends = {name: slave if name in streams else subprocess.PIPE for name in ("stdout", "stderr")}
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")
    }
    environment |= {"TERM": "xterm-256color"}
    shown: list[bytes] = []

    def read() -> None:
        # Reading ends with an error when the last writer has closed the terminal.
        with suppress(OSError):
            while block := os.read(master, 65536):
                shown.append(block)

    reader = threading.Thread(target=read)
    with subprocess.Popen([sys.executable, *program, *arguments], env=environment, **ends) as running:
        os.close(slave)
        reader.start()
        out, err = output_of(running)
    reader.join(10)
    os.close(master)
    return running.returncode, b"".join(shown).decode(), ((out or b"") + (err or b"")).decode()


def test_a_terminal_gets_colour_and_lines_that_fit() -> None:
    status, shown, _ = on_terminal(*COMPUTE)
    assert status == 0
    assert "\x1b[" in shown
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shown)
    assert max(map(len, plain.splitlines())) <= 100


def test_a_picture_is_for_terminals() -> None:
    _, shown, _ = on_terminal("compare", "--param", "var", "--full", "--samples", "2000")
    assert re.search("[\u2801-\u28ff]", shown)
    assert not re.search(
        "[\u2801-\u28ff]", process("compare", "--param", "var", "--full", "--samples", "2000").stdout.decode()
    )


IMPATIENT = ("-c", "from klcli.cli import progress, start\nprogress._PATIENCE = 0.01\nstart.run()")
"""As `klcli` is, but that long work begins at a hundredth of a second: 1e7 samples take more anywhere."""


def test_long_work_shows_its_progress_and_short_work_does_not() -> None:
    long = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1e7", "--json")
    _, shown, rest = on_terminal(*long, streams=("stderr",), program=IMPATIENT)
    assert "Monte Carlo" in shown
    assert rest.startswith("{"), "the bar does not mix with the result"
    _, shown, _ = on_terminal(*COMPUTE, streams=("stderr",))
    assert shown == ""
    _, shown, _ = on_terminal(*long, "-q", streams=("stderr",), program=IMPATIENT)
    assert shown == ""


def test_a_full_disk_is_no_bug() -> None:
    command = f"{sys.executable} -m klcli {' '.join(COMPUTE)} > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write the result: No space left on device\nhint: ")


def test_an_error_of_a_file_that_nobody_expected_is_a_bug(
    klcli: Klcli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not said of the result that it cannot be written, which is another thing."""

    def fail(_: object) -> int:
        raise PermissionError(13, "Permission denied", "somewhere")

    monkeypatch.setattr(main, "_invoke", fail)
    result = klcli("explain")
    assert (result.status, result.out) == (3, "")
    assert result.err.startswith(
        "error: internal error: PermissionError: [Errno 13] Permission denied: 'somewhere'\n"
    )
