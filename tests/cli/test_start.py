"""What has to be done before anything heavy is loaded, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from klcli.cli.start import _THREADS
from tests.cli.ending import output_of

COMPUTE = ("compute", "--mu", "0.3", "--sigma", "1.2", "--samples", "2000", "-q")


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "klcli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("library", ["click", "klcli.cli.main", "numpy"])
@pytest.mark.parametrize(
    "signalled",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        # What Python 3.11 makes of a signal during __set_name__, while a class is made.
        "raise RuntimeError('Error calling __set_name__') from KeyboardInterrupt()",
        # In a callback, where Python drops what is raised.
        "gone = set(); it = weakref.ref(gone, lambda _: os.kill(os.getpid(), signal.SIGINT)); del gone",
        # What is left of a signal while Python 3.11 loads the names of characters for a "\\N{...}".
        "exec('try: os.kill(os.getpid(), signal.SIGINT)\\nexcept KeyboardInterrupt: pass'); raise SyntaxError",
    ],
)
def test_ctrl_c_while_a_library_is_loaded(tmp_path: Path, library: str, signalled: str) -> None:
    """A signal in the middle of any import; the first 150 ms of a process are nothing but imports."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.abc, os, signal, sys, weakref\n"
        "class Interrupting(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {library!r}:\n"
        f"            {signalled}\n"
        "sys.meta_path.insert(0, Interrupting())\n"
    )
    done = process(*COMPUTE, PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_ctrl_c_at_any_time() -> None:
    """However far the process has come since its first line, no traceback shows where it was."""
    arguments = [sys.executable, "-X", "importtime", "-m", "klcli", *COMPUTE, "--samples", "1e12"]
    for milliseconds in range(5, 200, 30):
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stderr
            while not running.stderr.readline().rstrip().endswith("klcli.cli.start"):
                pass
            time.sleep(milliseconds / 1000)
            running.send_signal(signal.SIGINT)
            out, err = output_of(running)
        said = [line for line in err.splitlines() if not line.startswith("import time:")]
        assert (out, said) == ("", ["interrupted"]), milliseconds
        # Python ends by the signal itself if it came inside of exec(); shells call both 130.
        assert running.returncode in (130, -signal.SIGINT)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to count threads in")
def test_numpy_has_one_thread() -> None:
    """Threads of this process after a product of matrices that are large enough to be shared out."""
    program = (
        "import os, sys; from klcli.cli.start import use_one_thread; use_one_thread()\n"
        "import numpy; a = numpy.ones((600, 600)); a @ a; print(len(os.listdir('/proc/self/task')))"
    )
    found = {}
    for given in ("", "2"):
        environment = {name: value for name, value in os.environ.items() if name not in _THREADS}
        if given:
            environment["OPENBLAS_NUM_THREADS"] = given
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
        )
        found[given] = int(done.stdout)
    assert found[""] == 1
    assert found["2"] == min(2, os.cpu_count() or 1)


@pytest.mark.parametrize("name", _THREADS)
def test_what_the_user_says_of_threads_counts(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from klcli.cli.start import use_one_thread

    for each in _THREADS:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "3")
    use_one_thread()
    assert {each: os.environ[each] for each in _THREADS if each in os.environ} == {name: "3"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "-"),
        ("verify", "--file", "-"),
        ("lint", "-"),
        ("lint", "-", "--diff", "--stdin-filename", "a.py"),
        ("estimate", "-"),
        ("compute", "--mu", "0", "--cov", "@-"),
        ("compute", "--mu", "@-", "--sigma", "1"),
        ("compute", "--mu", "0", "--sigma", "1", "--prior-cov", "@-"),
    ],
)
@pytest.mark.parametrize(
    ("redirection", "message"),
    [("<&-", "standard input is closed"), ("0>/dev/null", "cannot read standard input: Bad file descriptor")],
)
def test_a_standard_input_that_gives_nothing(
    arguments: tuple[str, ...], redirection: str, message: str
) -> None:
    command = ["bash", "-c", f'"$@" {redirection}', "bash", sys.executable, "-m", "klcli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {message}\nhint: ")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_an_output_that_is_closed_is_no_bug(closed: str) -> None:
    command = f"{sys.executable} -m klcli {' '.join(COMPUTE)} {closed}"
    assert subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode == 0
