"""What autograd makes of the summands of a loss: their gradients with respect to what they are computed from.

The functions of autograd's graph are marked with the numbers of the nodes that they compute, and are found
again from the loss: nothing here keeps the graph alive, and tensors that are gone have their gradients, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ..notes import Node
from .tensors import values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["MARK", "gradients_of", "mark"]

MARK = "klcli"
_MOST_SUMMANDS = 64
_MOST_ARRAYS = 24
"""Arrays below a summand whose gradients are asked for."""
_MOST_ENTRIES = 4096
_LINEAR = ("add", "sub", "neg", "mul", "div", "same", "shape", "sum", "mean", "stack")


def mark(tensor: Any, node: Node) -> None:
    """Write the number of a node into the function that computed its tensor, if gradients flow through it."""
    step = tensor.grad_fn
    if step is not None:
        step.metadata.setdefault(MARK, {})[tensor.output_nr] = node.serial


def gradients_of(
    loss: Any, root: Node, steps: Sequence[Any], leaves: Mapping[int, Any], factor: float
) -> tuple[list[dict[str, Any]], str]:
    """The gradients of the summands of a loss, each with the nodes ``of`` and ``by``, and what went wrong.

    Args:
        loss: the tensor.
        root: its node.
        steps: the marked functions of its graph.
        leaves: the tensors without a history by the numbers of their nodes.
        factor: what the loss is multiplied by that is no part of it.
    """
    edge = getattr(torch.autograd.graph, "GradientEdge", None)
    if edge is None or loss.grad_fn is None:
        return [], ""
    known: dict[int, Any] = {
        serial: edge(step, number) for step in steps for number, serial in step.metadata[MARK].items()
    }
    known.update(leaves)
    summands = [one for one in _summands(root) if one.serial in known and one.serial not in leaves]
    try:
        return list(_gradients(loss, summands[:_MOST_SUMMANDS], known, factor)), ""
    except (RuntimeError, TypeError) as error:  # a function that cannot be gone through twice, or by edges
        return [], "the gradients of the terms were not noted: {}".format(str(error).split("\n")[0])


def _gradients(
    loss: Any, summands: Sequence[Node], known: Mapping[int, Any], factor: float
) -> Iterator[dict[str, Any]]:
    if not summands:
        return
    own = [known[one.serial] for one in summands]
    weights = torch.autograd.grad(loss, own, torch.ones_like(loss), retain_graph=True, allow_unused=True)
    for one, output, weight in zip(summands, own, weights):  # noqa: B905 (there is no strict in 3.8)
        arrays = list(_arrays(one, known))[:_MOST_ARRAYS]
        if weight is None or not arrays:
            continue
        found = torch.autograd.grad(
            [output], [known[by.serial] for by in arrays], [weight], retain_graph=True, allow_unused=True
        )
        for by, slope in zip(arrays, found):  # noqa: B905
            if slope is not None:
                yield {"of": one, "by": by, "values": values_of(slope.detach() / factor)}


def _summands(root: Node) -> Iterator[Node]:
    """The loss, and what is added in it, the outermost first; what is used twice is no summand by itself."""
    uses = _uses(root)
    queue = [root]
    yield root
    for node in queue:
        for one in _linear_in(node):
            if uses.get(one.serial, 0) > 1 or len(queue) > 4 * _MOST_SUMMANDS:
                continue
            queue.append(one)
            if node.op in ("add", "sub", "stack"):
                yield one


def _linear_in(node: Node) -> list[Node]:
    """The operands that a node is a linear function of, together."""
    flowing = [one for one in node.args if isinstance(one, Node) and one.grad]
    is_product = node.op in ("mul", "div")
    if node.op not in _LINEAR or (is_product and len(flowing) > 1):
        return []
    return [] if node.op == "div" and flowing != [node.args[0]] else flowing


def _uses(root: Node) -> dict[int, int]:
    """How often nodes below one are operands."""
    found: dict[int, int] = {}
    seen, stack = {root.serial}, [root]
    while stack:
        for one in stack.pop().args:
            if isinstance(one, Node):
                found[one.serial] = found.get(one.serial, 0) + 1
                if one.serial not in seen:
                    seen.add(one.serial)
                    stack.append(one)
    return found


def _arrays(summand: Node, known: Mapping[int, Any]) -> Iterator[Node]:
    """The arrays that a summand is computed from by what is followed, the leaves first."""
    seen, stack, inner = {summand.serial}, [summand], []
    while stack:
        for one in stack.pop().args:
            if not isinstance(one, Node) or one.serial in seen:
                continue
            seen.add(one.serial)
            is_known = one.grad and one.serial in known and _size(one) <= _MOST_ENTRIES
            if one.op in ("leaf", "part", "noise"):
                if is_known:
                    yield one
                continue
            stack.append(one)
            if is_known and one.names:
                inner.append(one)
    yield from inner


def _size(node: Node) -> int:
    found = 1
    for length in node.shape:
        found *= length
    return found
