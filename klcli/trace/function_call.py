"""A function that is called with arguments of its own: which framework it is of, which arguments it wants."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from klcli.errors import KlcliError
from klcli.judge.roles import MOST_SYMBOLS
from klcli.names.means_and_spreads import is_mean
from klcli.trace.function_trials import Caller
from klcli.trace.recorders.frameworks import FRAMEWORKS, framework_of


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called."""
    return str(getattr(function, "__name__", type(function).__name__))


def argument_names(function: Callable[..., Any], given: Mapping[str, Any]) -> tuple[str, str]:
    """The names of the mean and of the head among a function's arguments, in its order of them.

    Args:
        function: the function.
        given: its other arguments.

    Raises:
        KlcliError: it has not just two that are not given.
    """
    parameters = _parameters(function, given)
    open_ones = [one.name for one in parameters if one.default is one.empty]
    if len(open_ones) < 2:
        more = [one.name for one in parameters if one.name not in open_ones]
        open_ones += more[: 2 - len(open_ones)]
    if len(open_ones) != 2:
        raise KlcliError(
            f"{name_of(function)} is given a mean and a head, and wants {', '.join(open_ones) or 'nothing'}",
            f"give the others: arguments={{{open_ones[-1] if open_ones else 'name'!r}: ...}}",
        )
    return open_ones[0], open_ones[1]


def open_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the arguments that arrays are made for: those without a default that are not given.

    Raises:
        KlcliError: there are none, or more than a KL has symbols.
    """
    names = [one.name for one in _parameters(function, given) if one.default is one.empty]
    if not 1 <= len(names) <= MOST_SYMBOLS:
        raise KlcliError(
            f"{name_of(function)} wants {', '.join(names) or 'no arrays'}, and a KL has up to {MOST_SYMBOLS}",
            f"give the others: arguments={{{names[-1] if names else 'name'!r}: ...}}",
        )
    return tuple(names)


def _parameters(function: Callable[..., Any], given: Mapping[str, Any]) -> list[inspect.Parameter]:
    """The parameters that are not given, of those that have a place."""
    try:
        found = inspect.signature(getattr(function, "forward", function)).parameters.values()
    except (TypeError, ValueError):
        raise KlcliError(
            f"the arguments of {name_of(function)} are not known", "wrap it: lambda mu, s: ..."
        ) from None
    unknown = [name for name in given if name not in [one.name for one in found]]
    takes_more = any(one.kind is one.VAR_KEYWORD for one in found)
    if unknown and not takes_more:
        listed = ", ".join(one.name for one in found) or "none"
        raise KlcliError(f"{name_of(function)} has no argument {unknown[0]}", f"its arguments: {listed}")
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one for one in found if one.kind in plain and one.name not in given]


def mean_first(names: tuple[str, str]) -> bool:
    """Whether the first of two arguments is the mean, as it is unless the names say otherwise."""
    return is_mean(names[0]) or not is_mean(names[1])


def call_of(
    function: Callable[..., Any], names: Sequence[str], given: Mapping[str, Any], *, is_noted: bool = True
) -> Caller:
    """How a function is called with entries of its arrays.

    Args:
        function: the function.
        names: of the arrays, in its order of them.
        given: its other arguments.
        is_noted: whether a document of what it did is wanted, which takes its time.

    Raises:
        KlcliError: no framework that can be watched is loaded, or the call fails.
    """
    recorder = _recorder(function)
    run = recorder.call if is_noted else getattr(recorder, "call_unnoted", recorder.call)

    def call(entries: Mapping[str, tuple[tuple[int, ...], list[float]]], dtype: str) -> Mapping[str, Any]:
        own = {name: entries[name] for name in names}
        try:
            found: Mapping[str, Any] = run(function, own, dtype, given)
        except (TypeError, ValueError, RuntimeError, IndexError, AttributeError) as error:
            raise _refused(function, names, entries, error) from error
        return found

    return call


def _refused(
    function: Callable[..., Any], names: Sequence[str], entries: Any, error: Exception
) -> KlcliError:
    shapes = ", ".join(f"{name} of shape {entries[name][0]}" for name in names)
    text = f"{name_of(function)} failed with {shapes}: {type(error).__name__}: {error}"
    return KlcliError(text, "give what it needs besides: arguments={...}; or wrap it in a lambda")


def _recorder(function: Callable[..., Any]) -> Any:
    name = framework_of(function)
    if name is None:
        hint = f"import one of: {', '.join(FRAMEWORKS)}"
        raise KlcliError(f"it is not known what {name_of(function)} computes with", hint)
    return import_module(f"klcli.trace.recorders.{FRAMEWORKS[name]}")
