"""What autograd makes of the summands of a loss: their gradients with respect to what they are computed from.

The functions of autograd's graph are marked with the numbers of the nodes that they compute, and are found
again from the loss: nothing here keeps the graph alive, and tensors that are gone have their gradients, too.
"""

from __future__ import annotations

from contextlib import contextmanager
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch

from ..gradient_targets import MOST_SUMMANDS, arrays_below, matrices_below, summands_of
from .tensor_nodes import FEW_VALUES, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from ..notes import Node

MARK = "klcli"
_CHECKPOINT = "CheckpointFunctionBackward"
_grad = torch.autograd.grad
"""As it is before anybody watches it."""


def mark(tensor: Any, node: Node) -> None:
    """Write the number of a node into the function that computed its tensor, if gradients flow through it."""
    step = tensor.grad_fn
    if step is not None:
        step.metadata.setdefault(MARK, {})[tensor.output_nr] = node.serial


def gradients_of(
    loss: Any,
    root: Node,
    steps: Sequence[Any],
    leaves: Mapping[int, Any],
    factor: float,
    hooked: Mapping[int, Any] = MappingProxyType({}),
) -> tuple[list[dict[str, Any]], str]:
    """The gradients of the summands of a loss, each with the nodes ``of`` and ``by``, and what went wrong.

    Args:
        loss: the tensor.
        root: its node.
        steps: the marked functions of its graph.
        leaves: the tensors without a history by the numbers of their nodes.
        factor: what the loss is multiplied by that is no part of it.
        hooked: the tensors with hooks, which expect the gradient of the whole loss, by their nodes' numbers.
    """
    edge = getattr(torch.autograd.graph, "GradientEdge", None)
    if edge is None or loss.grad_fn is None:
        return [], ""
    known: dict[int, Any] = {
        serial: edge(step, number) for step in steps for number, serial in step.metadata[MARK].items()
    }
    known.update(leaves)
    summands = [one for one in summands_of(root) if one.serial in known and one.serial not in leaves]
    try:
        with _for_some_gradients(hooked.values()), _with_checkpoints(steps, list(leaves.values())):
            return list(_gradients(loss, summands[:MOST_SUMMANDS], known, factor, hooked)), ""
    except Exception as error:  # of the program's own hooks, or of a function that is gone through once
        return [], "the gradients of the terms were not noted: {}".format(str(error).split("\n")[0])


@contextmanager
def _for_some_gradients(hooked: Iterable[Any]) -> Iterator[None]:
    """Keep hooks from gradients that are none: a term alone has none for what it is not computed from."""
    held = [(hooks, dict(hooks)) for one in hooked if (hooks := one._backward_hooks)]
    for hooks, own in held:
        hooks.update({key: _unless_none(hook) for key, hook in own.items()})
    try:
        yield
    finally:
        for hooks, own in held:
            hooks.update(own)


@contextmanager
def _with_checkpoints(steps: Sequence[Any], trained: Sequence[Any]) -> Iterator[None]:
    """Let reentrant checkpoints give gradients that are asked for: what they add to others is taken back.

    They forbid that, as their backward pass adds to the gradients of the parameters that they use. Where
    hooks wait for these, they are left to forbid it.
    """
    is_heard = any(getattr(one, "_post_accumulate_grad_hooks", None) for one in trained)
    is_shared = torch.distributed.is_available() and torch.distributed.is_initialized()
    if is_heard or is_shared or all(step.name() != _CHECKPOINT for step in steps):
        yield
        return
    held, own = torch.autograd._is_checkpoint_valid, [one.grad for one in trained]  # type: ignore[attr-defined]
    torch.autograd._is_checkpoint_valid = lambda: True  # type: ignore[attr-defined]
    for one in trained:
        one.grad = None
    try:
        yield
    finally:
        torch.autograd._is_checkpoint_valid = held  # type: ignore[attr-defined]
        for one, slope in zip(trained, own):  # noqa: B905
            one.grad = slope


def _unless_none(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda slope: None if slope is None else hook(slope)


def _gradients(
    loss: Any, summands: Sequence[Node], known: Mapping[int, Any], factor: float, hooked: Container[int]
) -> Iterator[dict[str, Any]]:
    if not summands:
        return
    own = [known[one.serial] for one in summands]
    weights = _grad(loss, own, torch.ones_like(loss), retain_graph=True, allow_unused=True)
    for one, output, weight in zip(summands, own, weights):  # noqa: B905 (there is no strict in 3.8)
        arrays, matrices = arrays_below(one, known), matrices_below(one)
        if weight is None or not arrays + matrices:
            continue
        reached = [by for by in matrices if by.serial in known]
        found = _slopes([output], arrays + reached, [weight], known)
        if one is summands[0]:  # what the loss as a whole makes of them, through whatever leads there
            yield from (
                {"of": one, "by": by, "values": values_of(slope.detach() / factor), "whole": True}
                for by, slope in zip(arrays, found)  # noqa: B905
                if slope is not None and by not in matrices and prod(by.shape) <= FEW_VALUES
            )
        for by, slope in _direct(arrays, found[: len(arrays)], known).items():
            yield {"of": one, "by": by, "values": values_of(slope.detach() / factor)}
        whole = dict(zip(reached, found[len(arrays) :]))  # noqa: B905
        for by in matrices:
            slope = whole.get(by)
            if by in whole and by.serial in hooked:  # autograd leaves out a hook where it goes further on
                slope = _slopes([output], [by], [weight], known)[0]
            zeros = [0.0] * prod(by.shape)
            values = zeros if slope is None else values_of(slope.detach() / factor)
            yield {"of": one, "by": by, "values": values, "whole": True}


def _slopes(outputs: Any, arrays: Sequence[Node], weights: Any, known: Mapping[int, Any]) -> list[Any]:
    inputs = [known[by.serial] for by in arrays]
    return list(_grad(outputs, inputs, weights, retain_graph=True, allow_unused=True))


def _direct(arrays: Sequence[Node], slopes: Sequence[Any], known: Mapping[int, Any]) -> dict[Node, Any]:
    """The gradients without what comes through another of the arrays.

    A prior's mean that is computed from a sample of the posterior brings some to that. An array is computed
    from earlier ones only, so the last one has nothing to be taken off.
    """
    found = {by: slope for by, slope in zip(arrays, slopes) if slope is not None}  # noqa: B905
    for later in sorted(found, key=lambda by: by.serial, reverse=True):
        if later.op not in ("leaf", "part") or isinstance(known[later.serial], torch.Tensor):
            continue
        before = [by for by in found if by.serial < later.serial]
        if before:
            through = _slopes([known[later.serial]], before, [found[later]], known)
            for by, slope in zip(before, through):  # noqa: B905
                found[by] = found[by] if slope is None else found[by] - slope
    return found
