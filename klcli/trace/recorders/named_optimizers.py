"""Which optimiser a loss is for where no framework tells: one that the differentiating function names.

JAX and TensorFlow hand gradients to a function of the program, and that hands them to an optimiser. The
innermost function that knows one by a name is asked, so that of two players each has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_KEEPERS = ("tx", "optimizer")
"""Attributes under which training states, `TrainState` for one, and models of Keras keep theirs."""
_CLASSES = ("Optimizer", "BaseOptimizer", "_NumPyroOptim")
"""Names of the base classes of Keras, of TensorFlow 1 and of numpyro."""
_LIBRARIES = ("keras", "tf_keras", "tensorflow", "numpyro")
_PLUMBING = ("chain", "with_extra_args_support", "identity", "scale", "scale_by_learning_rate", "named_chain")
"""Functions of optax that only join others, or have the learning rate."""
_DEEPEST = 6
"""Chains within chains of optax that are looked into."""


def optimizer_near(frame: FrameType | None, is_foreign: Callable[[str], bool]) -> str | None:
    """What the innermost function that names optimisers calls them, with their kinds, as ``tx (Adam)``.

    Args:
        frame: in which something is differentiated.
        is_foreign: whether a file is a library's, whose names are nobody's own.
    """
    while frame is not None:
        foreign = is_foreign(frame.f_code.co_filename)
        found: dict[int, str] = {}
        for name, value in _named(frame):
            for own, kind in _optimizers(name, value):
                found.setdefault(id(kind[1]), kind[0] if foreign else f"{own} ({kind[0]})")
        if found:
            return ", ".join(found.values())
        frame = frame.f_back
    return None


def _named(frame: FrameType) -> Iterator[tuple[str, Any]]:
    """What a function knows by the names in its code: variables, and attributes of ``self``."""
    code, held = frame.f_code, frame.f_locals
    for name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
        if name in held and name != "self":
            yield name, held[name]
    own = getattr(held.get("self"), "__dict__", {})
    for name in code.co_names:
        if name in own:
            yield "self." + name, own[name]
        elif name in frame.f_globals:
            yield name, frame.f_globals[name]


def _optimizers(name: str, value: Any) -> Iterator[tuple[str, tuple[str, Any]]]:
    """The optimiser that a value is, or that it keeps, with its name, its kind and itself."""
    kind = _kind_of(value)
    if kind is not None:
        yield name, (kind, value)
        return
    own: Any = getattr(value, "__dict__", None)
    if type(own) is not dict:
        return
    for key in _KEEPERS:
        kind = _kind_of(own.get(key))
        if kind is not None:
            yield f"{name}.{key}", (kind, own[key])


def _kind_of(value: Any) -> str | None:
    """The kind of an optimiser; None for anything else."""
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    if library == "optax" and kind.__name__.startswith("GradientTransformation"):
        return _words_of_optax(value)
    if library == "jax" and kind.__name__ == "Optimizer":  # of jax.example_libraries: three functions
        return str(value.update_fn.__qualname__.partition(".")[0])
    bases = [base for base in kind.__mro__ if base.__name__ in _CLASSES]
    is_one = any(base.__module__.partition(".")[0] in _LIBRARIES for base in bases)
    return kind.__name__ if is_one and not kind.__name__.startswith("_") else None


def _words_of_optax(transformation: Any) -> str:
    """The functions that a transformation of optax is chained of: a chain has no name of its own."""
    words = dict.fromkeys(word for word in _chained(transformation.update, 0) if word not in _PLUMBING)
    return "optax: " + ", ".join(words) if words else "optax"


def _chained(function: Any, depth: int) -> Iterator[str]:
    name, _, last = function.__qualname__.partition(".<locals>.")
    if last.startswith("update"):
        yield name
    for cell in getattr(function, "__closure__", None) or () if depth < _DEEPEST else ():
        try:
            value = cell.cell_contents
        except ValueError:  # a variable that is not set yet
            continue
        for one in value if isinstance(value, (tuple, list)) else [value]:
            if hasattr(one, "__qualname__") and str(one.__module__).startswith("optax"):
                yield from _chained(one, depth + 1)
