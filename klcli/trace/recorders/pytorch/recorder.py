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

from ..calls import arithmetic, in_shape, is_operand, nodes_of, one_of, sources_of
from ..notes import Node, NodeTable, document, look_for_name, place_of
from .gradients import MARK, gradients_of, mark
from .optimizers import Optimizers, reached_by
from .tensors import is_plain, leaf, note_operands, note_values, origin, values_of, version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Recorder"]

_SKIPPED = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(os.__file__) + os.sep + "contextlib")
_SCALER = os.path.join("amp", "grad_scaler.py")
_MOST_VALUES = 20000
"""Entries of a leaf whose values are told with the document, if it is still there when a loss is noted."""
_MOST_SAMPLES = 64
"""Samples that are remembered after something else was computed from them."""
_MOST_OTHERS = 256
"""Nodes besides the losses that are told."""

_CONSTANTS = {
    "zeros": 0,
    "zeros_like": 0,
    "new_zeros": 0,
    "ones": 1,
    "ones_like": 1,
    "new_ones": 1,
    "full": None,
    "full_like": None,
    "new_full": None,
}
_NOISES = {"randn": "randn", "randn_like": "randn", "rand": "rand", "rand_like": "rand"}
_SILENT = ("size", "dim", "numel", "get", "len", "is_floating_point", "backward", "item", "tolist", "numpy")


