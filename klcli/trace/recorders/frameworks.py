"""The frameworks: which recorder each has, which can be watched, and which a function is written in."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from .keras_backend import backend_of_keras

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FRAMEWORKS = {"torch": "pytorch", "tensorflow": "tensorflow", "jax": "jax", "numpy": "numpy"}
"""The recorders by the modules of their frameworks; each can call a function."""
WATCHED = ("torch", "tensorflow", "jax")
"""The frameworks whose programs can be watched."""


class RefusedError(Exception):
    """What was ordered cannot be run; the message and a hint."""


def recorder_of(framework: str) -> Any:
    """The module of the recorder of a framework."""
    return importlib.import_module(f"{__package__}.{FRAMEWORKS[framework]}")


def installed(names: Iterable[str]) -> str:
    """The first of some frameworks that is installed.

    Raises:
        RefusedError: none is.
    """
    names = list(names)
    for name in names:
        if importlib.util.find_spec(name) is not None:
            return name
    raise RefusedError(
        f"no framework that can be watched is installed for {sys.executable}",
        "--python names the interpreter of an environment with one of: {}; ".format(", ".join(names))
        + "a function of NumPy is traced as package.module:function",
    )


def framework_of(function: Any) -> str | None:
    """The framework that a function is written in: one that it names, or else one that is loaded."""
    named = {name.partition(".")[0] for name in _modules(function)}
    if "keras" in named:
        named.add(backend_of_keras() or "")
    loaded = [name for name in FRAMEWORKS if name in sys.modules]
    return next((name for name in FRAMEWORKS if name in named), loaded[0] if loaded else None)


def frameworks_of(function: Any) -> list[str]:
    """The frameworks that a function may be written in: the likeliest, then the others that are loaded."""
    first = framework_of(function)
    return [*filter(None, [first]), *(name for name in FRAMEWORKS if name in sys.modules and name != first)]


def _modules(function: Any) -> Iterator[str]:
    """The modules that a function and the functions that it calls refer to by their names."""
    seen: set[int] = set()
    stack = [function]
    while stack:
        one = stack.pop()
        code = getattr(one, "__code__", None)
        # Functions that call functions: the framework of a loss is found in the first few.
        if code is None or id(code) in seen or len(seen) > 100:
            yield str(getattr(type(one), "__module__", ""))
            inner = getattr(one, "__wrapped__", getattr(one, "func", None))  # jitted, partial
            if code is None and inner is not None and len(seen) <= 100:
                stack.append(inner)
            continue
        seen.add(id(code))
        for name in code.co_names:
            value = getattr(one, "__globals__", {}).get(name)
            if isinstance(value, type(sys)):
                yield value.__name__
            elif callable(value):
                yield str(getattr(value, "__module__", None) or "")
                stack.append(value)
