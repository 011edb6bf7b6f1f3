"""How a run ends, in words: an interpreter runs something in the place of the runner, and writes what that would."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.trace import interpreter_launch
from klcli.trace.interpreter_launch import Order, interpreter, launched
from klcli.values import replace
from tests.trace.recordings import document, leaf, node

NOTED = document(leaf("x", ()), node("exp", 0))
ORDER = Order("script", "train.py", ["--epochs", "3"], sys.executable)
Runs = Callable[..., None]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runs:
    """Has an order carried out by one line of Python; `order` and `result` are the two paths in it."""

    def put(line: str) -> None:
        path = tmp_path / "runner.py"
        path.write_text(f"import sys\n_, order, result = sys.argv\n{line}")
        monkeypatch.setattr(interpreter_launch, "_RUNNER", path)

    return put


def written(**changes: Any) -> str:
    known = {"outcome": "stopped", "document": NOTED, "code": 0, "message": "", "hint": ""}
    return f"open(result, 'w').write({json.dumps(known | changes)!r})"


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        (written(), ""),
        (
            written(outcome="failed", message="ValueError: no\nmore"),
            "the program failed after what is reported: ",
        ),
        (written(outcome="exit", code=3), "the program ended by itself, with status 3"),
        (written(outcome="finished"), "the program ran to its end"),
        (written(outcome="watched") + "; sys.exit(9)", "the program ended with status 9"),
    ],
)
def test_what_was_noted_comes_with_how_it_ended(runs: Runs, line: str, ended: str) -> None:
    runs(line)
    found = launched(ORDER)
    assert [step.op for step in found.recording.steps] == ["leaf", "exp"]
    assert found.ended.startswith(ended)
    assert "\n" not in found.ended


def test_the_runner_is_told_what_to_run(runs: Runs, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    runs(f"import shutil; shutil.copy(order, {str(kept)!r}); {written()}")
    launched(replace(ORDER, mode="module", steps=4, inputs=((2, 3),)))
    assert json.loads(kept.read_text()) == {
        "mode": "module",
        "target": "train.py",
        "arguments": ["--epochs", "3"],
        "steps": 4,
        "inputs": [[2, 3]],
    }


NOTHING = {"document": None}


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "sys.exit(7)",
            f"{sys.executable} ended with status 7, and ran nothing: it is no Python from 3.8 on",
            "--python ",
        ),
        (
            written(**NOTHING, outcome="nothing") + "; sys.exit(7)",
            "train.py ended with status 7 before a backward pass",
            "a loss is what gradients are asked for",
        ),
        (written(**NOTHING, outcome="refused", message="no", hint="do"), "no", "do"),
        (written(outcome="refused", message="no", hint="do"), "no", "do"),
        (
            written(**NOTHING, outcome="failed", message="ValueError: a\nb"),
            "train.py failed before its first backward pass: ValueError: a",
            "",
        ),
        (
            written(**NOTHING, outcome="exit", code=2),
            "train.py ended with status 2 before a backward pass",
            "a loss is what",
        ),
        (
            written(**NOTHING, outcome="finished", loaded=["torch"], noted=0),
            "train.py ran to its end without a backward pass",
            "a loss is what",
        ),
        (
            written(**NOTHING, outcome="finished", loaded=["torch"], noted=3),
            "train.py ran to its end without a backward pass; 3 arrays that were computed are left",
            "a loss is what",
        ),
        (
            written(**NOTHING, outcome="finished", loaded=["numpy"], noted=0),
            "train.py computes with NumPy, which differentiates nothing: no number is known to be a loss",
            "make the loss a function of its arrays, and trace that: klcli trace train:loss",
        ),
        (
            written(**NOTHING, outcome="finished", loaded=[], noted=0),
            "train.py loaded none of ",
            "make the loss a function",
        ),
    ],
)
def test_why_there_is_nothing(runs: Runs, line: str, message: str, hint: str) -> None:
    runs(line)
    with pytest.raises(KlcliError) as caught:
        launched(ORDER)
    assert caught.value.message.startswith(message)
    assert (caught.value.hint or "").startswith(hint)


def test_a_module_is_named_as_it_was(runs: Runs) -> None:
    runs(written(**NOTHING, outcome="finished", loaded=[], noted=0))
    with pytest.raises(KlcliError) as caught:
        launched(replace(ORDER, mode="module", target="package.train"))
    assert str(caught.value.hint).endswith("klcli trace package.train:loss")


@pytest.mark.parametrize("line", ["sys.exit(130)", written(outcome="interrupted", code=130)])
def test_an_interrupt_goes_on(runs: Runs, line: str) -> None:
    runs(line)
    with pytest.raises(KeyboardInterrupt):
        launched(ORDER)


def test_a_program_is_stopped_in_time(runs: Runs) -> None:
    runs("import time; time.sleep(60)")
    with pytest.raises(KlcliError, match=r"train.py had no backward pass within 0\.05 seconds"):
        launched(replace(ORDER, timeout=0.05))


def test_what_was_noted_before_is_reported(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first wait is for the end of the program, which has written what it noted by then."""
    runs(f"{written()}; open(result + '.done', 'w'); import time; time.sleep(60)")
    kept = interpreter_launch.subprocess.Popen.wait

    def patient(process: Any, timeout: float | None = None) -> int:
        while timeout and not Path(process.args[3] + ".done").exists():
            sleep(0.005)
        return kept(process, 0.01 if timeout else None)

    monkeypatch.setattr(interpreter_launch.subprocess.Popen, "wait", patient)
    assert launched(replace(ORDER, timeout=20)).ended == "the program was stopped after 20 seconds"


def test_an_interpreter_that_is_none() -> None:
    with pytest.raises(KlcliError, match="/no/python cannot be run") as caught:
        launched(replace(ORDER, python="/no/python"))
    assert "--python .venv/bin/python names an interpreter" in str(caught.value.hint)


def test_a_quiet_run_is_quiet(runs: Runs, capfd: pytest.CaptureFixture[str]) -> None:
    runs(f"print('here', flush=True); print('there', file=sys.stderr, flush=True); {written()}")
    launched(replace(ORDER, is_quiet=True))
    assert capfd.readouterr() == ("", "")
    launched(ORDER)
    out, err = capfd.readouterr()
    assert (out, sorted(err.split())) == ("", ["here", "there"])


@pytest.mark.parametrize(
    ("name", "path"),
    [("VIRTUAL_ENV", "bin/python"), ("CONDA_PREFIX", "Scripts/python.exe"), ("VIRTUAL_ENV", "python.exe")],
)
def test_the_environment_that_is_active(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, path: str
) -> None:
    for other in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(other, raising=False)
    assert interpreter() == sys.executable
    monkeypatch.setenv(name, str(tmp_path))
    assert interpreter() == sys.executable  # a folder without one
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).touch()
    assert interpreter() == str(tmp_path / path)
