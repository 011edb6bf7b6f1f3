"""Runs a program or a function in its own interpreter, and writes down what a recorder noted of it.

This file is run by itself, with the standard library and from Python 3.8 on: ``python runner.py ORDER
RESULT``, two paths of JSON files. ORDER has ``mode`` (``script``, ``module`` or ``function``), ``target``,
``arguments`` (texts for a program, values by names for a function), ``inputs`` (shapes of the arrays that a
function is given) and ``steps``, after which the program is stopped. RESULT is written at the beginning,
which tells an interpreter from what is none, and anew at every backward pass, so that whatever happens later
the report has something to say; it has ``outcome``, ``document`` (see `klcli.trace.recording`; null if
nothing was noted), ``code``, ``message`` and ``hint``, and where nothing was noted ``loaded``, the frameworks
that the program has loaded, and ``noted``, how many arrays are left.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import runpy
import sys
import traceback
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_WATCHING = os.path.join(_HERE, "recorders") + os.sep


class _Stopped(BaseException):
    """The program has done what was to be watched; no ``except Exception`` catches it."""


def main(order_path: str, result_path: str) -> int:
    """Carry out an order; the status is that of the program."""
    # Python puts the folder of this file there, whose modules have names of the standard library.
    sys.path = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
    with open(order_path, encoding="utf-8") as file:
        order = json.load(file)
    result = {"outcome": "nothing", "document": None, "code": 0, "message": "", "hint": ""}
    _write(result, result_path)
    recorders = _recorders().__name__
    frameworks = importlib.import_module(recorders + ".frameworks")
    try:
        if order["mode"] == "function":
            targets = importlib.import_module(recorders + ".function_targets")
            document = targets.called(order["target"], order["inputs"], dict(order["arguments"]))
            result.update(outcome="stopped", document=document)
        else:
            frameworks.installed(frameworks.WATCHED)
            watching = importlib.import_module(recorders + ".watching")
            _watch(order, watching.Watching, frameworks.FRAMEWORKS, result, result_path)
    except frameworks.RefusedError as error:
        result.update(outcome="refused", message=str(error.args[0]), hint=str(error.args[1]))
    _write(result, result_path)
    return int(result["code"]) if isinstance(result["code"], int) else 1


def _recorders() -> Any:
    """The package of the recorders, loaded from its folder."""
    folder = os.path.join(_HERE, "recorders")
    name = "_klcli_recorders"
    path = os.path.join(folder, "__init__.py")
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[folder])
    assert spec
    assert spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package


def _watch(order: Any, watching: Any, frameworks: Any, result: Any, result_path: str) -> None:
    seen = [0]

    def on_backward(*, is_step: bool = True) -> None:
        seen[0] += is_step
        result["document"] = recorder.document()
        result["outcome"] = "watched"
        _write(result, result_path)
        if seen[0] >= order["steps"]:
            raise _Stopped

    recorder = watching(on_backward)
    sys.argv = [order["target"], *order["arguments"]]
    try:
        with recorder:
            _run(order)
    except _Stopped:
        result["outcome"] = "stopped"
    except SystemExit as ending:
        code = ending.code
        if code is not None and not isinstance(code, int):
            sys.stderr.write(str(code) + "\n")
        result.update(outcome="exit", code=code if isinstance(code, int) else int(code is not None))
    except KeyboardInterrupt:
        # As shells have it: 128 and the number of Ctrl-C.
        result.update(outcome="interrupted", code=130)
    except BaseException as error:
        _print_own(error)
        result.update(outcome="failed", code=1, message=f"{type(error).__name__}: {error}")
    else:
        result["outcome"] = "finished"
    if result["document"] is None and result["outcome"] in ("finished", "exit"):
        result["noted"] = recorder.alive
        result["loaded"] = [name for name in frameworks if name in sys.modules]


def _run(order: Any) -> None:
    if order["mode"] == "module":
        sys.path.insert(0, os.getcwd())
        runpy.run_module(order["target"], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(order["target"])))
        runpy.run_path(order["target"], run_name="__main__")


def _print_own(error: BaseException) -> None:
    """The traceback as the program would have printed it by itself."""
    step = error.__traceback__
    own = (os.path.abspath(__file__), runpy.__file__ or "")
    while step is not None and (
        step.tb_frame.f_code.co_filename in own or step.tb_frame.f_code.co_filename.startswith("<frozen")
    ):
        step = step.tb_next
    told = traceback.TracebackException(type(error), error, step)
    # What watches stands between a call and what it raises.
    told.stack[:] = [one for one in told.stack if not one.filename.startswith(_WATCHING)]
    print("".join(told.format()), end="", file=sys.stderr)


def _write(result: Any, path: str) -> None:
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
