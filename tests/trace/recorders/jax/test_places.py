"""Where equations stand: in the program, and else where a library was called."""

from __future__ import annotations

import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest

jax = pytest.importorskip("jax")
places = pytest.importorskip("klcli.trace.recorders.jax.places")
jnp = jax.numpy


def equation(*frames: tuple[str, int, str]) -> Any:
    """An equation that was made in some frames, the innermost first."""
    held = [SimpleNamespace(file_name=file, line_num=line, function_name=name) for file, line, name in frames]
    return SimpleNamespace(source_info=SimpleNamespace(traceback=SimpleNamespace(frames=held)))


INNER = (jax.numpy.__file__, 3, "jax.numpy.sum")
OWN, CALLER = ("/home/me/train.py", 7, "Net.loss"), ("/home/me/train.py", 20, "main")


def library() -> str:
    return str(pytest.importorskip("optax").__file__)


def test_files_of_jax_and_of_what_it_is_written_with() -> None:
    import numpy as np

    assert all(
        map(places.is_of_jax, (jax.__file__, np.__file__, json.__file__, places.__file__, "<frozen os>"))
    )
    # Packages lie inside of the standard library's folder.
    assert not places.is_of_jax(pytest.__file__)
    assert not places.is_of_jax(OWN[0])


def test_the_innermost_line_of_the_program() -> None:
    assert places.place_of_equation(equation(INNER, OWN, CALLER)) == ("/home/me/train.py", 7, "loss")
    assert places.place_of_equation(equation(INNER)) is None


def test_a_line_of_a_library_counts_where_there_is_no_other() -> None:
    of_library = (library(), 5, "softmax_cross_entropy")
    assert places.is_of_library(of_library[0])
    assert places.place_of_equation(equation(of_library, OWN))[0] == OWN[0]
    assert places.place_of_equation(equation(of_library)) == of_library
    assert places.place_of_equation(equation(of_library), CALLER) == CALLER
    assert places.place_of_equation(equation(of_library, OWN), CALLER)[1] == 7


def test_functions_by_their_names() -> None:
    assert places.names_of_frames(equation(INNER, OWN, CALLER)) == {"loss", "main"}
    assert list(places.calls_of(equation(INNER, (jax.__file__, 1, "jax.jit"), OWN, INNER))) == ["sum", "jit"]


def test_frames_that_are_running() -> None:
    def standing() -> Any:
        return places.standing(sys._getframe())

    file, _, name = standing()
    assert (os.path.basename(file), name) == ("test_places.py", "standing")
    assert places.standing(None) is None


def test_a_real_equation_has_its_place() -> None:
    closed = jax.make_jaxpr(lambda x: jnp.mean(x))(jnp.ones(3))
    inner = closed.jaxpr.eqns[-1]
    while "jaxpr" in inner.params:
        inner = inner.params["jaxpr"].jaxpr.eqns[-1]
    assert places.place_of_equation(inner)[0] == __file__
    assert "mean" in places.calls_of(inner)


def test_only_a_library_prepares() -> None:
    def find_valid_initial_params() -> bool:
        return bool(places.is_preparation(sys._getframe()))

    assert not find_valid_initial_params()
    code = compile("def find_valid_initial_params(f):\n    return f()\n", library(), "exec")
    own: dict[str, Any] = {}
    exec(code, own)
    assert own["find_valid_initial_params"](lambda: places.is_preparation(sys._getframe()))
