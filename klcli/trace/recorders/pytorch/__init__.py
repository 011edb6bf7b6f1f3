"""PyTorch: the recorder of programs, functions that are called with tensors, modules with their losses."""

from __future__ import annotations

from .calling import SHORT, call, call_unnoted
from .module_calls import call_module, is_trained
from .recorder import Recorder

__all__ = ["SHORT", "Recorder", "call", "call_module", "call_unnoted", "is_trained"]
