"""What ``package.module:name`` names, and which of its arguments are arrays."""

from __future__ import annotations

import importlib
import inspect
import math
import os
import sys
import warnings
from random import Random
from typing import TYPE_CHECKING, Any

from . import keras_models
from .frameworks import FRAMEWORKS, RefusedError, frameworks_of, installed, recorder_of
from .single_entry_calls import probes, rounded_calls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_SHAPE = (4, 3)
"""Of the arrays that a function is called with: a batch and latents of different lengths."""
_LOW, _HIGH = 0.3, 2.5
"""Their entries are positive, as a scale is."""
_MOST_ARRAYS = 4
"""Of a function: means and heads of two Gaussians."""
_MOST_ROUNDED = 2
"""Arrays of a function that is called in short precisions."""
_PLAIN = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def called(target: str, inputs: Sequence[Sequence[int]], given: dict[str, Any]) -> Any:
    """The document of what a target computes: a function of arrays, or a module with its loss.

    Args:
        target: ``package.module:name``; a class is made, and called.
        inputs: shapes of the arrays that are made for it.
        given: its other arguments by their names, those of a constructor among them.

    Raises:
        RefusedError: it cannot be called so.
    """
    found = _target(target)
    if inspect.isclass(found):
        found = _built(found, given)
    for recorder in _recorders_of_modules():
        if recorder.is_trained(found):
            return recorder.call_module(found, inputs, given)
    frameworks = frameworks_of(found) or [installed(FRAMEWORKS)]
    names = array_names(found, given)
    generator, arrays = Random(0), {}
    for name, shape in zip(names, _shapes_for(names, inputs)):  # noqa: B905 (there is no strict in 3.8)
        arrays[name] = (shape, [generator.uniform(_LOW, _HIGH) for _ in range(math.prod(shape))])
    recorder, out = _first_call(target, found, frameworks, arrays, given)
    document = out["document"]
    for loss in document["losses"]:
        node = document["nodes"][loss["node"]]
        node["place"] = node["place"] or _place(found)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that numbers overflow far out is what they are there for
        if len(names) <= _MOST_ROUNDED:
            document["rounded"] = list(rounded_calls(recorder.call, found, names, recorder.SHORT, given))
        if len(names) == _MOST_ROUNDED:
            document["probes"] = list(probes(recorder.call, found, names, given, _entries(arrays)))
    held = {name: {"shape": list(shape), "values": values} for name, (shape, values) in arrays.items()}
    name = target.rpartition(":")[2].rpartition(".")[2]
    document["called"] = {"name": name, "given": held, "shape": out["shape"], "values": out["values"]}
    return document


def _recorders_of_modules() -> Iterator[Any]:
    """What can call modules, of the frameworks that are loaded; Keras knows its models first."""
    if "keras" in sys.modules:
        yield keras_models
    for name in FRAMEWORKS:
        if name in sys.modules and hasattr(recorder_of(name), "call_module"):
            yield recorder_of(name)


def _first_call(
    target: str, function: Any, frameworks: Sequence[str], arrays: dict[str, Any], given: dict[str, Any]
) -> tuple[Any, Any]:
    """The recorder of the first framework with whose arrays a function can be called, and what came of it.

    Raises:
        RefusedError: there is none.
    """
    failures: list[tuple[str, Exception]] = []
    for name in frameworks:
        recorder = recorder_of(name)
        try:
            out = recorder.call(function, arrays, "float64", given)
        except Exception as error:  # whatever the function raises that is given arrays of another framework
            failures.append((name, error))
            continue
        failed = [other for other, _ in failures]
        said = [f"it was called with arrays of {name}: with those of {other} it failed" for other in failed]
        out["document"]["warnings"] = [*said, *out["document"]["warnings"]]
        return recorder, out
    shapes = ", ".join(f"{name} of shape {shape}" for name, (shape, _) in arrays.items())
    first = failures[0][1]
    text = f"{target} failed with {shapes}: {type(first).__name__}: {first}"
    if isinstance(first, (TypeError, AttributeError)):  # the arrays may have been of the wrong kind
        text += "".join(f"; with arrays of {name}: {error}" for name, error in failures[1:])
    hint = "--arg NAME=VALUE gives an argument that is no array, --input 8,4 a shape"
    raise RefusedError(text, hint) from first


