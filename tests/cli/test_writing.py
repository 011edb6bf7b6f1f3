"""Files are written as a whole or not at all, and only in the place of files."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from klcli.cli import writing
from klcli.cli.writing import remove_left_overs, save, write_whole
from klcli.errors import KlcliError
from tests.cli.conftest import Klcli, Result

COMPUTE = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "1000", "--steps", "none")
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()\n"
posix = pytest.mark.skipif(os.name == "nt", reason="owners, devices and pipes of POSIX")
root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_and_old(folder: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole("a", b"new")
    finally:
        os.umask(before)
    assert (Path("a").read_bytes(), stat.S_IMODE(Path("a").stat().st_mode)) == (b"new", 0o640)
    Path("a").chmod(0o604)
    Path("link").symlink_to("a")
    write_whole("link", b"newer")
    assert Path("link").is_symlink()
    assert (Path("a").read_bytes(), stat.S_IMODE(Path("a").stat().st_mode)) == (b"newer", 0o604)
    assert names(folder) == ["a", "link"]


def device(path: Path) -> None:
    """A device of one's own, so that nothing in /dev is at stake."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 7))
    except PermissionError:
        pytest.skip("only root makes devices")


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(path.name)


OTHERS = {
    "folder": (lambda path: path.mkdir(), "it is a folder"),
    "pipe": (os.mkfifo if hasattr(os, "mkfifo") else None, "it is a pipe"),
    "device": (device, "it is a device"),
    "socket": (bound, "it is a socket"),
}


@posix
@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize(
    "arguments",
    [
        (*COMPUTE, "--format", "json", "--output"),
        ("compare", "--param", "var", "--samples", "1000", "--plot"),
        ("lint", "m.py", "--write-baseline"),
    ],
    ids=["output", "plot", "baseline"],
)
def test_only_files_are_replaced(klcli: Klcli, folder: Path, kind: str, arguments: tuple[str, ...]) -> None:
    make, reason = OTHERS[kind]
    make(folder / "x.svg")
    (folder / "m.py").write_text(BAD)
    before = (folder / "x.svg").stat()
    result = klcli(*arguments, "x.svg")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(
        f"error: cannot write x.svg: {reason}, and only files are replaced\nhint: --"
    )
    assert (folder / "x.svg").stat().st_mode == before.st_mode
    assert names(folder) == ["m.py", "x.svg"]


@posix
def test_hard_links_are_not_parted(folder: Path) -> None:
    Path("a").write_text("old")
    Path("b").hardlink_to("a")
    with pytest.raises(OSError, match="hard links"):
        write_whole("a", b"new")
    assert (Path("a").read_text(), Path("b").read_text()) == ("old", "old")


def limited(*arguments: str) -> Result:
    """Run where no file may be larger than 50 bytes, which is a disk that is full after these."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))\n"
        "from klcli.cli.main import run; run(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(writing.__file__).parents[2])},
    )
    return Result(done.returncode, done.stdout, done.stderr)


@posix
@pytest.mark.parametrize(
    "arguments", [(*COMPUTE, "--output", "r.json"), ("lint", "m.py", "--write-baseline", "r.json")]
)
def test_old_or_new_on_a_full_disk(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "m.py").write_text(BAD)
    for old in (None, "old"):
        if old:
            (folder / "r.json").write_text(old)
        result = limited(*arguments)
        assert (result.status, result.out) == (2, "")
        assert result.err.startswith("error: cannot write r.json: File too large\n")
        assert names(folder) == (["m.py", "r.json"] if old else ["m.py"])
    assert (folder / "r.json").read_text() == "old"


@posix
@root
def test_the_owner_stays_and_no_program_gets_his_rights_with_new_content() -> None:
    Path("a").write_text("old")
    os.chown("a", 12345, 23456)
    Path("a").chmod(0o6755)
    write_whole("a", b"new")
    found = Path("a").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 23456, 0o755)


@posix
def test_a_file_whose_owner_cannot_be_kept_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where somebody else's file lies in one's own folder."""
    Path("a").write_text("old")
    true = writing._replaceable

    def foreign(path: str, real: str) -> os.stat_result:
        found = list(true(path, real) or ())
        found[4] += 1
        return os.stat_result(found)

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(writing, "_replaceable", foreign)
    monkeypatch.setattr(os, "chown", refused)
    with pytest.raises(OSError, match="its owner could not be kept"):
        write_whole("a", b"new")
    assert (Path("a").read_text(), names(folder)) == ("old", ["a"])


def killed_while_writing(folder: Path) -> None:
    """A process that has written half of a file, and is killed."""
    program = (
        "import os, sys, time\nfrom klcli.cli import writing\n"
        "os.fsync = lambda _: (print('now', flush=True), time.sleep(60))\n"
        "writing.write_whole('a', b'new' * 1000)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(writing.__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == b"now\n"
        remove_left_overs([str(folder)])
        assert any(name.startswith(".klcli-") for name in names(folder)), (
            "what somebody is writing is no left-over"
        )
        running.kill()


@posix
def test_what_a_killed_run_leaves_is_removed_by_the_next(klcli: Klcli, folder: Path) -> None:
    Path("a").write_text("old")
    killed_while_writing(folder)
    (left_over,) = (name for name in names(folder) if name != "a")
    assert left_over.startswith(".klcli-")
    assert Path("a").read_text() == "old"
    save("b", b"other", "--output")
    assert names(folder) == ["a", "b"]
    killed_while_writing(folder)
    Path("m.py").write_text("x = 1\n")
    assert klcli("lint", ".", "--fix").status == 0
    assert names(folder) == ["a", "b", "m.py"]


def test_what_only_looks_like_a_left_over_stays(folder: Path) -> None:
    (folder / ".klcli-abc.tmp").mkdir()
    (folder / ".klcli-.tmp2").write_text("")
    remove_left_overs([str(folder), str(folder / "none")])
    assert names(folder) == [".klcli-.tmp2", ".klcli-abc.tmp"]


@posix
def test_streams_are_no_files(klcli: Klcli) -> None:
    """As ``--output /dev/stdout`` in a pipe, and what a shell passes as ``>(command)``."""
    reading, end = os.pipe()
    for path in (f"/dev/fd/{end}", f"/dev/fd/{reading}"):
        result = klcli(*COMPUTE, "--output", path)
        assert (result.status, result.out) == (2, "")
        assert "it is a pipe, and only files are replaced" in result.err
    os.close(reading)
    os.close(end)


def test_what_is_said_where_nothing_can_be_written() -> None:
    for path, reason in (("none/a", "No such file or directory"), ("", "''")):
        with pytest.raises(KlcliError, match=reason) as error:
            save(path, b"", "--plot")
        assert "--plot takes" in error.value.hint


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_file_is_old_or_new_whenever_a_run_ends(folder: Path, number: int) -> None:
    program = "from klcli.cli.writing import write_whole\nprint('now', flush=True)\nwhile True: write_whole('a', b'x' * 99_999)"
    environment = os.environ | {"PYTHONPATH": str(Path(writing.__file__).parents[2])}
    for wait in (0.0, 0.003, 0.02):
        Path("a").write_bytes(b"x" * 99_999)
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment
        ) as running:
            assert running.stdout
            running.stdout.readline()
            time.sleep(wait)
            running.send_signal(number)
        assert Path("a").read_bytes() == b"x" * 99_999
    remove_left_overs([str(folder)])
    assert names(folder) == ["a"]
