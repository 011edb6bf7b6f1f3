"""What a recorder notes: operations as nodes that live as long as what they lead to, and where they stood.

A node holds the nodes that it was computed from, and nothing holds a node but those that follow and the table
of what is alive: what leads to nothing is forgotten at once, and no array is kept. Where a chain becomes too
long it is cut. `klcli.trace.recording` describes the document that is made of it.
"""

from __future__ import annotations

import math
import weakref
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Function = Callable[..., Any]
    ShapedEntries = Mapping[str, tuple[Sequence[int], Sequence[float]]]
    """Shapes and entries of arrays by their names."""

MOST_LEAVES = 8
"""Leaves that a node keeps count of; a term of a loss has fewer."""
DEEPEST = 2000
"""Nodes on the longest way to a leaf: an average that runs through a whole training is cut there."""
MOST_ORIGINS = 24
"""Arrays that the result of linear algebra may be computed from; a network has more."""
ENDS = ("leaf", "part", "noise")
"""Nodes that are followed no further."""
MOST_OTHERS = 256
"""Nodes besides the losses that are told."""
CONSTANTS = 64
"""Entries of an array without a gradient that are noted as numbers."""


_serial = count()


class Node:
    """An operation that was noted; `args` are nodes and numbers, `more` is what belongs to its kind."""

    __slots__ = (
        "args",
        "depth",
        "dtype",
        "grad",
        "is_noisy",
        "leaves",
        "more",
        "names",
        "op",
        "origins",
        "place",
        "serial",
        "shape",
        "tries",
        "version",
    )

    def __init__(
        self,
        op: str,
        args: Sequence[Any] = (),
        shape: Sequence[int] = (),
        dtype: str = "",
        grad: bool = False,
        place: tuple[str, int, str] | None = None,
        **more: Any,
    ) -> None:
        below = [one for one in args if isinstance(one, Node)]
        self.depth: int = 1 + max([one.depth for one in below] or [0])
        if self.depth > DEEPEST:
            op, args, below, more, self.depth = "leaf", (), [], {"made_by": "a long chain"}, 1
        self.serial = next(_serial)
        self.op, self.args, self.more = op, tuple(args), more
        self.shape, self.dtype, self.grad = tuple(shape), dtype, bool(grad)
        self.place: tuple[str, int, str] | None = place
        self.names: list[str] = []
        self.tries = 0
        self.version: int | None = None
        self.is_noisy: bool = op == "noise" or (
            op not in ("leaf", "part") and any(one.is_noisy for one in below)
        )
        if op == "leaf":  # a matrix times noise
            self.is_noisy = any(map(_is_noise, below))
        self.leaves: frozenset[int] | None = self._leaves(below)
        self.origins = self._origins(below)

    def add_sources(self, sources: Sequence[int]) -> None:
        """Say which leaves it may be a function of, entry by entry."""
        if sources:
            self.more["sources"] = sorted(sources)
            self.leaves = (self.leaves or frozenset()) | frozenset(sources)

    def _leaves(self, below: Sequence[Node]) -> frozenset[int] | None:
        """The serial numbers of the leaves below; None for too many."""
        if self.op in ENDS:
            return frozenset((self.serial,)) | frozenset(self.more.get("sources", ()))
        found: frozenset[int] = frozenset()
        for one in below:
            if one.leaves is None:
                return None
            found |= one.leaves
        return found if len(found) <= MOST_LEAVES else None

    def _origins(self, below: Sequence[Node]) -> frozenset[int] | None:
        """The serial numbers of the arrays that it is computed from, also by linear algebra."""
        if not below:
            return frozenset((self.serial,))
        found: frozenset[int] = frozenset()
        for one in below:
            if one.origins is None:
                return None
            found |= one.origins
        return found if len(found) <= MOST_ORIGINS else None


def _is_noise(node: Node) -> bool:
    """Whether a node is noise, whatever its shape."""
    while node.op in ("same", "shape", "spread") and isinstance(node.args[0], Node):
        node = node.args[0]
    return node.op == "noise"


def nodes_below(roots: Iterable[Node]) -> dict[int, Node]:
    """Some nodes with all that they are computed from, by their numbers."""
    found: dict[int, Node] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node.serial not in found:
            found[node.serial] = node
            stack.extend(one for one in node.args if isinstance(one, Node))
    return found


