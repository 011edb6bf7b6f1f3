"""TensorFlow, and Keras on it: the recorder of programs, and of functions that are called with tensors."""

from __future__ import annotations

from .called_modules import call_module, is_trained
from .calling import SHORT, call
from .recorder import TensorflowRecorder as Recorder

__all__ = ["SHORT", "Recorder", "call", "call_module", "is_trained"]
