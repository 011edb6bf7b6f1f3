"""Where equations stand: in the program, not in JAX or in the libraries that are made for it."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_LIBRARIES = (
    "keras",
    "flax",
    "haiku",
    "equinox",
    "optax",
    "numpyro",
    "distrax",
    "tensorflow_probability",
    "chex",
    "optree",
    "multipledispatch",
)
"""Libraries whose lines are nobody's own: what calls them is."""
_PREPARATIONS = ("find_valid_initial_params",)
"""Functions of numpyro."""
_WRITTEN_WITH = ("jax", "jaxlib", "numpy")
_HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
_STANDARD = os.path.dirname(os.__file__) + os.sep
_PACKAGES = tuple(os.path.join(_STANDARD, name) + os.sep for name in ("site-packages", "dist-packages"))
"""Where other packages are inside of the standard library's folder."""


@lru_cache(maxsize=None)  # noqa: UP033 (no cache in 3.8)
def _folders(names: tuple[str, ...]) -> tuple[str, ...]:
    """The folders of some packages that are installed."""
    specs = [importlib.util.find_spec(name) for name in names]
    return tuple(os.path.dirname(spec.origin) + os.sep for spec in specs if spec and spec.origin)


def is_of_jax(path: str) -> bool:
    """Whether a file is one of JAX, of this recorder, or of what both are written with."""
    if path.startswith((*_folders(_WRITTEN_WITH), _HERE, "<frozen ")):
        return True
    return path.startswith(_STANDARD) and not path.startswith(_PACKAGES)


def is_of_library(path: str) -> bool:
    """Whether a file is one of a library for JAX."""
    return path.startswith(_folders(_LIBRARIES))


def standing(frame: FrameType | None) -> tuple[str, int, str] | None:
    """The innermost place of the program that a frame was called from, or else of a library."""
    places = []
    while frame is not None:
        if not is_of_jax(frame.f_code.co_filename):
            places.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return _own(places)


def is_preparation(frame: FrameType | None) -> bool:
    """Whether a library is looking for values to begin with; what it differentiates then trains nothing."""
    while frame is not None:
        if frame.f_code.co_name in _PREPARATIONS and is_of_library(frame.f_code.co_filename):
            return True
        frame = frame.f_back
    return False


def place_of_equation(
    equation: Any, other: tuple[str, int, str] | None = None
) -> tuple[str, int, str] | None:
    """The innermost place of the program at which an equation was made, or the other, or one in a library."""
    frames = [one for one in _frames(equation) if not is_of_jax(one.file_name)]
    return _own([(one.file_name, one.line_num, _plain(one.function_name)) for one in frames], other)


def _own(
    places: list[tuple[str, int, str]], other: tuple[str, int, str] | None = None
) -> tuple[str, int, str] | None:
    own = [place for place in places if not is_of_library(place[0])]
    return next(iter(own), other or next(iter(places), None))


def names_of_frames(equation: Any) -> set[str]:
    """The names of the functions outside of JAX that an equation was made in."""
    return {_plain(one.function_name) for one in _frames(equation) if not is_of_jax(one.file_name)}


def calls_of(equation: Any) -> Iterator[str]:
    """The names of JAX's own functions that made an equation, from the innermost to what was called."""
    for one in _frames(equation):
        if not is_of_jax(one.file_name):
            return
        yield _plain(one.function_name)


def _frames(equation: Any) -> Any:
    """The frames, the innermost first; none if they were not kept."""
    return getattr(equation.source_info.traceback, "frames", ())


def _plain(name: str) -> str:
    return name.rpartition(".")[2]
