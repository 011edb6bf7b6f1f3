"""Watches a program that may use any framework: each recorder starts when the program has loaded its own.

Nobody knows beforehand what a program uses, as Keras computes with one of three, and a framework takes
seconds to be loaded for nothing.
"""

from __future__ import annotations

import importlib.util
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from .frameworks import WATCHED, recorder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Watching:
    """The recorders of all frameworks that are loaded while it is entered, as one.

    The document is that of the recorder that saw the last loss.
    """

    def __init__(
        self, on_backward: Callable[..., None] | None = None, frameworks: Sequence[str] = WATCHED
    ) -> None:
        self._on_backward = on_backward
        self._waiting = list(frameworks)
        self._recorders: list[Any] = []
        self._last: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> Watching:
        loaded = [name for name in self._waiting if name in sys.modules]
        self._waiting = [name for name in self._waiting if name not in loaded]
        for name in loaded:
            self._start(name)
        sys.meta_path.insert(0, self)  # type: ignore[arg-type]
        self._stack.callback(sys.meta_path.remove, self)  # type: ignore[arg-type]
        return self

    def __exit__(self, *ending: Any) -> None:
        self._stack.__exit__(*ending)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Python's question for a module that it loads: a framework's is told where it is loaded."""
        if name not in self._waiting:
            return None
        self._waiting.remove(name)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Told(spec.loader, lambda: self._start(name))  # type: ignore[assignment]
        return spec

    def _start(self, name: str) -> None:
        recorder: Any = recorder_of(name).Recorder(lambda **how: self._seen(recorder, **how))
        self._recorders.append(self._stack.enter_context(recorder))

    def _seen(self, recorder: Any, **how: bool) -> None:
        """Tell of a loss; with ``is_step=False`` of what may be one, and ends no step."""
        self._last = recorder
        if self._on_backward:
            self._on_backward(**how)

    @property
    def alive(self) -> int:
        """How many arrays are left that something was noted of."""
        return sum(len(recorder.table.alive()) for recorder in self._recorders)

    def document(self) -> dict[str, Any] | None:
        """What was noted; None if no framework was loaded.

        Without a backward pass it is of the first recorder that has a number with a gradient, or else it has
        the warnings of all.
        """
        if self._last is not None:
            return dict(self._last.document())
        documents = [recorder.document() for recorder in self._recorders]
        told = next((one for one in documents if one["losses"]), None)
        if told or not documents:
            return told
        return dict(documents[0], warnings=[text for one in documents for text in one["warnings"]])


class _Told:
    """A loader that tells when it has loaded its module."""

    def __init__(self, loader: Any, told: Callable[[], None]) -> None:
        self._loader, self._told = loader, told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        """Leave it to the loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        """Load the module, which belongs to its own loader from then on, and tell."""
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._told()
