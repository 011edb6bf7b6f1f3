"""What is added in a loss, and the arrays that it is computed from: whose gradients a recorder asks for."""

from __future__ import annotations

from itertools import islice
from math import prod
from typing import TYPE_CHECKING

from .notes import ENDS, Node

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

MOST_SUMMANDS = 64
"""Terms of a loss whose gradients are asked for, each by a pass of its own."""
_MOST_ARRAYS = 24
"""Arrays below a summand whose gradients are asked for."""
_MOST_ENTRIES = 20_000
"""Of an array whose gradients are told, as many as those whose values are."""
_MOST_NODES = 600
"""Nodes among which matrices are looked for; a KL of Gaussians with covariance matrices has a tenth."""
_MOST_ENTRIES_OF_MATRICES = 4096
"""Of an array of matrices or of their vectors, as many as those whose values are noted."""
_LOGARITHMS, _VOLUMES = ("log", "log1p", "log2", "log10"), ("logdet", "slogdet")
"""What a KL of Gaussians has beside its linear algebra."""
_LINEAR = ("add", "sub", "neg", "mul", "div", "same", "shape", "sum", "mean", "stack")


def summands_of(root: Node) -> Iterator[Node]:
    """The loss, and what is added in it, the outermost first; what is used twice is no summand by itself."""
    uses = _uses(root)
    queue = [root]
    yield root
    for node in queue:
        for one in linear_in(node):
            # Products and means stand between summands; a few of them for each.
            if uses.get(one.serial, 0) > 1 or len(queue) > 4 * MOST_SUMMANDS:
                continue
            queue.append(one)
            if node.op in ("add", "sub", "stack"):
                yield one


def linear_in(node: Node) -> list[Node]:
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


def arrays_below(summand: Node, known: Container[int]) -> list[Node]:
    """The first arrays that a summand is computed from by what is followed, the leaves before all others.

    Args:
        summand: of a loss.
        known: the numbers of the nodes whose gradients can be asked for.
    """
    return list(islice(_arrays(summand, known), _MOST_ARRAYS))


def _arrays(summand: Node, known: Container[int]) -> Iterator[Node]:
    seen, stack, inner = {summand.serial}, [summand], []
    while stack:
        for one in stack.pop().args:
            if not isinstance(one, Node) or one.serial in seen:
                continue
            seen.add(one.serial)
            is_known = one.grad and one.serial in known and prod(one.shape) <= _MOST_ENTRIES
            if one.op in ENDS:
                if is_known:
                    yield one
                continue
            stack.append(one)
            if is_known and one.names:
                inner.append(one)
    yield from inner


def matrices_below(summand: Node) -> list[Node]:
    """The square matrices that a summand is computed from, also by linear algebra, and vectors as long.

    What is written in the program comes first: arrays with names, and those that are computed from nothing.
    """
    below, stack = {summand.serial: summand}, [summand]
    while stack:
        for one in stack.pop().args:
            if isinstance(one, Node) and one.serial not in below:
                below[one.serial] = one
                stack.append(one)
        if len(below) > _MOST_NODES:
            return []
    calls = {one.more["call"] for one in below.values() if "call" in one.more}
    logs = {one.op for one in below.values()} & set(_LOGARITHMS)
    if not calls or not (logs or calls & set(_VOLUMES)):
        return []
    sizes = {one.shape[-1] for one in below.values() if len(one.shape) > 1 and one.shape[-1] == one.shape[-2]}
    found = [
        one
        for one in below.values()
        if one.grad and one.shape and one.shape[-1] in sizes
        if prod(one.shape) <= _MOST_ENTRIES_OF_MATRICES
    ]
    found.sort(key=lambda one: (not one.names and bool(one.args), one.serial))
    return found[:_MOST_ARRAYS]
