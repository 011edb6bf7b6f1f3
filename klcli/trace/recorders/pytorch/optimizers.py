"""Which optimiser a loss is for: the one that holds parameters to which a gradient of it flows."""

from __future__ import annotations

import gc
import weakref
from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch

from ..callers import search_locals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType


class Reached:
    """What a loss is computed from, as far as gradients flow.

    Attributes:
        parameters: the tensors without a history at the ends, by their identity.
        steps: autograd's functions on the way that have a mark.
    """

    def __init__(self) -> None:
        self.parameters: dict[int, Any] = {}
        self.steps: list[Any] = []


def reached_by(loss: Any, mark: str) -> Reached:
    """Walk autograd's graph from a loss down.

    Args:
        loss: the tensor.
        mark: a key of what was written into the functions that are looked for.
    """
    found, stack, seen = Reached(), [loss.grad_fn], set()
    while stack:
        step = stack.pop()
        if step is None or step in seen:
            continue
        seen.add(step)
        variable = getattr(step, "variable", None)
        if variable is not None:
            found.parameters[id(variable)] = variable
        elif mark in step.metadata:
            found.steps.append(step)
        stack.extend(below for below, _ in step.next_functions)
    return found


class Optimizers:
    """Tells the optimisers of losses: first those that hold what is trained, then the one that steps."""

    def __init__(self) -> None:
        self._by_place: dict[str, list[tuple[Any, str]]] = {}
        self._waiting: list[dict[str, Any]] = []
        self._hook: Any = None

    def watch(self) -> None:
        """Notice steps from now on, where this release of PyTorch tells of them."""
        register = getattr(import_module("torch.optim.optimizer"), "register_optimizer_step_pre_hook", None)
        self._hook = register(self._stepped) if register else None

    def leave(self) -> None:
        """Notice no more."""
        if self._hook is not None:
            self._hook.remove()

    def expected(
        self, loss: dict[str, Any], parameters: Mapping[int, Any], frame: FrameType | None
    ) -> str | None:
        """The names of all optimisers that a loss has gradients for; a step tells which it is.

        Args:
            loss: as it is noted, with its place.
            parameters: those that it has gradients for.
            frame: where names are looked for; None where there is none.
        """
        place = str(loss["place"])
        if place not in self._by_place:
            found = _holding(parameters)
            self._by_place[place] = [(weakref.ref(one), _name_of(one, frame)) for one in found]
        self._waiting.append(loss)
        return ", ".join(name for _, name in self._by_place[place]) or None

    def _stepped(self, optimizer: Any, *_: Any) -> None:
        for loss in self._waiting:
            for reference, name in self._by_place[str(loss["place"])]:
                if reference() is optimizer:
                    loss["optimizer"] = name
        self._waiting.clear()


def _holding(parameters: Mapping[int, Any]) -> list[Any]:
    """The optimisers that hold one of some parameters, by the identity of those."""
    if not parameters:  # and what there is in a process with PyTorch takes 80 ms to be looked at
        return []
    kind = torch.optim.Optimizer
    every = [one for one in gc.get_objects() if issubclass(type(one), kind)]
    return [one for one in every if any(id(held) in parameters for held in _held(one))]


def _held(optimizer: Any) -> Iterator[Any]:
    for group in getattr(optimizer, "param_groups", ()):
        yield from group["params"]


def _name_of(optimizer: Any, frame: FrameType | None) -> str:
    """``opt_d (Adam)``: what the program calls an optimiser, and its kind."""

    def called(name: str, value: Any) -> str | None:
        if value is optimizer:
            return name
        own = getattr(value, "__dict__", None) if name == "self" else None
        inner = own if type(own) is dict else {}
        return next((f"self.{key}" for key, held in list(inner.items()) if held is optimizer), None)

    kind = type(optimizer).__name__
    while frame is not None:
        found = search_locals(frame, called)
        if found:
            return f"{found} ({kind})"
        frame = frame.f_back
    return kind
