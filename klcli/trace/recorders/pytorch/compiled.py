"""Compiled models, which run as they are written while they are watched: a kernel has no calls to note."""

from __future__ import annotations

import sys
from typing import Any

import torch


class Compiled:
    """Holds compiled functions to what they were compiled from, where this release of PyTorch can.

    The compiler takes a second to be loaded, so a program that compiles nothing has nothing to wait for.
    """

    def __init__(self) -> None:
        self._stance: Any = None

    def hold(self) -> None:
        """Begin, now or when the first model is compiled."""
        self._compile = getattr(torch, "compile", None)
        if self._compile is not None:
            torch.compile = self._compiled
        if "torch._dynamo" in sys.modules:
            self._hold()

    def leave(self) -> None:
        """Let compiled functions be what they are."""
        if self._compile is not None:
            torch.compile = self._compile
        if self._stance is not None:
            self._stance.__exit__(None, None, None)

    def _compiled(self, *args: Any, **kwargs: Any) -> Any:
        assert self._compile
        found = self._compile(*args, **kwargs)
        if self._stance is None:
            self._hold()
        return found

    def _hold(self) -> None:
        set_stance = getattr(torch.compiler, "set_stance", None)
        if set_stance is not None:
            self._stance = set_stance("force_eager")
            self._stance.__enter__()
