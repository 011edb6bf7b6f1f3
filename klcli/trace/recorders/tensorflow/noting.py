"""Operations that were run as nodes of the tensors that they gave.

Tensors are known by their identity; variables by their handles, until they are assigned to.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from typing import TYPE_CHECKING, Any

from ..callers import look_for_name, place_of
from ..calls import arithmetic, is_operand, nodes_of, sources_of
from ..keras_backend import folders_of
from ..notes import ENDS, Node, NodeTable
from .gradients import Followed
from .operations import ASSIGNMENTS, operation
from .tensor_nodes import (
    dtype_of,
    has_gradient,
    is_differentiable,
    is_numeric,
    leaf,
    number_of,
    shape_of,
    size_of,
    values_of,
)
from .variables import Variables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

_LAYERS = ("tensorflow", "keras", "tf_keras", "tensorflow_probability", "contextlib")
"""Whose code is no place: the one that calls it is."""
_REWRITTEN = "__autograph_generated_file"
"""How the files begin that AutoGraph writes, which nobody can look at."""
_SCALER = "loss_scale_optimizer.py"
"""Keras's optimiser of mixed precision."""
_FEW_VALUES = 4096
"""Entries of a leaf, or of what has a name, whose values are noted."""
_MOST_SAMPLES = 64
"""Samples that are remembered after something else was computed from them."""


