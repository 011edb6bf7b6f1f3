"""JAX: the recorder of programs, which sees what is differentiated, and of functions that are called."""

from __future__ import annotations

from .called_modules import call_module, is_trained, own_arguments
from .calling import SHORT, call
from .recorder import JaxRecorder as Recorder

__all__ = ["SHORT", "Recorder", "call", "call_module", "is_trained", "own_arguments"]
