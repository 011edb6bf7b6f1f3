"""PyTorch: a `TorchFunctionMode` notes the calls that people write, with their places and names.

Tensors are known by their identity, also after they were changed in place; what changed one behind the back
of the mode (a view of it, an optimiser) is seen by its version. What is no arithmetic ends in a leaf with
its shape and place. A tensor that was made without gradients from some that have them is stopped.
"""

from __future__ import annotations

import os
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode

from ..callers import look_for_name, place_of
from ..calls import arithmetic, nodes_of, sources_of
from ..matrix_calls import followed_call
from ..notes import ENDS, Node, NodeTable
from ..reshaping import in_shape
from ..stacks import extreme_operands
from .backward_calls import SKIPPED, Losses
from .compiled import Compiled
from .constants_and_noise import source
from .custom_autograd import as_if_followed
from .gradients import mark
from .numbers_read import READ, NumbersRead, plain_number
from .tensor_nodes import (
    FEW_VALUES,
    is_trained,
    leaf,
    note_operands,
    note_values,
    note_view,
    origin,
    version,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SCALER = os.path.join("amp", "grad_scaler.py")
_MOST_SAMPLES = 64
"""Samples that are remembered after something else was computed from them."""
_SILENT = ("size", "dim", "numel", "get", "len", "is_floating_point", "backward", *READ)


class Recorder(TorchFunctionMode):
    """Notes operations while it is entered, and the losses that are differentiated."""

    framework = "torch " + torch.__version__

    def __init__(self, on_backward: Callable[..., None] | None = None) -> None:
        super().__init__()
        self.table = NodeTable()
        self._bases = NodeTable()
        self.samples: deque[Node] = deque(maxlen=_MOST_SAMPLES)
        self._read = NumbersRead(self.table)
        self._compiled = Compiled()
        self._losses = Losses(self.table, self.node_of, on_backward)
        self._process = os.getpid()

    def __enter__(self) -> Any:
        self._losses.watch()
        self._compiled.hold()
        return super().__enter__()

    def __exit__(self, *ending: Any) -> Any:
        self._losses.leave()
        self._compiled.leave()
        return super().__exit__(*ending)

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a call and note what it did."""
        kwargs, name = kwargs or {}, _name(func)
        if os.getpid() != self._process:
            return func(*args, **kwargs)
        if self._read.is_reading(name, func):
            self._read.note(args[0])
        if name in _SILENT:
            return func(*args, **kwargs)
        frame, place = place_of(SKIPPED)
        # What changes its arguments in place has to be asked for them before.
        given = [self._argument(one, frame, place) for one in args]
        named = {key: self._argument(one, frame, place) for key, one in kwargs.items()}
        out = func(*args, **kwargs)
        self._note(name, out, args, given, named, place)
        return out

    def _note(
        self, name: str, out: Any, args: Sequence[Any], given: list[Any], named: dict[str, Any], place: Any
    ) -> None:
        many = out if isinstance(out, (tuple, list)) else (out,)
        for index, one in enumerate(many):
            if not isinstance(one, torch.Tensor):
                continue
            if any(one is arg for arg in args) and not name.endswith("_"):
                continue  # the same tensor was given back
            if isinstance(one, torch.nn.Parameter):
                continue  # it is filled, and what with is no part of a loss
            if name == "requires_grad_" and not one.requires_grad:
                continue  # it had no gradient before
            if one.dtype == torch.bool:  # of a mask nothing is wanted but its values, and what it depends on
                self._put(one, leaf(one, place, name, sources_of(one.shape, given)))
                continue
            node = self._made(name, one, given, named, place, index if many is out else None)
            self._note_base(name, one, args, node)
            if node.op == "part":
                note_view(node, one, args[0])
            if node.args and node.op not in ("part", "stop"):
                note_operands(args, given, of_matrices="call" in node.more)
            self._put(one, self._stopped(node, given, one, place))

    def _note_base(self, name: str, out: Any, args: Sequence[Any], node: Node) -> None:
        """A buffer whose ``.data`` is filled with noise is noise, though it does not know of it."""
        if name == "data":
            self._bases.put(out, weakref.ref(args[0]))
        elif node.is_noisy and name.endswith("_"):
            base = self._bases.get(out)
            tensor = base() if base is not None else None
            if tensor is not None and not tensor.requires_grad:
                self._put(tensor, Node("same", (node,), tensor.shape, node.dtype, False, node.place))

    def _put(self, tensor: Any, node: Node) -> Node:
        if node.version is None:  # a view of all of an array has its node, and less of its gradients
            mark(tensor, node)
        node.version = version(tensor)
        self.table.put(tensor, node)
        return node

    def _stopped(self, node: Node, given: Sequence[Any], out: Any, place: Any) -> Node:
        """The node below a stop, where gradients end: under no_grad, or at what has none."""
        flows = any(isinstance(one, Node) and one.grad for one in [*given, *node.args])
        if not flows or out.requires_grad or node.op in ("stop", "full", *ENDS):
            return node
        return Node("stop", (node,), node.shape, node.dtype, False, place)

    def _argument(self, value: Any, frame: Any, place: Any) -> Any:
        """A tensor as its node, lists of them as lists of nodes, and anything else as it is."""
        if isinstance(value, torch.Tensor):
            node = self.node_of(value, place)
            if frame is not None:
                look_for_name(node, frame, value)
            return node
        if isinstance(value, (list, tuple)) and any(isinstance(one, torch.Tensor) for one in value):
            return [self._argument(one, None, place) for one in value]
        return plain_number(value)

    def node_of(self, tensor: Any, place: Any = None) -> Node:
        """The node of a tensor; a new leaf if nothing is known of it, or if it has changed since."""
        node: Node | None = self.table.get(tensor)
        if node is None:
            return self._put(tensor, leaf(tensor, place, origin(tensor)))
        if node.version != version(tensor):
            return self._put(tensor, leaf(tensor, place, "a change in place"))
        if is_trained(tensor) and node.op not in (
            "leaf",
            "part",
        ):  # what it was filled with is its first value
            return self._put(tensor, leaf(tensor, place, origin(tensor)))
        if tensor.grad_fn is not None and not node.grad:
            # Computed without gradients, and given one of its own: a torch.autograd.Function.
            if followed := as_if_followed(tensor, node, self.table.get):
                return self._put(tensor, followed)
            found = leaf(tensor, place, origin(tensor), sorted(node.leaves or ()), (node,))
            found.more["call"] = "function"
            return self._put(tensor, found)
        if node.op == "same":  # a view that a torch.autograd.Function gave back is of that from then on
            mark(tensor, node)
        return node

    def _made(
        self,
        name: str,
        out: Any,
        given: list[Any],
        named: dict[str, Any],
        place: Any,
        index: int | None,
    ) -> Node:
        """What a call computes, as a node."""
        in_place, name = name.endswith("_"), name.rstrip("_")
        first = given[0] if given and isinstance(given[0], Node) else named.get("input")
        node = arithmetic(name, given, named)
        if node is not None and node.op == "mul" and _is_of_scaler():
            node = Node("same", given[:1], scaled=True, values=given[0].more.get("values"))
        if node is None and isinstance(first, Node):
            is_whole = not out.dtype.is_floating_point
            node = in_shape(name, first, tuple(out.shape), given, named, index, is_whole=is_whole)
        if node is None:
            node = source(name, out, given[1:] if in_place else given, named)
        if node is None:
            self.samples.extend(one for one in nodes_of(given) if one.is_noisy and one.op != "noise")
            operands, options = followed_call(name, given, named, index) or (
                extreme_operands(name, first),
                {},
            )
            found = leaf(out, place, name, sources_of(out.shape, given), operands)
            found.more.update(options if found.args else {})
            return found
        if node.serial in (one.serial for one in given if isinstance(one, Node)):
            return node
        node.shape, node.dtype, node.grad = tuple(out.shape), str(out.dtype).split(".")[-1], out.requires_grad
        _put_at(node, place)
        few = FEW_VALUES if node.op in ("sum", "mean") else 1
        if out.numel() <= few and "scaled" not in node.more:
            note_values(node, out)
        return node

    def note_loss(self, tensor: Any, made: Sequence[Any] = ()) -> None:
        """Note a tensor as a loss; `made` are those that no optimiser can hold."""
        self._losses.note(tensor, made)

    def document(self, *, finds_loss: bool = True) -> dict[str, Any]:
        """What was noted.

        Args:
            finds_loss: whether another number is the loss where there was no backward pass: what was
                differentiated otherwise, or else the last one that has a gradient.
        """
        return self._losses.document(
            self.framework, list(self.samples), self._read.nodes, finds_loss=finds_loss
        )


def _put_at(node: Node, place: Any) -> None:
    """Note where a call stands, in all of the nodes that were made for it."""
    node.place = place
    for one in node.args:
        if isinstance(one, Node) and one.place is None and one.op not in ("full", *ENDS):
            _put_at(one, place)


def _name(func: Any) -> str:
    """``add`` of ``Tensor.add`` and ``__add__``; of what is read from a tensor its name."""
    name = getattr(func, "__name__", "")
    if name == "__get__":
        name = getattr(getattr(func, "__self__", None), "__name__", "")
        return name if name in ("data", "T", "mT") else "get"
    return name[2:-2] if name.startswith("__") and name.endswith("__") else name


def _is_of_scaler() -> bool:
    """Whether a product is that of a loss with the scale of mixed precision, which is no weight."""
    frame = place_of(())[0]
    while frame is not None and frame.f_code.co_filename.startswith(SKIPPED):
        if frame.f_code.co_filename.endswith(_SCALER):
            return True
        frame = frame.f_back
    return False
