"""TensorFlow, which tells of every operation that it has run: the recorder of programs.

Functions that it would compile are run as they are written: only so have their tensors values.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.framework import op_callbacks

from ..named_optimizers import optimizer_near
from ..notes import Node, document
from .noting import NotedTensors
from .session_graphs import GraphLosses
from .tapes import Tapes
from .tensor_nodes import leaf, size_of, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NO_DATA = "Even though the .tf.config.experimental_run_functions_eagerly"
"""How a warning begins that functions of tf.data are compiled all the same; nothing is trained by them."""


class TensorflowRecorder:
    """Notes operations while it is entered; `losses` are those whose gradients a tape was asked for."""

    framework = "tensorflow " + tf.__version__

    def __init__(self, on_backward: Callable[[], None] | None = None) -> None:
        self._noted = NotedTensors()
        self.table = self._noted.table
        self.node_of = self._noted.node_of
        self.losses: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self._on_backward = on_backward
        self._tapes = Tapes(self._noted.followed.programs, self._asked, self._noted.followed.noted)
        self._ran_eagerly = False
        self._graphs = GraphLosses(lambda: self._noted.here()[1], lambda: self._ran_eagerly)
        self._process = os.getpid()

    def __enter__(self) -> TensorflowRecorder:
        warnings.filterwarnings("ignore", _NO_DATA)
        self._ran_eagerly = tf.config.functions_run_eagerly()
        tf.config.run_functions_eagerly(True)
        op_callbacks.add_op_callback(self._ran)
        self._plain = tf.nn.sigmoid_cross_entropy_with_logits
        tf.nn.sigmoid_cross_entropy_with_logits = self._cross_entropy
        self._tapes.__enter__()
        self._graphs.__enter__()
        self._noted.variables.__enter__()
        return self

    def __exit__(self, *ending: Any) -> None:
        self._noted.variables.__exit__(*ending)
        self._graphs.__exit__(*ending)
        self._tapes.__exit__(*ending)
        tf.nn.sigmoid_cross_entropy_with_logits = self._plain
        op_callbacks.remove_op_callback(self._ran)
        tf.config.run_functions_eagerly(self._ran_eagerly)

    @property
    def _is_silent(self) -> bool:
        """Whether what runs is none of the program: a backward pass, ours, in a forked process."""
        return self._tapes.is_silent or os.getpid() != self._process

    def _ran(
        self,
        kind: str | bytes,
        inputs: Sequence[Any],
        attributes: Sequence[Any],
        outputs: Sequence[Any],
        op_name: str | None = None,
        graph: Any = None,
    ) -> None:
        """TensorFlow's word of an operation; what is put into a graph has no values, and is not noted."""
        if graph is not None or self._is_silent:
            return
        with self._tapes.silent():  # a variable is read once more to be known again
            self._noted.note(kind.decode() if isinstance(kind, bytes) else kind, inputs, attributes, outputs)
        self._noted.variables.forget_asked()

    def _cross_entropy(self, labels: Any = None, logits: Any = None, name: Any = None) -> Any:
        logits, labels = tf.convert_to_tensor(logits), tf.convert_to_tensor(labels)
        out = self._plain(labels, logits, name)
        if not tf.is_symbolic_tensor(out) and not self._is_silent:
            self._noted.note_cross_entropy(logits, labels, out)
        return out

    def _asked(self, target: Any) -> None:
        """The gradients of something are asked for."""
        if os.getpid() != self._process:
            return
        tensors = list(filter(tf.is_tensor, tf.nest.flatten(target)))
        if any(map(tf.is_symbolic_tensor, tensors)):
            self._graphs.note()
        elif tensors:
            self.note_loss(*tensors)
        self._noted.followed.forget()
        if self._on_backward and self.losses:
            self._on_backward()

    def note_loss(self, *tensors: Any) -> None:
        """Note a tensor as a loss, or the sum of several, with the gradients of what it is made of."""
        place = self._noted.here()[1]
        loss: dict[str, Any] = {"node": None, "value": 0.0, "place": list(place) if place else None}
        loss["optimizer"] = optimizer_near(sys._getframe(1), self._noted.is_foreign)
        loss["gradients"] = []
        for tensor in tensors:
            node = self.node_of(tensor, None, place)
            if not isinstance(node, Node):
                node = leaf(tensor, False, place, "a number")
            value, factor = values_of(tensor)[0] if size_of(tensor) == 1 else None, 1.0
            if node.more.get("scaled"):
                scaled, value = value, node.args[0].more["values"][0]
                factor = scaled / value if scaled and value else 1.0
            with self._tapes.silent():
                found, problem = self._noted.followed.gradients(tensor, node, factor)
            loss["gradients"] += found
            self.warnings.extend([problem] if problem and problem not in self.warnings else [])
            loss["node"] = node if loss["node"] is None else _sum_of(loss["node"], node, place)
            loss["value"] = None if None in (value, loss["value"]) else loss["value"] + value
        self.losses.append(loss)

    def document(self, *, finds_loss: bool = True) -> dict[str, Any]:
        """What was noted.

        Args:
            finds_loss: whether the last number that has a gradient is the loss where no tape was asked.
        """
        losses = self.losses
        if not losses and finds_loss:
            numbers = [(one, node) for one, node in self.table.alive() if size_of(one) == 1]
            numbers = [one for one in numbers if one[1].grad and one[1].op != "leaf"] or numbers[-1:]
            if numbers:
                self.note_loss(numbers[-1][0])
                losses, self.losses = self.losses, []
        others = self.table.others(losses, self._noted.samples)
        warnings = [*self.warnings, *self._graphs.warnings()]
        return document(self.framework, losses, [{"node": node} for node in others], warnings)


def _sum_of(one: Node, other: Node, place: Any) -> Node:
    """What is differentiated where a tape is asked for the gradients of several tensors."""
    more: dict[str, Any] = {"axes": None, "keepdim": False}
    both = [
        Node("sum", (node,), (), node.dtype, node.grad, place, **more) if node.shape else node
        for node in (one, other)
    ]
    return Node("add", both, (), one.dtype, one.grad or other.grad, place)
