"""PyTorch: the recorder of programs, and functions that are called with tensors of their own."""

from __future__ import annotations

from .calling import call
from .recorder import Recorder

__all__ = ["Recorder", "call"]
