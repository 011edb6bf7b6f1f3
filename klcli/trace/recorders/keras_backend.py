"""Keras, which computes with one of several frameworks: which, where its own code stands, its layers."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any


def backend_of_keras() -> str | None:
    """The framework that Keras computes with; None if it is not loaded."""
    backend = getattr(sys.modules.get("keras"), "backend", None)
    return str(backend.backend()) if backend is not None else None


def is_layer(found: Any) -> bool:
    """Whether something is a layer or a model of Keras."""
    layers: Any = getattr(sys.modules.get("keras"), "layers", None)
    return layers is not None and isinstance(found, layers.Layer)


def folders_of(*modules: str) -> tuple[str, ...]:
    """Where the code of some modules stands, as far as they are installed."""
    specs = [importlib.util.find_spec(name) for name in modules]
    origins = [spec.origin for spec in specs if spec is not None and spec.origin]
    return tuple(os.path.dirname(one) + os.sep if one.endswith("__init__.py") else one for one in origins)
