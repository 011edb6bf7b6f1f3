"""What the runner writes down of a run, however that ends; recorders that are made up stand in for the true ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from klcli.trace import runner


class RefusedError(Exception):
    """What a recorder raises for what cannot be done."""


class Watching:
    """A recorder whose document is how many backward passes it saw."""

    alive = 5
    now: Any = None

    def __init__(self, on_backward: Callable[..., None]) -> None:
        self.count = 0
        self.on_backward = on_backward

    def document(self) -> int:
        return self.count

    def backward(self, *, is_step: bool = True) -> None:
        self.count += 1
        self.on_backward(is_step=is_step)

    def __enter__(self) -> None:
        type(self).now = self

    def __exit__(self, *_: object) -> None: ...


Told = dict[str, Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, Told]]:
    """Has lines run as a program; the status and what was written. In them `w` is the recorder."""
    package, frameworks, watching, targets = (
        ModuleType(f"made_up{name}") for name in ("", ".frameworks", ".watching", ".function_targets")
    )
    watching.Watching = Watching  # type: ignore[attr-defined]
    frameworks.__dict__.update(
        installed=list, WATCHED=(), FRAMEWORKS=("json", "no_such"), RefusedError=RefusedError
    )

    def called(target: str, inputs: Any, arguments: Any) -> Any:
        if target == "refused":
            raise RefusedError("no such function", "another one")
        return [target, inputs, arguments]

    targets.called = called  # type: ignore[attr-defined]
    for module in (package, frameworks, watching, targets):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(runner, "_recorders", lambda: package)
    monkeypatch.setattr(sys, "argv", [*sys.argv])
    monkeypatch.setattr(sys, "path", [*sys.path])

    def result(*lines: str, **order: Any) -> tuple[int, Told]:
        program = tmp_path / "program.py"
        program.write_text(
            "\n".join(["from tests.trace.test_runner import Watching", "w = Watching.now", *lines])
        )
        asked = {"mode": "script", "target": str(program), "arguments": ["-a"], "inputs": [], "steps": 1}
        (tmp_path / "order.json").write_text(json.dumps(asked | order))
        written = tmp_path / "result.json"
        status = runner.main(str(tmp_path / "order.json"), str(written))
        return status, json.loads(written.read_text())

    return result


@pytest.mark.parametrize(
    ("lines", "steps", "status", "expected"),
    [
        (["w.backward()", "1 / 0"], 1, 0, {"outcome": "stopped", "document": 1}),
        (["w.backward()", "w.backward()", "1 / 0"], 2, 0, {"outcome": "stopped", "document": 2}),
        # The gradients of one step that are asked for before it are none.
        (["w.backward(is_step=False)", "w.backward()", "1 / 0"], 1, 0, {"outcome": "stopped", "document": 2}),
        (["w.backward()"], 2, 0, {"outcome": "finished", "document": 1}),
        (
            ["w.backward()", "1 / 0"],
            2,
            1,
            {"outcome": "failed", "document": 1, "message": "ZeroDivisionError: division by zero"},
        ),
        (["1 / 0"], 1, 1, {"outcome": "failed", "document": None}),
        # Nothing was seen: which frameworks there are, and what is left, says why.
        ([], 1, 0, {"outcome": "finished", "document": None, "loaded": ["json"], "noted": 5}),
        (["raise SystemExit(4)"], 1, 4, {"outcome": "exit", "code": 4, "loaded": ["json"], "noted": 5}),
        (["raise SystemExit"], 1, 0, {"outcome": "exit", "code": 0}),
        (["raise SystemExit('over')"], 1, 1, {"outcome": "exit", "code": 1}),
        (["raise KeyboardInterrupt"], 1, 130, {"outcome": "interrupted", "code": 130}),
        # A program that catches its errors does not catch the end of what was to be watched.
        (["try: w.backward()", "except Exception: pass", "1 / 0"], 1, 0, {"outcome": "stopped"}),
    ],
)
def test_how_a_program_ends(
    run: Callable[..., tuple[int, Told]], lines: list[str], steps: int, status: int, expected: Told
) -> None:
    found, told = run(*lines, steps=steps)
    assert found == status
    assert {key: told[key] for key in expected} == expected
    assert ("loaded" in told) == (told["document"] is None and told["outcome"] in ("finished", "exit"))


def test_a_document_is_written_at_every_pass(run: Callable[..., tuple[int, Told]], tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    look = (
        f"import json; seen = json.load(open({str(path)!r})); assert (seen['outcome'], seen['document']) == "
    )
    _, told = run("w.backward()", f"{look}('watched', 1)", "w.backward()", f"{look}('watched', 2)", steps=3)
    assert told["outcome"] == "finished"
    assert [one.name for one in tmp_path.glob("*.new")] == []


def test_a_program_sees_its_own_arguments_and_folder(run: Callable[..., tuple[int, Told]]) -> None:
    checks = ["import sys, os", "assert __name__ == '__main__'", "assert sys.argv == [__file__, '-a']"]
    checks += ["assert sys.path[0] == os.path.dirname(__file__)", "w.backward()"]
    assert run(*checks)[1]["outcome"] == "stopped"


def test_a_module_is_run_by_its_name(
    run: Callable[..., tuple[int, Told]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mod_of_runner.py").write_text("assert __name__ == '__main__'\nraise SystemExit(6)")
    monkeypatch.chdir(tmp_path)
    assert run(mode="module", target="mod_of_runner")[1]["code"] == 6


def test_a_function_is_called(run: Callable[..., tuple[int, Told]]) -> None:
    status, told = run(mode="function", target="m:f", inputs=[[2, 3]], arguments={"beta": 4})
    assert (status, told["outcome"], told["document"]) == (0, "stopped", ["m:f", [[2, 3]], {"beta": 4}])
    status, told = run(mode="function", target="refused", arguments={})
    assert (status, told["outcome"], told["message"], told["hint"]) == (
        0,
        "refused",
        "no such function",
        "another one",
    )


def test_the_traceback_is_that_of_the_program(
    run: Callable[..., tuple[int, Told]], capsys: pytest.CaptureFixture[str]
) -> None:
    run("1 / 0")
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in shown
    assert shown.count('File "') == 1
    assert "runpy" not in shown
    run("raise SystemExit('over')")
    assert capsys.readouterr().err == "over\n"
    run("raise SystemExit(3)")
    assert capsys.readouterr().err == ""


def test_its_own_folder_is_no_place_for_modules(
    run: Callable[..., tuple[int, Told]], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(Path(runner.__file__).parent)
    monkeypatch.setattr(sys, "path", [own, *sys.path])
    assert run(f"import sys; assert {own!r} not in sys.path; w.backward()")[1]["outcome"] == "stopped"


def test_a_traceback_is_that_of_the_program_alone(
    run: Callable[..., tuple[int, Told]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the recorder, which stands between a call and what that raises."""
    run("from klcli.trace.recorders.notes import document", "document(1, 2, 3, 4)")
    told = capsys.readouterr().err
    assert told.startswith("Traceback")
    assert 'program.py", line 4' in told
    assert "recorders" not in told.replace("klcli.trace.recorders.notes", "")
