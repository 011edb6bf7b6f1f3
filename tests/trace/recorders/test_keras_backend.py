"""Which framework Keras computes with, by a Keras that is made for it."""

from __future__ import annotations

import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from klcli.trace.recorders.frameworks import framework_of
from klcli.trace.recorders.keras_backend import backend_of_keras, folders_of

made: Any = None
"""Keras, as a module that functions refer to."""


def function(x: Any) -> Any:
    return made.ops.exp(x)


def test_the_framework_of_a_function_of_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    assert backend_of_keras() is None
    keras = ModuleType("keras")
    monkeypatch.setattr(keras, "backend", SimpleNamespace(backend=lambda: "jax"), raising=False)
    monkeypatch.setitem(sys.modules, "keras", keras)
    monkeypatch.setitem(globals(), "made", keras)
    assert backend_of_keras() == "jax"
    assert framework_of(function) == "jax"


def test_where_the_code_of_modules_stands() -> None:
    assert folders_of("numpy", "no_such_module") == (os.path.dirname(np.__file__) + os.sep,)