def _place(function: Any) -> list[Any] | None:
    """Where a function is defined, which is where what nobody followed is said to stand."""
    code = getattr(inspect.unwrap(getattr(function, "forward", function)), "__code__", None)
    return code and [code.co_filename, code.co_firstlineno, code.co_name]


def _entries(arrays: dict[str, Any]) -> list[dict[str, float]]:
    """The entries of arrays that stand at the same places; none where their shapes differ."""
    if len({shape for shape, _ in arrays.values()}) != 1:
        return []
    return [dict(zip(arrays, row)) for row in zip(*(values for _, values in arrays.values()))]  # noqa: B905


def _target(target: str) -> Any:
    """The object that ``package.module:name`` names.

    Raises:
        RefusedError: there is none.
    """
    module, _, path = target.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
    except ImportError as error:
        raise RefusedError(f"{module} cannot be imported: {error}", "run it in its folder") from error
    for name in path.split("."):
        if not hasattr(found, name):
            named = [key for key, one in vars(found).items() if callable(one) and not key.startswith("_")]
            # Names that fit on a few lines of a terminal.
            raise RefusedError(f"{module} has no {name}", "it has: " + ", ".join(named[:20]))
        found = getattr(found, name)
    if not callable(found):
        raise RefusedError(f"{target} is no function", f"it is a {type(found).__name__}")
    return found


def _parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters of a function, or of a module's forward.

    Raises:
        RefusedError: Python does not know them.
    """
    try:
        return list(inspect.signature(getattr(function, "forward", function)).parameters.values())
    except (TypeError, ValueError):
        raise RefusedError("its arguments are not known", "wrap it in a function of your own") from None


def array_names(function: Any, given: Collection[str]) -> list[str]:
    """The arguments that arrays are made for: those without a default that are not given.

    Raises:
        RefusedError: one that is given is none, or there are none or too many.
    """
    parameters = _parameters(function)
    _check_known(given, parameters)
    names = [
        one.name
        for one in parameters
        if one.kind in _PLAIN and one.default is one.empty and one.name not in given
    ]
    if not names:
        raise RefusedError("it takes no arrays", "name a function of a mean and a head")
    if len(names) > _MOST_ARRAYS:
        raise RefusedError(
            f"arrays can be made for up to {_MOST_ARRAYS} arguments, it has {len(names)}",
            f"give the others: --arg {names[-1]}=...",
        )
    return names


def _check_known(given: Collection[str], parameters: Iterable[inspect.Parameter]) -> None:
    parameters = list(parameters)
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return
    unknown = sorted(set(given) - {one.name for one in parameters})
    if unknown:
        known = ", ".join(one.name for one in parameters)
        raise RefusedError(f"there is no argument {unknown[0]}", "its arguments: " + (known or "none"))


def _shapes_for(names: Sequence[str], inputs: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """The shapes of the arrays of some arguments: those that are given, one for all or one for each.

    Raises:
        RefusedError: their number is another.
    """
    shapes = [tuple(one) for one in inputs] or [_SHAPE]
    if len(shapes) == 1:
        shapes *= len(names)
    if len(shapes) != len(names):
        text = "{} shapes are given for {} arrays: {}".format(len(shapes), len(names), ", ".join(names))
        raise RefusedError(text, "--input is given once for all of them, or once for each")
    return shapes


def _built(kind: Any, given: dict[str, Any]) -> Any:
    """An object of a class; the arguments of its constructor are taken out of those that are given.

    Raises:
        RefusedError: it cannot be made of these.
    """
    try:
        parameters = inspect.signature(kind).parameters
    except (TypeError, ValueError):
        parameters = {}  # type: ignore[assignment]
    own: dict[str, Any] = {}
    for recorder in _recorders_of_modules():
        own.update(getattr(recorder, "own_arguments", lambda kind: {})(kind))
    own.update({name: given.pop(name) for name in list(given) if name in parameters})
    try:
        return kind(**own)
    except Exception as error:
        names = ", ".join(parameters) or "none"
        text = f"{kind.__name__} cannot be made: {type(error).__name__}: {error}"
        raise RefusedError(text, f"--arg NAME=VALUE gives its arguments: {names}") from error
