"""Clips as nodes, by the names that they have in every framework, and the larger of an array and a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .notes import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXTREMES = {"maximum": "low", "fmax": "low", "max": "low", "minimum": "high", "fmin": "high", "min": "high"}
"""Which limit of an array the other argument is."""


def clipped(name: str, first: Node, given: list[Any], named: dict[str, Any]) -> Node | None:
    """The node of a call that is a clip; None for any other.

    Args:
        name: of the function.
        first: the array.
        given: its arguments, arrays as nodes.
        named: those by name.
    """
    if name in ("clamp", "clip", "clamp_min", "clamp_max", "relu"):
        return _clamp(name, first, given, named)
    return _extreme(name, first, given, named) if name in _EXTREMES else None


def _clamp(name: str, first: Node, given: list[Any], named: dict[str, Any]) -> Node | None:
    low = one_of(named.get("min", named.get("a_min")), given[1:2], None)
    # The array, the lower limit, the upper limit.
    high = one_of(named.get("max", named.get("a_max")), given[2:3], None)
    if name == "relu":
        low, high = 0, None
    if name == "clamp_max":
        low, high = None, one_of(named.get("max"), given[1:2], None)
    limits = [None if one is None else number_in(one) for one in (low, high)]
    if any(one is not None and limit is None for one, limit in ((low, limits[0]), (high, limits[1]))):
        return None
    return Node("clamp", (first,), low=limits[0], high=limits[1])


def _extreme(name: str, first: Node, given: list[Any], named: dict[str, Any]) -> Node | None:
    """The larger or smaller of an array and a number: a clip."""
    other = one_of(named.get("other"), given[1:2], None)
    if name in ("max", "min") and not isinstance(other, Node):
        return None  # an axis
    for array, limit in ((first, number_in(other)), (other, number_in(first))):
        if isinstance(array, Node) and limit is not None:
            low, high = (limit, None) if _EXTREMES[name] == "low" else (None, limit)
            return Node("clamp", (array,), low=low, high=high)
    return None


def number_in(value: Any) -> float | None:
    """A number, also one that fills an array, or is alone in it, by which nothing is trained."""
    if isinstance(value, Node) and not value.grad:
        values = value.args[:1] if value.op == "full" else value.more.get("values", ())
        value = values[0] if len(values) == 1 else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def one_of(named: Any, positional: Sequence[Any], default: Any) -> Any:
    """An argument that can be given by name or by its place.

    Args:
        named: by its name; None where it is not given so.
        positional: what stands at its place and behind it.
        default: where it is given in neither way.
    """
    if named is not None:
        return named
    return positional[0] if positional and positional[0] is not None else default
