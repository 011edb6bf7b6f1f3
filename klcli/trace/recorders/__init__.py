"""Recorders: a file or folder for each framework, which needs that and the standard library only.

They run in the user's interpreter, Python from 3.8 on, where klcli need not be installed, and know nothing of
Gaussians: what they note is judged elsewhere. How to add one:

1. Note operations as `notes.Node`: ``op`` is one of those that `klcli.trace.recording` lists, ``args`` the
   nodes and numbers that it is computed from. `calls.arithmetic` makes nodes of calls by the names that
   they have in most frameworks (``exp``, ``sum``, ``clip``, ``mse_loss``), `calls.in_shape` of what only
   changes a shape. Anything else is a leaf: ``Node("leaf", (), shape, dtype, grad, place, made_by=...)``.
   What is left out is never judged, so a leaf is always right, and a wrong node never is.
2. Know arrays by their identity, in a `notes.NodeTable`, and keep none of them alive; `notes.place_of` tells
   where a call stands, `notes.look_for_name` what the variable is called that holds an array.
3. A module with ``call(function, given, dtype, others)`` serves functions: it gives back ``document``,
   ``shape``, ``values`` and ``gradients``; ``values``, which may be left out, does the same without the
   document. ``SHORT`` names the precisions in which functions are called, too. One with a class
   ``Recorder(on_backward)``, a context manager with ``document()`` and ``table``, serves whole programs: it
   calls ``on_backward`` where a loss is differentiated.
4. ``call_module(module, inputs, given)`` with ``is_trained(found)``, which may be left out, calls a module
   with arrays of some shapes: `modules.found_losses` finds its loss, and wants a `modules.CalledModule`.
5. Put its name into `FRAMEWORKS`, and into `WATCHED` if it serves programs.

`notes.document` makes the JSON of it, with the schema ``klcli.recording/1``. A recorder that stands
elsewhere, in any language, writes the same document; ``klcli.trace.recording.read_recording`` reads it. The
smallest one::

    {"schema": "klcli.recording/1", "framework": "mine 1.0", "warnings": [], "others": [],
     "nodes": [{"op": "leaf", "args": [], "shape": [4, 3], "dtype": "float32", "grad": true, "place": null,
                "names": ["logvar"], "made_by": "an input"},
               {"op": "exp", "args": [0], "shape": [4, 3], "dtype": "float32", "grad": true,
                "place": ["train.py", 7, "step"], "names": []},
               {"op": "sum", "args": [1], "shape": [], "dtype": "float32", "grad": true, "place": null,
                "names": [], "axes": null, "keepdim": false}],
     "losses": [{"node": 2, "value": 13.5, "place": ["train.py", 9, "step"]}]}
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from .keras import backend_of_keras

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
    return importlib.import_module(__name__ + "." + FRAMEWORKS[framework])


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