class NotedTensors:
    """What is known of the tensors of a program.

    Attributes:
        table: their nodes.
        variables: those that it has.
        followed: the operations that are followed, for their gradients.
        samples: noise that something unknown was made of.
    """

    def __init__(self) -> None:
        self.table = NodeTable()
        self.variables = Variables()
        self.followed = Followed()
        self.samples: deque[Node] = deque(maxlen=_MOST_SAMPLES)
        self._skipped = (*folders_of(*_LAYERS), os.path.join(tempfile.gettempdir(), _REWRITTEN))

    def is_foreign(self, path: str) -> bool:
        """Whether a file is one of a library."""
        return path.startswith(self._skipped)

    def here(self) -> tuple[FrameType | None, tuple[str, int, str] | None]:
        """The innermost frame of the program, and its place."""
        return place_of(self._skipped)

    def note(
        self, kind: str, inputs: Sequence[Any], attributes: Sequence[Any], outputs: Sequence[Any]
    ) -> None:
        """Note an operation.

        Args:
            kind: its type.
            inputs: its tensors.
            attributes: names and values of what else it was given, in turn.
            outputs: what it gave.
        """
        if kind.startswith(ASSIGNMENTS) and inputs:
            self.variables.assigned(inputs[0])
        floats = [(index, one) for index, one in enumerate(outputs) if one.dtype.is_floating]
        if not floats:
            return
        # In some ways of running an operation the tapes are told of it only after this.
        flows = is_differentiable(kind) and any(map(has_gradient, inputs))
        frame, place = self.here()
        if kind == "ReadVariableOp":
            self._put(outputs[0], self.variables.leaf_of(inputs[0], outputs[0], flows, frame, place))
            return
        numeric = [one for one in inputs if is_numeric(one)]
        given = [self.node_of(one, frame, place) for one in numeric]
        if not any(isinstance(one, Node) for one in given) and all(one.shape.rank == 0 for _, one in floats):
            return  # a number made of numbers
        named = dict(zip(attributes[::2], attributes[1::2]))  # noqa: B905 (there is no strict in 3.8)
        made = [operation(kind, inputs, named, one, index, self.node_of) for index, one in floats]
        for (_, tensor), node in zip(floats, made):  # noqa: B905
            self._put(tensor, self._placed(kind, node, given, tensor, flows, place))
        is_followed = any(node is not None and node.op not in ENDS for node in made)
        if is_followed or any(node is not None and node.op == "leaf" for node in made):
            _note_operands(numeric, given)
        if is_followed and flows:
            self.followed.record(kind, inputs, tuple(attributes), outputs)

    def _placed(
        self, kind: str, node: Node | None, given: list[Any], out: Any, flows: bool, place: Any
    ) -> Node:
        """The node of a result with its shape and place; a leaf where the operation is not followed."""
        if node is None or not all(map(is_operand, node.args)):
            self.samples.extend(one for one in nodes_of(given) if one.is_noisy and one.op != "noise")
            return leaf(out, flows, place, kind, sources_of(shape_of(out), given))
        if any(node is one for one in given):
            return node
        if node.op == "leaf":
            self.samples.extend(one for one in nodes_of(given) if one.is_noisy and one.op != "noise")
        if node.op == "mul" and out.shape.rank == 0 and _is_called_from(_SCALER):
            node = Node("same", list(nodes_of(given))[:1], scaled=True)
        node.shape, node.dtype, node.grad, node.place = shape_of(out), dtype_of(out), flows, place
        below = [*nodes_of(given), *nodes_of(node.args)]
        if not flows and any(one.grad for one in below) and node.op not in ("stop", "full", *ENDS):
            node = Node("stop", (node,), node.shape, node.dtype, False, place)
        if size_of(out) == 1 and "scaled" not in node.more:
            node.more["values"] = values_of(out)
        return node

    def _put(self, tensor: Any, node: Node) -> Node:
        self.table.put(tensor, node)
        self.followed.hold(tensor, node)
        if node.op in ENDS and node.grad:
            self.followed.begin_at(tensor)
        return node

    def node_of(self, tensor: Any, frame: FrameType | None = None, place: Any = None) -> Any:
        """The node of a tensor, or the number that it is; a new leaf if nothing is known of it.

        Args:
            tensor: which.
            frame: of the program, in which it is looked for by name; None where it is not.
            place: where a new leaf is said to come from.
        """
        node: Node | None = self.table.get(tensor)
        grad = has_gradient(tensor)
        if node is None and not grad and tensor.shape.rank == 0:
            return number_of(tensor)
        # Tapes follow zeros and ones of the shape of an array, too, to which no gradient flows.
        if node is None or (grad and not node.grad and node.op != "full"):
            node = self._put(tensor, self._new_leaf(tensor, node, grad, frame, place))
        if frame is not None:
            look_for_name(node, frame, tensor)
        return node

    def _new_leaf(self, tensor: Any, before: Node | None, grad: bool, frame: Any, place: Any) -> Node:
        """A leaf for what was made elsewhere, or watched since, or given a gradient of its own."""
        variable = self.variables.read_as(tensor) if before is None and grad else None
        if variable is not None:
            return self.variables.leaf_of(variable, tensor, grad, frame, place)
        sources = sorted(before.leaves or ()) if before is not None and before.op not in ENDS else ()
        return leaf(tensor, grad, place, "an input", sources)

    def note_cross_entropy(self, logits: Any, labels: Any, out: Any) -> None:
        """Note a cross-entropy with logits, which TensorFlow computes of many parts, as one call.

        Args:
            logits: its first argument.
            labels: its second.
            out: what it gives, entry by entry.
        """
        given = [self.node_of(logits), self.node_of(labels)]
        node = arithmetic("binary_cross_entropy_with_logits", given, {"reduction": "none"})
        if node is not None:
            grad = has_gradient(out)
            node.shape, node.dtype, node.grad, node.place = shape_of(out), dtype_of(out), grad, self.here()[1]
            self._put(out, node)
            self.followed.begin_at(out)


def _note_operands(tensors: Sequence[Any], given: Sequence[Any]) -> None:
    """Note the values of small leaves, and of what has a name, that something is computed from."""
    for tensor, node in zip(tensors, given):  # noqa: B905
        is_wanted = isinstance(node, Node) and (node.op in ENDS or node.names)
        if is_wanted and "values" not in node.more and size_of(tensor) <= _FEW_VALUES:
            node.more["values"] = values_of(tensor)


def _is_called_from(file: str) -> bool:
    """Whether a function of some file is running."""
    frame = place_of(())[0]
    while frame is not None:
        if frame.f_code.co_filename.endswith(file):
            return True
        frame = frame.f_back
    return False
