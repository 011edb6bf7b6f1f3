"""Recorders: a file for each framework, with the standard library and that only, for Python from 3.8 on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FRAMEWORKS", "WATCHED", "framework_of"]

FRAMEWORKS = {"torch": "pytorch", "jax": "jax", "numpy": "numpy"}
"""The recorders by the modules of their frameworks; each can call a function."""
WATCHED = ("torch",)
"""The frameworks whose programs can be watched."""


def framework_of(function: Any) -> str | None:
    """The framework that a function is written in: one that it names, or else one that is loaded."""
    named = {name.partition(".")[0] for name in _modules(function)}
    loaded = [name for name in FRAMEWORKS if name in sys.modules]
    return next((name for name in FRAMEWORKS if name in named), loaded[0] if loaded else None)


def _modules(function: Any) -> Iterator[str]:
    """The modules that a function and the functions that it calls refer to by their names."""
    seen: set[int] = set()
    stack = [function]
    while stack:
        one = stack.pop()
        code = getattr(one, "__code__", None)
        if code is None or id(code) in seen or len(seen) > 100:
            yield str(getattr(type(one), "__module__", ""))
            continue
        seen.add(id(code))
        for name in code.co_names:
            value = getattr(one, "__globals__", {}).get(name)
            if isinstance(value, type(sys)):
                yield value.__name__
            elif callable(value):
                yield str(getattr(value, "__module__", None) or "")
                stack.append(value)
