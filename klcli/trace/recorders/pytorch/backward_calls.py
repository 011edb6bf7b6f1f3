"""What a program differentiates: what ``backward`` is called on, or the gradient of which is asked for.

A gradient that is asked for, as ``torch.func`` does, may be one of a loss, or a step within a loss, as in a
penalty on it, or of an energy: it is a loss where it is one by a parameter. What is differentiated by
something else is kept, and is the loss of a program that has no other.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from ..callers import place_of
from ..keras_backend import folders_of
from ..notes import ENDS, Node, NodeTable, document, nodes_below
from .gradients import MARK, gradients_of, mark
from .optimizers import Optimizers, reached_by
from .tensor_nodes import is_plain, unwrapped, values_of, version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SKIPPED = (
    os.path.dirname(torch.__file__) + os.sep,
    os.path.dirname(os.__file__) + os.sep + "contextlib",
    *folders_of("keras"),
)
"""Where calls are made for others."""
_MOST_VALUES = 20000
"""Entries of a leaf whose values are told with the document, if it is still there when a loss is noted."""
_MOST_CANDIDATES = 16
"""Numbers whose gradients were asked for that may turn out to be losses."""


class Losses:
    """The losses of a run, noted with the values and gradients of what they are made of."""

    def __init__(
        self, table: NodeTable, node_of: Callable[..., Node], told: Callable[..., None] | None
    ) -> None:
        """Begin without losses.

        Args:
            table: the nodes of the tensors.
            node_of: of a tensor, at a place.
            told: is called at each loss; ``is_step=False`` where that is none for sure.
        """
        self.noted: list[dict[str, Any]] = []
        self.candidates: deque[dict[str, Any]] = deque(maxlen=_MOST_CANDIDATES)
        self.warnings: list[str] = []
        self._table, self._node_of, self._told = table, node_of, told
        self._optimizers = Optimizers()
        self._process = os.getpid()
        self._is_inside = False
        self._trained: set[int] = set()
        self._goes_on = False

    def watch(self) -> None:
        """Notice from now on what is differentiated."""
        self._backward, self._grad = torch.autograd.backward, torch.autograd.grad
        torch.autograd.backward, torch.autograd.grad = self._at_backward, self._at_grad
        self._optimizers.watch()

    def leave(self) -> None:
        """Notice no more."""
        torch.autograd.backward, torch.autograd.grad = self._backward, self._grad
        self._optimizers.leave()

    def _at_backward(self, tensors: Any, *args: Any, **kwargs: Any) -> Any:
        with self._once() as is_first:
            if is_first:
                is_second, self._goes_on = self._goes_on, _retains(*args, **kwargs)
                self.note(self._total(_tensors(tensors), *args, **kwargs))
                if self._told:  # a step may have several passes, and keeps the graph for those that follow
                    self._told(is_step=is_second or not self._goes_on)
            return self._backward(tensors, *args, **kwargs)

    def _total(self, tensors: Sequence[Any], grad_tensors: Any = None, *_: Any, **__: Any) -> Any:
        """What a backward pass from several tensors, or with weights of their entries, differentiates: a sum.

        It is noted by hand: nobody watches what is computed inside of a call that is watched.
        """
        weights = _tensors([] if grad_tensors is None else grad_tensors) or [None] * len(tensors)
        total: Any = None
        for tensor, weight in zip(tensors, weights):  # noqa: B905 (there is no strict in 3.8)
            one = tensor
            if weight is not None and not _is_one(weight):
                one = self._put(tensor * weight, "mul", (self._node_of(tensor), self._node_of(weight)))
                one = self._put(one.sum(), "sum", (self._node_of(one),), axes=None, keepdim=False)
            pair = None if total is None else (self._node_of(total), self._node_of(one))
            total = one if pair is None else self._put(total + one, "add", pair)
        return total

    def _put(self, tensor: Any, op: str, args: Sequence[Node], **more: Any) -> Any:
        """Note what computed a tensor."""
        place = place_of(SKIPPED)[1]
        node = Node(op, args, tensor.shape, args[0].dtype, tensor.requires_grad, place, **more)
        node.version = version(tensor)
        mark(tensor, node)
        self._table.put(tensor, node)
        return tensor

    def _at_grad(self, outputs: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        with self._once() as is_first:
            if is_first:
                self._note_number(_tensors(outputs), _tensors(inputs))
            return self._grad(outputs, inputs, *args, **kwargs)

    @contextmanager
    def _once(self) -> Iterator[bool]:
        """Whether this is the first of the calls in each other that these functions make while watched."""
        is_first = not self._is_inside and os.getpid() == self._process
        self._is_inside = True
        try:
            yield is_first
        finally:
            if is_first:
                self._is_inside = False

    def _note_number(self, outputs: Sequence[Any], inputs: Sequence[Any]) -> None:
        """Note the number whose gradient is asked for, if it is one."""
        numbers = [one for one in outputs if one.numel() == 1 and one.requires_grad]
        if len(numbers) == 1 and any(map(self._is_parameter, inputs)):
            self.note(numbers[0])
            if self._told:
                self._told()
        elif len(numbers) == 1:
            self._keep(numbers[0])

    def _is_parameter(self, tensor: Any) -> bool:
        """Whether a tensor is a parameter, or the values of one."""
        inner = unwrapped(tensor)
        node = self._table.get(inner)
        while node is not None and node.op in ("stop", "same"):
            node = node.args[0]
        named = node is not None and node.more.get("made_by") == "a parameter"
        return isinstance(inner, torch.nn.Parameter) or named

    def _keep(self, tensor: Any) -> None:
        """Keep a number that may be a loss, unless one of the same place is kept."""
        place = place_of(SKIPPED)[1]
        where = list(place) if place else None
        if self.noted or any(one["place"] == where for one in self.candidates):
            return
        self.candidates.append(self._loss(tensor))
        if self._told:
            self._told(is_step=False)

    def note(self, tensor: Any, made: Sequence[Any] = ()) -> None:
        """Note a tensor as a loss, with the values of what it is made of.

        Args:
            tensor: the loss.
            made: tensors that were just made for it, which no optimiser can hold.
        """
        self.noted.append(self._loss(tensor, made))

    def _loss(self, tensor: Any, made: Sequence[Any] = ()) -> dict[str, Any]:
        frame, place = place_of(SKIPPED)
        node = self._node_of(tensor, place)
        value = float(tensor.detach()) if tensor.numel() == 1 and is_plain(tensor) else None
        factor = 1.0
        if node.more.get("scaled") and node.more.get("values"):
            scaled, value = value, node.more["values"][0]
            factor = scaled / value if scaled and value else 1.0
        loss: dict[str, Any] = {"node": node, "value": value, "place": list(place) if place else None}
        if frame is not None:
            loss["instruction"] = frame.f_lasti
        reached = reached_by(tensor, MARK)
        own = set(map(id, made))
        held = {key: one for key, one in reached.parameters.items() if key not in own}
        self._trained |= held.keys()
        loss["optimizer"] = self._optimizers.expected(loss, held, frame)
        self._tell_values([node])
        if is_plain(tensor):
            loss["gradients"] = self._gradients(tensor, node, reached.steps, factor)
        return loss

    def _gradients(
        self, tensor: Any, node: Node, steps: Sequence[Any], factor: float
    ) -> list[dict[str, Any]]:
        trained = [(held, one) for held, one in self._table.alive() if held.requires_grad]
        leaves = {one.serial: held for held, one in trained if held.is_leaf}
        hooked = {one.serial: held for held, one in trained if held._backward_hooks}
        found, problem = gradients_of(tensor, node, steps, leaves, factor, hooked)
        self.warnings.extend([problem] if problem and problem not in self.warnings else [])
        return found

    def document(
        self, framework: str, samples: Sequence[Node], read: Sequence[Node], *, finds_loss: bool
    ) -> dict[str, Any]:
        """What was noted.

        Args:
            framework: its name and release.
            samples: nodes to be told besides.
            read: nodes of what the program asked the numbers of.
            finds_loss: whether another number is the loss where there was no backward pass.
        """
        losses = self.noted or (list(self._found()) if finds_loss else [])
        others = self._table.others(losses, samples, lambda held: not self._may_be_of_another(held))
        self._tell_values(others)
        return document(framework, losses, [{"node": node} for node in others], self.warnings, read)

    def _may_be_of_another(self, tensor: Any) -> bool:
        """Whether a later loss may be made of a tensor: of the other player of a GAN, or of a kept graph."""
        if tensor.grad_fn is None or not self._trained:
            return False
        return self._goes_on or self._trained.isdisjoint(reached_by(tensor, MARK).parameters)

    def _found(self) -> Iterator[dict[str, Any]]:
        """What may be the losses where none is for sure: what was differentiated, or could be."""
        yield from self.candidates
        numbers = [(tensor, node) for tensor, node in self._table.alive() if tensor.numel() == 1]
        numbers = [one for one in numbers if one[0].requires_grad and one[1].op != "leaf"] or numbers[-1:]
        if numbers and not self.candidates:
            yield self._loss(numbers[-1][0])

    def _tell_values(self, roots: Sequence[Node]) -> None:
        """Write the values of the leaves of some nodes into them, as far as they are still there."""
        below = nodes_below(roots)
        for tensor, node in self._table.alive():
            is_known = "values" in node.more or node.version != version(tensor)
            if node.serial not in below or is_known or not is_plain(tensor):
                continue
            limit = _MOST_VALUES if node.op in ENDS or node.names else 1
            if tensor.numel() <= limit:
                node.more["values"] = values_of(tensor)


def _tensors(given: Any) -> list[Any]:
    every = [given] if isinstance(given, torch.Tensor) else list(given)
    return [one for one in every if isinstance(one, torch.Tensor)]


def _is_one(weight: Any) -> bool:
    return weight.numel() == 1 and float(weight) == 1


def _retains(gradient: Any = None, retain_graph: Any = None, *_: Any, **__: Any) -> bool:
    """Whether a backward pass keeps the graph, as one does after which another comes."""
    return bool(retain_graph)