class NodeTable:
    """The nodes of the arrays that are alive, or what else is known of these, by their identity."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Any, Any]] = {}

    def get(self, array: Any) -> Any:
        """The node of an array; None if nothing was noted of it."""
        entry = self._entries.get(id(array))
        return entry[1] if entry and entry[0]() is array else None

    def put(self, array: Any, node: Any) -> None:
        """Remember the node of an array, as long as that is alive."""
        key, entries = id(array), self._entries

        def forget(reference: Any) -> None:
            entry = entries.get(key)
            if entry and entry[0] is reference:
                del entries[key]

        entries[key] = (weakref.ref(array, forget), node)

    def alive(self) -> list[tuple[Any, Node]]:
        """The arrays that are alive with their nodes, in the order in which they were made."""
        pairs = [(reference(), node) for reference, node in list(self._entries.values())]
        return sorted([pair for pair in pairs if pair[0] is not None], key=lambda pair: pair[1].serial)

    def others(
        self,
        losses: Iterable[dict[str, Any]],
        samples: Iterable[Node],
        is_told: Callable[[Any], bool] = lambda array: True,
    ) -> list[Node]:
        """Samples, and what is alive besides some losses and is no constant."""
        known = {one["node"].serial for one in losses}
        sinks = [
            node
            for array, node in self.alive()
            if node.op not in (*ENDS, "full", "stop") and node.serial not in known and is_told(array)
        ]
        return list({node.serial: node for node in [*samples, *sinks[-MOST_OTHERS:]]}.values())

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


def written(value: Any) -> Any:
    """A number as JSON has it; what JSON has no number for is a text."""
    if isinstance(value, int):
        return int(value)
    value = float(value)
    return value if math.isfinite(value) else repr(value)


def all_written(values: Iterable[float]) -> list[Any]:
    """Numbers as JSON has them."""
    return list(map(written, values))


def document(
    framework: str,
    losses: Iterable[dict[str, Any]],
    others: Iterable[dict[str, Any]] = (),
    warnings: Iterable[str] = (),
    read: Iterable[Node] = (),
) -> dict[str, Any]:
    """The document of a recording, for JSON.

    Args:
        framework: its name and release.
        losses: what was noted of each loss; its ``node`` is a `Node`.
        others: the same of what is no part of a loss.
        warnings: what could not be noted.
        read: the nodes of what the program asked the numbers of.
    """
    losses, others, read = list(losses), list(others), list(read)
    places: dict[int, int] = {}
    roots = [*(one["node"] for one in losses + others), *read]
    nodes = [_node(one, places) for one in _in_order(roots, places)]
    return {
        "schema": "klcli.recording/1",
        "framework": framework,
        "nodes": nodes,
        "losses": [_loss(one, places) for one in losses],
        "others": [dict(one, node=places[one["node"].serial]) for one in others],
        "read": list(dict.fromkeys(places[one.serial] for one in read)),
        "warnings": list(warnings),
    }


def _loss(one: dict[str, Any], places: dict[int, int]) -> dict[str, Any]:
    gradients = [
        dict(slope, of=places[slope["of"].serial], by=places[slope["by"].serial])
        for slope in one.get("gradients", ())
    ]
    return dict(one, node=places[one["node"].serial], gradients=gradients)


def _in_order(roots: Sequence[Node], places: dict[int, int]) -> list[Node]:
    """The nodes that lead to some nodes, each after what it is computed from."""
    order: list[Node] = []
    stack = [(node, False) for node in reversed(roots)]
    while stack:
        node, is_done = stack.pop()
        if node.serial in places:
            continue
        if is_done:
            places[node.serial] = len(order)
            order.append(node)
            continue
        stack.append((node, True))
        stack.extend((one, False) for one in node.args if isinstance(one, Node))
    return order


def _node(node: Node, places: dict[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "op": node.op,
        "args": [
            places[one.serial] if isinstance(one, Node) else {"number": written(one)} for one in node.args
        ],
        "shape": list(node.shape),
        "dtype": node.dtype,
        "grad": node.grad,
        "place": list(node.place) if node.place else None,
        "names": node.names,
    }
    found.update(node.more)
    if "sources" in node.more:
        found["sources"] = sorted(places[one] for one in node.more["sources"] if one in places)
    return found
