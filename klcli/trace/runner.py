"""Runs a program or a function in its own interpreter, and writes down what a recorder noted of it.

This file is run by itself, with the standard library and from Python 3.8 on: ``python runner.py ORDER
RESULT``, two paths of JSON files. ORDER has ``mode`` (``script``, ``module`` or ``function``), ``target``,
``arguments`` (texts for a program, values by names for a function) and ``steps``, after which the program is
stopped. RESULT is written anew at every backward pass, so that whatever happens later the report has
something to say; it has ``outcome``, ``document`` (see `klcli.trace.recording`; null if nothing was noted),
``code``, ``message`` and ``hint``.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import random
import runpy
import sys
import traceback
from typing import Any

__all__ = ["main"]

_HERE = os.path.dirname(os.path.abspath(__file__))
_SHAPE = (4, 3)
"""Of the arrays that a function is called with: a batch and latents of different lengths."""
_LOW, _HIGH = 0.3, 2.5
"""Their entries are positive, as a scale is."""


class _Stopped(BaseException):
    """The program has done what was to be watched; no ``except Exception`` catches it."""


class _RefusedError(Exception):
    """What was ordered cannot be run; the message and a hint."""


def main(order_path: str, result_path: str) -> int:
    """Carry out an order; the status is that of the program."""
    # Python puts the folder of this file there, whose modules have names of the standard library.
    sys.path = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
    with open(order_path, encoding="utf-8") as file:
        order = json.load(file)
    result = {"outcome": "nothing", "document": None, "code": 0, "message": "", "hint": ""}
    try:
        recorders = _recorders()
        if order["mode"] == "function":
            _call(order, recorders, result)
        else:
            name = _installed(recorders.WATCHED)
            _watch(order, _recorder(recorders, name), result, result_path)
    except _RefusedError as error:
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


def _recorder(recorders: Any, framework: str) -> Any:
    """The module of the recorder of a framework."""
    return importlib.import_module(recorders.__name__ + "." + recorders.FRAMEWORKS[framework])


def _installed(names: Any) -> str:
    """The first of some frameworks that is installed."""
    for name in names:
        if importlib.util.find_spec(name) is not None:
            return str(name)
    raise _RefusedError(
        f"no framework that can be watched is installed for {sys.executable}",
        "--python names the interpreter of an environment with one of: {}".format(", ".join(names)),
    )


def _watch(order: Any, module: Any, result: Any, result_path: str) -> None:
    seen = [0]

    def on_backward() -> None:
        seen[0] += 1
        result["document"] = recorder.document()
        result["outcome"] = "watched"
        _write(result, result_path)
        if seen[0] >= order["steps"]:
            raise _Stopped

    recorder = module.Recorder(on_backward)
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
        result.update(outcome="interrupted", code=130)
    except BaseException as error:
        _print_own(error)
        result.update(outcome="failed", code=1, message=f"{type(error).__name__}: {error}")
    else:
        result["outcome"] = "finished"
    if result["document"] is None and result["outcome"] in ("finished", "exit"):
        result["noted"] = len(recorder.table.alive())


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
    traceback.print_exception(type(error), error, step)


def _call(order: Any, recorders: Any, result: Any) -> None:
    function = _function(order["target"])
    names = _names(function, order["arguments"])
    generator = random.Random(0)
    count = _SHAPE[0] * _SHAPE[1]
    given = {name: (_SHAPE, [generator.uniform(_LOW, _HIGH) for _ in range(count)]) for name in names}
    framework = recorders.framework_of(function) or _installed(recorders.FRAMEWORKS)
    try:
        found = _recorder(recorders, framework).call(function, given, "float64", order["arguments"])
    except Exception as error:
        shapes = ", ".join(f"{name} of shape {_SHAPE}" for name in names)
        message = "{} failed with {}: {}: {}".format(order["target"], shapes, type(error).__name__, error)
        raise _RefusedError(message, "--arg NAME=VALUE gives an argument that is no array") from error
    result.update(outcome="stopped", document=found["document"])


def _function(target: str) -> Any:
    module, _, path = target.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise _RefusedError(f"{module} cannot be imported: {error}", "run it in its folder") from error
    for name in path.split("."):
        if not hasattr(found, name):
            named = [key for key, one in vars(found).items() if callable(one) and not key.startswith("_")]
            raise _RefusedError(f"{module} has no {name}", "it has: " + ", ".join(named[:20]))
        found = getattr(found, name)
    return found


def _names(function: Any, given: Any) -> list[str]:
    """The arguments that arrays are made for: those without a default that are not given."""
    try:
        parameters = inspect.signature(getattr(function, "forward", function)).parameters.values()
    except (TypeError, ValueError):
        raise _RefusedError("its arguments are not known", "wrap it in a function of your own") from None
    unknown = sorted(set(given) - {one.name for one in parameters})
    if unknown:
        known = ", ".join(one.name for one in parameters)
        raise _RefusedError(f"there is no argument {unknown[0]}", "its arguments: " + known)
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [
        one.name
        for one in parameters
        if one.kind in plain and one.default is one.empty and one.name not in given
    ]
    if not 1 <= len(names) <= 4:
        hint = "give the others: --arg {}=...".format(names[-1] if names else "name")
        raise _RefusedError(f"arrays can be made for up to 4 arguments, it has {len(names)}", hint)
    return names


def _write(result: Any, path: str) -> None:
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
