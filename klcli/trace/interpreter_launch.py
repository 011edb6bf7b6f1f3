"""Starts the runner in an interpreter, and reads what it wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeAlias

from klcli.errors import KlcliError
from klcli.trace.recorders.frameworks import WATCHED
from klcli.trace.recording import Recording, read_recording
from klcli.values import dataclass

Mode: TypeAlias = Literal["script", "module", "function"]

_RUNNER = Path(__file__).with_name("runner.py")
_PYTHONS = ("bin/python", "Scripts/python.exe", "python.exe")
"""Where environments have their interpreter: on Unix, on Windows, and as conda puts it there."""
_GRACE = 5.0
"""Seconds that a program has to end, once it was asked to."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run.

    Attributes:
        mode: what the target is.
        target: a path, the name of a module, or ``package.module:function``.
        arguments: of a program, texts; of a function, values by their names.
        python: the interpreter.
        steps: backward passes that are watched.
        timeout: seconds after which it is stopped; None for no end.
        is_quiet: whether the program's own output is dropped.
        inputs: the shapes of the arrays that a function or a module is given.
    """

    mode: Mode
    target: str
    arguments: Sequence[str] | Mapping[str, Any]
    python: str
    steps: int = 1
    timeout: float | None = None
    is_quiet: bool = False
    inputs: Sequence[Sequence[int]] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What came of an order: how the program ended, in words, and what was noted."""

    recording: Recording
    ended: str


def interpreter() -> str:
    """The interpreter of the environment that is active, or else the one that runs this."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        folder = os.environ.get(name)
        for path in _PYTHONS:
            if folder and (Path(folder) / path).is_file():
                return str(Path(folder) / path)
    return sys.executable


def launched(order: Order) -> Run:
    """Run a program or a function, and read what was noted of it.

    Its output goes to standard error.

    Raises:
        KlcliError: it cannot be run, or ended before there was anything to note.
        KeyboardInterrupt: it was interrupted.
    """
    with TemporaryDirectory(prefix="klcli-") as folder:
        paths = [os.path.join(folder, name) for name in ("order.json", "result.json")]
        asked = {
            "mode": order.mode,
            "target": order.target,
            "arguments": order.arguments,
            "steps": order.steps,
            "inputs": order.inputs,
        }
        Path(paths[0]).write_text(json.dumps(asked), encoding="utf-8")
        status = _finished(order, paths)
        written = Path(paths[1])
        result = json.loads(written.read_text(encoding="utf-8")) if written.exists() else None
    # As shells have it: 128 and the number of Ctrl-C.
    if status == 130 or (result and result["outcome"] == "interrupted"):
        raise KeyboardInterrupt
    return _run_of(order, result, status)


def _finished(order: Order, paths: Sequence[str]) -> int | None:
    """The status of the program; None if it did not end in time."""
    output: Any = subprocess.DEVNULL if order.is_quiet else 2
    errors: Any = subprocess.DEVNULL if order.is_quiet else None
    environment = {**os.environ, "TORCHDYNAMO_DISABLE": "1"}
    sys.stderr.flush()
    try:
        running = subprocess.Popen(
            [order.python, str(_RUNNER), *paths], stdout=output, stderr=errors, env=environment
        )
    except OSError as error:
        text = f"{order.python} cannot be run: {error.strerror}"
        raise KlcliError(text, _interpreter_hint(order.python)) from None
    try:
        return running.wait(order.timeout)
    except subprocess.TimeoutExpired:
        return None
    except KeyboardInterrupt:
        _awaited(running)
        raise
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()


def _awaited(running: subprocess.Popen[bytes]) -> None:
    """Wait for a program that was interrupted, too."""
    try:
        running.wait(_GRACE)
    except subprocess.TimeoutExpired:
        running.kill()


def _run_of(order: Order, result: Mapping[str, Any] | None, status: int | None) -> Run:
    if result is None or result["document"] is None:
        raise _nothing(order, result, status)
    if result["outcome"] == "refused":
        raise KlcliError(result["message"], result["hint"])
    return Run(read_recording(result["document"]), _ended(result, status, order.timeout))


def _nothing(order: Order, result: Mapping[str, Any] | None, status: int | None) -> KlcliError:
    """Why there is nothing to report."""
    hint = "a loss is what gradients are asked for; a function is traced as package.module:function"
    if status is None:
        return KlcliError(
            f"{order.target} had no backward pass within {order.timeout:g} seconds", "--timeout gives it more"
        )
    if result is None:
        text = f"{order.python} ended with status {status}, and ran nothing: it is no Python from 3.8 on"
        return KlcliError(text, _interpreter_hint(order.python))
    match result["outcome"]:
        case "refused":
            return KlcliError(result["message"], result["hint"])
        case "failed":
            message = str(result["message"]).split("\n")[0]
            return KlcliError(f"{order.target} failed before its first backward pass: {message}")
        case "exit":
            text = f"{order.target} ended with status {result['code']} before a backward pass"
            return KlcliError(text, hint)
        case "nothing":  # os._exit, or a signal
            return KlcliError(f"{order.target} ended with status {status} before a backward pass", hint)
    if not set(WATCHED).intersection(result["loaded"]):
        return _without_gradients(order, result["loaded"])
    text = f"{order.target} ran to its end without a backward pass"
    count = result["noted"]
    are = "array that was computed is" if count == 1 else "arrays that were computed are"
    left = f"; {count} {are} left" if count else ""
    return KlcliError(text + left, hint)


def _interpreter_hint(path: str) -> str:
    """What to type in the place of what is no interpreter."""
    inside = [own for name in _PYTHONS if (own := Path(path) / name).is_file()]
    return f"--python {inside[0] if inside else '.venv/bin/python'} names an interpreter"


def _without_gradients(order: Order, loaded: Collection[str]) -> KlcliError:
    """What to say of a program in which nothing is differentiated: no number is known to be its loss."""
    name = Path(order.target).stem if order.mode == "script" else order.target
    hint = f"make the loss a function of its arrays, and trace that: klcli trace {name}:loss"
    if not loaded:
        return KlcliError(
            f"{order.target} loaded none of {', '.join(WATCHED)}: there is nothing to see", hint
        )
    text = (
        f"{order.target} computes with NumPy, which differentiates nothing: no number is known to be a loss"
    )
    return KlcliError(text, hint)


def _ended(result: Mapping[str, Any], status: int | None, timeout: float | None) -> str:
    """How a program ended that was watched, where that is worth saying."""
    if status is None:
        return f"the program was stopped after {timeout:g} seconds"
    match result["outcome"]:
        case "stopped":
            return ""
        case "failed":
            return f"the program failed after what is reported: {result['message']}".split("\n")[0]
        case "exit":
            return f"the program ended by itself, with status {result['code']}"
        case "finished":
            return "the program ran to its end"
    return f"the program ended with status {status}"
