"""Losses of graphs that are built before they run, as for sessions: they have no numbers where they begin.

They are not followed, and it is said where they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.ops import gradients_util

if TYPE_CHECKING:
    from collections.abc import Callable


class GraphLosses:
    """Where losses of graphs are differentiated, while it is entered."""

    def __init__(self, here: Callable[[], Any], is_eager_by_choice: Callable[[], bool]) -> None:
        """Begin without losses.

        Args:
            here: tells the place in the program.
            is_eager_by_choice: whether functions would run eagerly if nobody watched.
        """
        self._here, self._is_eager_by_choice = here, is_eager_by_choice
        self._places: list[Any] = []

    def __enter__(self) -> GraphLosses:
        self._plain = gradients_util._GradientsHelper
        gradients_util._GradientsHelper = self._differentiated
        return self

    def __exit__(self, *ending: Any) -> None:
        gradients_util._GradientsHelper = self._plain

    def note(self) -> None:
        """Note that a loss is differentiated here."""
        place = self._here()
        if place not in self._places:
            self._places.append(place)

    def _differentiated(self, *given: Any, **named: Any) -> Any:
        if tf.executing_eagerly() and not self._is_eager_by_choice():
            raise RuntimeError(
                "tf.gradients and minimize of a tensor need a graph, and while klcli watches, functions run "
                "eagerly: with tf.GradientTape the loss is followed"
            )
        self.note()
        return self._plain(*given, **named)

    def warnings(self) -> list[str]:
        """What is to be said of the losses, once for each place."""
        places = ["{}:{}".format(*place[:2]) if place else "an unknown place" for place in self._places]
        text = (
            "a loss of a graph is differentiated at {}, and not followed, as it has no numbers there: with "
        )
        return [text.format(place) + "tf.GradientTape in eager code or tf.function it is" for place in places]
