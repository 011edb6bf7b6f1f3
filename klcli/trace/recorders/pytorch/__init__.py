"""PyTorch: the recorder of programs, functions that are called with tensors, modules with their losses."""

from __future__ import annotations

from .called_modules import call_module, is_trained
from .calling import SHORT, call, call_unnoted
from .recorder import Recorder

__all__ = ["SHORT", "Recorder", "call", "call_module", "call_unnoted", "is_trained"]
