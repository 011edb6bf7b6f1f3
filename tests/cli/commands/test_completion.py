"""``klcli completion``: the scripts, what they are answered, and the real shells where they are there."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from klcli.cli.main import cli
from klcli.cli.shells import answer
from tests.cli.conftest import Klcli

ROOT = Path(__file__).parents[3]
SHELLS = ("bash", "zsh", "fish", "powershell")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell(klcli: Klcli, tmp_path: Path, shell: str) -> None:
    result = klcli("completion", shell)
    assert (result.status, result.err) == (0, "")
    assert f"{shell}_complete" in result.out
    path = tmp_path / "klcli.fish"
    assert klcli("completion", shell, "--output", str(path)).out == ""
    assert path.read_text() == result.out
    found = json.loads(klcli("completion", shell, "--json").out)
    assert found["script"] == result.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((), "no shell is given", "one of: bash, zsh, fish, powershell"),
        (("tcsh",), "cannot be 'tcsh'", "one of: bash"),
        (("bsh",), "cannot be 'bsh'", "did you mean 'bash'"),
    ],
)
def test_other_shells(klcli: Klcli, arguments: tuple[str, ...], message: str, hint: str) -> None:
    result = klcli("completion", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err


def asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *before: str, word: str
) -> list[list[str]]:
    """What PowerShell's script is answered, whose words need no shell to be split: type, value, help."""
    monkeypatch.setenv("_KLCLI_COMPLETE", "powershell_complete")
    monkeypatch.setenv("_KLCLI_WORDS", "\n".join(("klcli", *before)))
    monkeypatch.setenv("_KLCLI_WORD", word)
    with pytest.raises(SystemExit):
        answer(cli)
    captured = capsys.readouterr()
    assert captured.err == ""
    return [line.split("\t") for line in captured.out.splitlines() if line]


@pytest.mark.parametrize(
    ("before", "word", "values"),
    [
        ((), "comp", {"compute", "compare", "completion"}),
        (("compute",), "--par", {"--param"}),
        (("compute", "--param"), "logv", {"logvar"}),
        (("compute", "--mu", "x", "--steps"), "", {"full", "short", "none"}),
        (("explain",), "logvar", {"logvar"}),
        (("explain",), "kl101", {"KL101"}),
        (("lint", "--select"), "KL201,kl10", {f"KL201,KL10{digit}" for digit in range(10)}),
        (("completion",), "f", {"fish"}),
        (("help",), "expl", {"explain"}),
        (("nonsense",), "x", set()),
        (("verify", "exp("), "--acc", {"--accept"}),
    ],
)
def test_words_are_completed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    before: tuple[str, ...],
    word: str,
    values: set[str],
) -> None:
    assert {value for _, value, _ in asked(monkeypatch, capsys, *before, word=word)} == values


@pytest.mark.parametrize(
    "before",
    [
        ("lint",),
        ("estimate",),
        ("verify", "--file"),
        ("compute", "--rows"),
        ("compute", "--output"),
        ("lint", "--baseline"),
    ],
)
def test_files_are_the_shells_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], before: tuple[str, ...]
) -> None:
    assert asked(monkeypatch, capsys, *before, word="mod") == [["file", "mod", ""]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file, and `klcli` in the path."""
    program = tmp_path / "bin" / "klcli"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m klcli "$@"\n')
    program.chmod(0o755)
    (tmp_path / "model.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell}")


BASH = """
source <(klcli completion bash)
complete -p klcli
compopt() { echo "compopt $*"; }  # works in a shell that is typed into alone
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _klcli_completion klcli; echo "${COMPREPLY[@]}"; }
ask klcli explain KL10
ask klcli lint mod
"""


@needs("bash")
def test_bash(folder: Path) -> None:
    done = subprocess.run(["bash", "--norc", "-c", BASH], capture_output=True, text=True, check=True)
    complete, codes, *files = done.stdout.splitlines()
    assert complete.endswith("_klcli_completion klcli")
    assert codes.split() == [f"KL10{digit}" for digit in range(10)]
    assert "compopt -o default" in " ".join(files)


@needs("fish")
def test_fish(folder: Path) -> None:
    program = "klcli completion fish | source; complete -C 'klcli explain KL10'; complete -C 'klcli lint mod'"
    done = subprocess.run(["fish", "-N", "-c", program], capture_output=True, text=True, check=True)
    *codes, file = done.stdout.splitlines()
    assert [line.split("\t")[0] for line in codes] == [f"KL10{digit}" for digit in range(10)]
    assert file.split("\t")[0] == "model.py"


def typed(command: list[str], lines: list[tuple[str, str]], seconds: float = 60) -> bool:
    """Whether each text that is typed into a shell is answered by another."""
    process, master = pty.fork()
    if process == 0:
        os.execvp(command[0], command)
    end, seen = time.monotonic() + seconds, ""
    try:
        for text, answer in lines:
            os.write(master, text.encode())
            seen = ""
            while answer not in seen:
                if time.monotonic() > end:
                    return False
                seen += os.read(master, 4096).decode(errors="replace")
        return True
    except OSError:
        return False
    finally:
        os.close(master)
        os.kill(process, 9)
        os.waitpid(process, 0)


@needs("zsh")
def test_zsh(folder: Path) -> None:
    begin = (
        "PS1=''; autoload -Uz compinit; compinit -u -d dump; source <(klcli completion zsh); print re''ady\r"
    )
    assert typed(
        ["zsh", "-f", "-i"],
        [(begin, "ready"), ("klcli explain KL10\t\t", "KL109"), ("\x15klcli lint mod\t", "model.py")],
    )


@needs("pwsh")
def test_powershell(folder: Path) -> None:
    program = (
        "klcli completion powershell | Out-String | Invoke-Expression; "
        "(TabExpansion2 'klcli explain KL10').CompletionMatches.CompletionText; "
        "(TabExpansion2 'klcli lint mod').CompletionMatches.CompletionText"
    )
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-Command", program], capture_output=True, text=True, check=True
    )
    *codes, file = done.stdout.split()
    assert codes == [f"KL10{digit}" for digit in range(10)]
    assert file.endswith("model.py")
