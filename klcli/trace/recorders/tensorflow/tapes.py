"""The program's tapes: which of them record, and where their gradients are asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.eager import record
from tensorflow.python.eager import tape as tapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Tapes:
    """Stands in the place of TensorFlow's own functions while it is entered."""

    def __init__(
        self,
        recording: list[Any],
        asked: Callable[[Any], None],
        noted: Callable[[Callable[[], Any]], None],
    ) -> None:
        """Begin with the tapes that record.

        Args:
            recording: is kept as the list of these.
            asked: is called with what a gradient is asked of.
            noted: is called with what tells tapes of a derivative that the program gives by itself.
        """
        self._recording, self._asked, self._noted = recording, asked, noted
        self._plain: dict[str, Any] = {}
        self.is_silent = False

    def __enter__(self) -> Tapes:
        self._plain = {name: getattr(tapes, name) for name in ("push_new_tape", "push_tape", "pop_tape")}
        self._gradient, self._derived = tf.GradientTape.gradient, record.record_operation
        tapes.push_new_tape, tapes.push_tape, tapes.pop_tape = self._pushed_new, self._pushed, self._popped

        def gradient(tape: Any, target: Any, sources: Any, *args: Any, **kwargs: Any) -> Any:
            return self._backward(tape, target, sources, *args, **kwargs)

        def derived(*args: Any, **kwargs: Any) -> None:
            self._derived(*args, **kwargs)
            self._noted(lambda: self._derived(*args, **kwargs))

        tf.GradientTape.gradient, record.record_operation = gradient, derived
        return self

    def __exit__(self, *ending: Any) -> None:
        for name, function in self._plain.items():
            setattr(tapes, name, function)
        tf.GradientTape.gradient, record.record_operation = self._gradient, self._derived

    def _pushed_new(self, *args: Any, **kwargs: Any) -> Any:
        found = self._plain["push_new_tape"](*args, **kwargs)
        self._recording.append(found)
        return found

    def _pushed(self, tape: Any) -> None:
        self._plain["push_tape"](tape)
        self._recording.append(tape)

    def _popped(self, tape: Any) -> None:
        self._plain["pop_tape"](tape)
        self._recording[:] = [one for one in self._recording if one is not tape]

    def _backward(self, tape: Any, target: Any, sources: Any, *args: Any, **kwargs: Any) -> Any:
        others = [one for one in self._recording if one is not tape._tape]
        trains = any(hasattr(one, "trainable") for one in tf.nest.flatten(sources))
        if trains or not others:  # a penalty on a gradient is asked for inside of another tape
            self._asked(target)
        with self.silent():
            return self._gradient(tape, target, sources, *args, **kwargs)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let what runs be none of the program."""
        was, self.is_silent = self.is_silent, True
        try:
            yield
        finally:
            self.is_silent = was
