"""Functions with a backward of their own: what their forward computed, as if autograd had gone through it.

A ``torch.autograd.Function``, as a reentrant checkpoint is one, computes without gradients. Its program is
what it computes all the same; whether its gradients are those of that program is for the numbers to say, as
autograd's are noted at the arrays that it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..notes import ENDS, Node
from .gradients import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


def as_if_followed(tensor: Any, node: Node, node_of: Callable[[Any], Node | None]) -> Node | None:
    """The program of a tensor that a function gave back; None where something else is in it.

    Args:
        tensor: what it gave back.
        node: what its forward computed, whose gradients are stopped.
        node_of: of a tensor, if one is known.
    """
    given = _given(tensor, node_of)
    found = _flowing(node, given, {})
    if found is None or not found.grad:
        return None
    return Node("same", (found,), node.shape, node.dtype, True, node.place, call="function")


def _given(tensor: Any, node_of: Callable[[Any], Node | None]) -> set[int]:
    """The numbers of the nodes of what a function was given."""
    found: set[int] = set()
    for step, place in tensor.grad_fn.next_functions:
        held = getattr(step, "variable", None)
        own = node_of(held) if held is not None else None
        serial = own.serial if own else step.metadata.get(MARK, {}).get(place) if step else None
        found.update([] if serial is None else [serial])
    return found


def _flowing(node: Node, given: Collection[int], made: dict[int, Node | None]) -> Node | None:
    """A node without the stops above what was given; None where not all of it is followed."""
    if node.serial not in made:
        made[node.serial] = _made(node, given, made)
    return made[node.serial]


def _made(node: Node, given: Collection[int], made: dict[int, Node | None]) -> Node | None:
    if node.serial in given or node.op == "full":
        return node
    if node.op in ENDS:
        return node if node.more.get("made_by") == "an input" and not node.grad else None
    below = [_flowing(one, given, made) if isinstance(one, Node) else one for one in node.args]
    if any(one is None for one in below):
        return None
    if node.op == "stop":
        return below[0]
    flows = any(isinstance(one, Node) and one.grad for one in below)
    found = Node(node.op, below, node.shape, node.dtype, flows, node.place, **node.more)
    found.names = node.names
    return found
