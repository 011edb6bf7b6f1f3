"""What strangers have put into names and texts is seen on a terminal and not obeyed by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from klcli.cli import main
from klcli.cli.formats import FINDING_FORMATS, FORMATS
from klcli.cli.standard_error import say
from klcli.render.character_spellings import seen
from tests.cli.conftest import Klcli, Result

RED = "\x1b[31m"
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names of files")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def is_safe(result: Result) -> bool:
    return not [sign for sign in result.out + result.err if not sign.isprintable() and sign not in "\n\t"]


def test_lines_are_said_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"error: {RED}\n    a\x07\u202eb\n      ^")
    assert capsys.readouterr().err == "error: \\x1b[31m\n    a\\x07\\u202eb\n      ^\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_where_nobody_is_told_the_status_stays() -> None:
    command = f"{sys.executable} -m klcli verify '(' 2> /dev/full"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", command], env=environment, timeout=60, check=False)
    assert done.returncode == 2


@pytest.mark.parametrize("name", [*FORMATS, *FINDING_FORMATS, "quiet"])
def test_names_of_files(klcli: Klcli, folder: Path, name: str) -> None:

    (folder / f"{RED}a\n::error::b.py").write_text(f"{BAD}  # {RED}\x9b31m\n")
    (folder / f"{RED}b.ipynb").write_text("{")
    result = klcli("lint", ".", *(("-q",) if name == "quiet" else ("--format", name)), "--show-terms")
    assert result.status == 1
    assert is_safe(result)
    assert result.err == "warning: \\x1b[31mb.ipynb was not read: it is no notebook\n"
    assert "::error::b.py" not in result.out.split("\n") or name == "csv"


def test_a_diff(klcli: Klcli, folder: Path) -> None:
    """What git and patch understand of a name; escapes in lines, of which it is said that they are no patch."""
    (folder / f"{RED}é.py").write_text(f"\x0cx = 1\n{BAD}  # {RED}\n")
    result = klcli("lint", ".", "--diff")
    assert is_safe(Result(0, result.out.replace("\x0c", ""), result.err))
    assert result.out.startswith('--- "\\033[31mé.py"\n+++ "\\033[31mé.py"\n')
    assert "# \\x1b[31m\n" in result.out
    assert "\x0cx = 1\n" in result.out
    assert "warning: control characters and what is no UTF-8 are shown escaped" in result.err
    (folder / f"{RED}é.py").write_text(f"{BAD}  # é\n")
    assert "warning" not in klcli("lint", ".", "--diff").err
    (folder / f"{RED}é.py").write_bytes(f"{BAD}  # é\n".encode("latin-1"))
    assert "what is no UTF-8" in klcli("lint", ".", "--diff").err


def test_names_of_columns(klcli: Klcli, folder: Path) -> None:
    rows = "".join(f"{-1 - number / 7},{-1.1 - number / 9}\n" for number in range(40))
    (folder / "t.csv").write_text(f"{RED}log_q,log_p{RED}\n{rows}")
    for name in FORMATS:
        assert is_safe(klcli("estimate", "t.csv", "--log-q", "1", "--log-p", "2", "--format", name))
    (folder / "t.csv").write_text(f"{RED}q,{RED}p\n{RED},2\n")
    for options in ((), ("--log-q", "1", "--log-p", "2"), ("--log-q", RED)):
        result = klcli("estimate", "t.csv", *options)
        assert result.status == 2
        assert is_safe(result)


@pytest.mark.parametrize(
    "arguments",
    [
        (RED,),
        ("compute", RED),
        ("compute", f"--{RED}"),
        ("compute", "--mu", RED),
        ("compute", "--mu", f"@{RED}\n::error::x.npy", "--sigma", "1"),
        ("compute", "--mu", "0", "--sigma", "1", "--output", f"{RED}\n::error::x/y"),
        ("estimate", f"{RED}\n::error::x"),
        ("verify", RED),
        ("verify", "--file", f"{RED}\n::error::x"),
        ("lint", f"{RED}\n::error::x"),
        ("lint", ".", "--baseline", f"{RED}\n::error::x"),
        ("lint", ".", "--select", RED),
        ("explain", RED),
    ],
)
def test_whatever_is_typed(klcli: Klcli, folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "a.py").write_text("x = 1\n")
    result = klcli(*arguments)
    assert result.status == 2
    assert is_safe(result)
    assert not [line for line in result.err.split("\n") if line.startswith("::error::")]


def test_a_bug_says_where_it_is_safely(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: list[str]) -> int:
        raise ValueError(RED)

    monkeypatch.setattr(main, "_invoke", fail)
    for traceback in (False, True):
        if traceback:
            monkeypatch.setenv("KLCLI_TRACEBACK", "1")
        result = klcli("explain")
        assert (result.status, is_safe(result)) == (3, True)
        assert ("Traceback" in result.err) is traceback


def test_seen() -> None:
    assert seen(f"a\tb\r\nc\x0c{RED}\x7f\x9b\rd é\u200b") == "a\tb\r\nc\x0c\\x1b[31m\\x7f\\x9b\\rd é\u200b"


def test_json_is_ascii(klcli: Klcli, folder: Path) -> None:
    (folder / "a.py").write_text(f"{BAD}  # {RED}\x9b\n")
    out = klcli("lint", ".", "--json").out
    assert out.isascii()
    assert json.loads(out)["findings"]