class Recorder(TorchFunctionMode):
    """Notes operations while it is entered; `losses` are those that a backward pass began from."""

    framework = "torch " + torch.__version__

    def __init__(self, on_backward: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.table = NodeTable()
        self._bases = NodeTable()
        self.losses: list[dict[str, Any]] = []
        self.samples: deque[Node] = deque(maxlen=_MOST_SAMPLES)
        self.warnings: list[str] = []
        self._on_backward = on_backward
        self._optimizers = Optimizers()
        self._process = os.getpid()

    def __enter__(self) -> Any:
        self._plain = torch.autograd.backward
        torch.autograd.backward = self._backward
        self._optimizers.watch()
        return super().__enter__()

    def __exit__(self, *ending: Any) -> Any:
        torch.autograd.backward = self._plain
        self._optimizers.leave()
        return super().__exit__(*ending)

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a call and note what it did."""
        kwargs, name = kwargs or {}, _name(func)
        if name in _SILENT or os.getpid() != self._process:
            return func(*args, **kwargs)
        frame, place = place_of(_SKIPPED)
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
            if not isinstance(one, torch.Tensor) or one.dtype == torch.bool:
                continue
            if any(one is arg for arg in args) and not name.endswith("_"):
                continue  # the same tensor was given back
            if isinstance(one, torch.nn.Parameter):
                continue  # it is filled, and what with is no part of a loss
            node = self._made(name, one, given, named, place, index if many is out else None)
            self._note_base(name, one, args, node)
            if node.op not in ("leaf", "part", "stop"):
                note_operands(args, given)
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
        node.version = version(tensor)
        mark(tensor, node)
        self.table.put(tensor, node)
        return node

    def _stopped(self, node: Node, given: Sequence[Any], out: Any, place: Any) -> Node:
        """The node below a stop, where gradients end: under no_grad, or at what has none."""
        flows = any(isinstance(one, Node) and one.grad for one in [*given, *node.args])
        if not flows or out.requires_grad or node.op in ("stop", "leaf", "part", "noise", "full"):
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
        return value

    def node_of(self, tensor: Any, place: Any = None) -> Node:
        """The node of a tensor; a new leaf if nothing is known of it, or if it has changed since."""
        node: Node | None = self.table.get(tensor)
        if node is None:
            return self._put(tensor, leaf(tensor, place, origin(tensor)))
        if node.version != version(tensor):
            return self._put(tensor, leaf(tensor, place, "a change in place"))
        if tensor.grad_fn is not None and not node.grad:
            # Computed without gradients, and given one of its own: a torch.autograd.Function.
            return self._put(tensor, leaf(tensor, place, origin(tensor), sorted(node.leaves or ())))
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
            node = self._source(name, out, given[1:] if in_place else given, named)
        if node is None:
            self.samples.extend(one for one in nodes_of(given) if one.is_noisy and one.op != "noise")
            return leaf(out, place, name, sources_of(out.shape, given))
        if node.serial in (one.serial for one in given if isinstance(one, Node)):
            return node
        node.shape, node.dtype, node.grad = tuple(out.shape), str(out.dtype).split(".")[-1], out.requires_grad
        node.place = place
        if out.numel() == 1 and "scaled" not in node.more:
            note_values(node, out)
        return node

    def _source(self, name: str, out: Any, given: list[Any], named: dict[str, Any]) -> Node | None:
        if name in _CONSTANTS:
            value = _CONSTANTS[name]
            if value is None:
                value = one_of(named.get("fill_value"), given[1:2], None)
            return Node("full", (value,)) if isinstance(value, (int, float)) else None
        if name in ("tensor", "as_tensor", "scalar_tensor") and isinstance(given[0], (int, float)):
            return Node("full", (given[0],))
        if name in _NOISES:
            return Node("noise", (), kind=_NOISES[name])
        if name == "normal":
            return _normal(given, named, out)
        if name == "uniform":
            return Node("noise", (), kind="rand")
        return None

    def _backward(self, tensors: Any, *args: Any, **kwargs: Any) -> Any:
        if os.getpid() == self._process:
            for tensor in [tensors] if isinstance(tensors, torch.Tensor) else list(tensors):
                if isinstance(tensor, torch.Tensor):
                    self.note_loss(tensor)
            if self._on_backward:
                self._on_backward()
        return self._plain(tensors, *args, **kwargs)

    def note_loss(self, tensor: Any, made: Sequence[Any] = ()) -> None:
        """Note a tensor as a loss, with the values of what it is made of.

        Args:
            tensor: the loss.
            made: tensors that were just made for it, which no optimiser can hold.
        """
        frame, place = place_of(_SKIPPED)
        node = self.node_of(tensor, place)
        value = float(tensor.detach()) if tensor.numel() == 1 and is_plain(tensor) else None
        factor = 1.0
        if node.more.get("scaled") and node.more.get("values"):
            scaled, value = value, node.more["values"][0]
            factor = scaled / value if scaled and value else 1.0
        loss: dict[str, Any] = {"node": node, "value": value, "place": list(place) if place else None}
        reached = reached_by(tensor, MARK)
        own = set(map(id, made))
        held = {key: one for key, one in reached.parameters.items() if key not in own}
        loss["optimizer"] = self._optimizers.expected(loss, held, frame)
        self.losses.append(loss)
        self._tell_values([node])
        leaves = {known.serial: one for one, known in self.table.alive() if one.is_leaf and one.requires_grad}
        loss["gradients"], problem = gradients_of(tensor, node, reached.steps, leaves, factor)
        self.warnings.extend([problem] if problem and problem not in self.warnings else [])

    def _tell_values(self, roots: Sequence[Node]) -> None:
        """Write the values of the leaves of some nodes into them, as far as they are still there."""
        below, stack = set(), list(roots)
        while stack:
            node = stack.pop()
            if node.serial not in below:
                below.add(node.serial)
                stack.extend(one for one in node.args if isinstance(one, Node))
        for tensor, node in self.table.alive():
            is_known = "values" in node.more or node.version != version(tensor)
            if node.serial not in below or is_known or not is_plain(tensor):
                continue
            limit = _MOST_VALUES if node.op in ("leaf", "part", "noise") or node.names else 1
            if tensor.numel() <= limit:
                node.more["values"] = values_of(tensor)

    def document(self, *, finds_loss: bool = True) -> dict[str, Any]:
        """What was noted.

        Args:
            finds_loss: whether the last number that has a gradient is the loss where there was no backward
                pass.
        """
        losses = self.losses
        if not losses and finds_loss:
            numbers = [(tensor, node) for tensor, node in self.table.alive() if tensor.numel() == 1]
            numbers = [one for one in numbers if one[0].requires_grad and one[1].op != "leaf"] or numbers[-1:]
            if numbers:
                self.note_loss(numbers[-1][0])
                losses, self.losses = self.losses, []
        known = {one["node"].serial for one in losses}
        sinks = [
            node
            for _, node in self.table.alive()
            if node.op not in ("leaf", "part", "noise", "full", "stop") and node.serial not in known
        ]
        others = {node.serial: node for node in [*self.samples, *sinks[-_MOST_OTHERS:]]}
        told = [{"node": node} for node in others.values()]
        self._tell_values(list(others.values()))
        return document(self.framework, losses, told, self.warnings)


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
    while frame is not None and frame.f_code.co_filename.startswith(_SKIPPED):
        if frame.f_code.co_filename.endswith(_SCALER):
            return True
        frame = frame.f_back
    return False


def _normal(given: list[Any], named: dict[str, Any], out: Any) -> Node | None:
    """Normal noise with a mean and a standard deviation that are numbers or tensors."""
    mean = one_of(named.get("mean"), given[:1], 0)
    std = one_of(named.get("std"), given[1:2], 1)
    if not is_operand(mean) or not is_operand(std):
        return None
    noise = Node("noise", (), out.shape, str(out.dtype).split(".")[-1], False, kind="randn")
    if (mean, std) == (0, 1):
        return noise
    return Node("add", (mean, Node("mul", (std, noise))))
