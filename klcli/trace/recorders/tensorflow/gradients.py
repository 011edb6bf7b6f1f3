"""A tape of its own for what is followed: the gradients of the summands of a loss by the leaves of its notes.

A program's tape goes back through all its layers for every question. This one knows the operations between
the leaves and the loss, as they ran; the gradients are those that TensorFlow has for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.eager import execute, imperative_grad
from tensorflow.python.eager import tape as tapes

from ..gradient_targets import MOST_SUMMANDS, arrays_below, summands_of
from .tensor_nodes import size_of, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..notes import Node

_MOST_ENTRIES = 4096
"""Of a tensor that is held until the loss is known."""
_push, _pop, _push_new = tapes.push_tape, tapes.pop_tape, tapes.push_new_tape
"""As they are before a recorder watches them."""


class Followed:
    """What is followed since it was made; the program's tapes never see it."""

    def __init__(self) -> None:
        self.programs: list[Any] = []
        """The program's tapes that record."""
        self.held: dict[int, list[Any]] = {}
        """Small tensors with a gradient, by the numbers of their nodes."""
        self._own: Any = None

    def hold(self, tensor: Any, node: Node) -> None:
        """Keep a small tensor."""
        if self.programs and node.grad and size_of(tensor) <= _MOST_ENTRIES:
            self.held.setdefault(node.serial, []).append(tensor)

    def begin_at(self, tensor: Any) -> None:
        """Take a tensor for a leaf."""
        if self.programs:
            tapes.watch(self._tape(), tensor)

    def record(self, kind: str, inputs: Sequence[Any], attributes: Any, outputs: Sequence[Any]) -> None:
        """Note an operation, as the program's tapes have noted it.

        Args:
            kind: TensorFlow's name of it.
            inputs: the tensors that it takes.
            attributes: its settings, as a tape wants them.
            outputs: the tensors that it gives.
        """
        self.noted(lambda: execute.record_gradient(kind, inputs, attributes, list(outputs)))

    def noted(self, note: Callable[[], Any]) -> None:
        """Let a function that tells the tapes of something tell this one alone."""
        if not self.programs:
            return
        for one in self.programs:
            _pop(one)
        _push(self._tape())
        note()
        _pop(self._own)
        for one in self.programs:
            _push(one)

    def _tape(self) -> Any:
        if self._own is None:
            self._own = _push_new(persistent=True, watch_accessed_variables=False)
            _pop(self._own)
        return self._own

    def forget(self) -> None:
        """Let everything go."""
        self.held.clear()
        self._own = None

    def gradients(self, loss: Any, root: Node, factor: float) -> tuple[list[dict[str, Any]], str]:
        """The gradients of the summands of a loss, with the nodes ``of`` and ``by``, and what went wrong.

        Args:
            loss: the tensor.
            root: its node.
            factor: what the loss is multiplied by that is no part of it.
        """
        if self._own is None or not root.grad:
            return [], ""
        known = dict(self.held)
        known[root.serial] = [loss]
        summands = [one for one in summands_of(root) if one.serial in known]
        try:
            return list(self._gradients(loss, summands[:MOST_SUMMANDS], known, factor)), ""
        except (tf.errors.OpError, LookupError, TypeError, ValueError) as error:
            return [], "the gradients of the terms were not noted: {}".format(str(error).split("\n")[0])

    def _gradients(
        self, loss: Any, summands: Sequence[Node], known: Mapping[int, list[Any]], factor: float
    ) -> Iterator[dict[str, Any]]:
        own = [(one, tensor) for one in summands for tensor in known[one.serial]]
        weights = self._slopes(loss, [tensor for _, tensor in own], None)
        for (one, output), weight in zip(own, weights):  # noqa: B905 (there is no strict in 3.8)
            arrays = arrays_below(one, known)
            if weight is None or not arrays:
                continue
            pairs = [(by, tensor) for by in arrays for tensor in known[by.serial]]
            slopes = self._slopes(output, [tensor for _, tensor in pairs], weight)
            for by in arrays:
                found = [slope for (node, _), slope in zip(pairs, slopes) if node is by and slope is not None]  # noqa: B905
                if found:
                    yield {"of": one, "by": by, "values": values_of(sum(found) / factor)}

    def _slopes(self, target: Any, sources: Sequence[Any], weight: Any) -> list[Any]:
        given = None if weight is None else [weight]
        found = imperative_grad.imperative_grad(self._own, [target], list(sources), output_gradients=given)
        return [None if one is None else tf.convert_to_tensor(one) for one in found]
