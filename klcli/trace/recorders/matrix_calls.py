"""Calls of linear algebra: their results are leaves, which keep what they were computed from.

What is no function of single entries is followed no further, and most products of matrices are layers of a
network. Those of few arrays may be parts of a KL of Gaussians with covariance matrices: their operands stay,
with what a call needs besides. `klcli.trace.recording` lists the calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .clips import one_of
from .notes import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def followed_call(
    name: str, given: list[Any], named: dict[str, Any], index: int | None
) -> tuple[list[Node], dict[str, Any]] | None:
    """The operands of a call of linear algebra, and what it needs besides; None for any other call.

    Args:
        name: of the function.
        given: its arguments, arrays as nodes.
        named: those by name.
        index: of the result, where a call gives back several.
    """
    if name not in _CALLS:
        return None
    call, options = _CALLS[name]
    own = options(given, named, index)
    operands = [one for one in _listed(given) if isinstance(one, Node)]
    operands += [one for one in named.values() if isinstance(one, Node)]
    return None if own is None or not operands else (operands, dict(own, call=call))


def _listed(given: Sequence[Any]) -> list[Any]:
    return [one for arg in given for one in (arg if isinstance(arg, list) else [arg])]


def _plain(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    return {} if index in (None, 0) else None


def _upper(place: int) -> Callable[..., dict[str, Any] | None]:
    """Which triangle a factor is in, given by name or at a place."""

    def options(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
        upper = one_of(named.get("upper"), given[place : place + 1], False)
        return {"upper": bool(upper)} if index in (None, 0) else None

    return options


def _solved(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    known = named.get("left", True) and not named.get("unitriangular", False)
    return {"upper": bool(named.get("upper"))} if known else None


def _determined(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any]:
    return {"part": 1 if index is None else index}


def _along(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    """An axis, given by name or at the second place; the first without one."""
    axis = one_of(named.get("dim", named.get("axis")), given[1:2], 0)
    return {"axis": axis} if isinstance(axis, int) else None


def _offset(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    offset = one_of(named.get("diagonal"), given[1:2], 0)
    return {"offset": offset} if isinstance(offset, int) else None


def _on_diagonal(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    return {} if len(given) == 1 and not named else None


def _flipped(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    axes = one_of(named.get("dims"), given[1:2], None)
    axes = [axes] if isinstance(axes, int) else axes
    return {"axes": list(axes)} if isinstance(axes, (list, tuple)) else None


def _equation(given: list[Any], named: dict[str, Any], index: int | None) -> dict[str, Any] | None:
    return {"equation": given[0]} if given and isinstance(given[0], str) else None


_CALLS: dict[str, tuple[str, Callable[..., dict[str, Any] | None]]] = {
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "rmatmul"), ("matmul", _plain)),
    "einsum": ("einsum", _equation),
    **dict.fromkeys(("cholesky", "linalg_cholesky"), ("cholesky", _upper(1))),
    "linalg_cholesky_ex": ("cholesky", _upper(1)),
    **dict.fromkeys(("inverse", "linalg_inv", "linalg_inv_ex"), ("inverse", _plain)),
    "linalg_solve": ("solve", _plain),
    "linalg_solve_triangular": ("solve_triangular", _solved),
    "cholesky_solve": ("cholesky_solve", _upper(2)),
    "cholesky_inverse": ("cholesky_inverse", _upper(1)),
    "logdet": ("logdet", _plain),
    **dict.fromkeys(("det", "linalg_det"), ("det", _plain)),
    "trace": ("trace", _plain),
    **dict.fromkeys(("slogdet", "linalg_slogdet"), ("slogdet", _determined)),
    "tril": ("tril", _offset),
    "triu": ("triu", _offset),
    **dict.fromkeys(("diag_embed", "diag"), ("diag", _on_diagonal)),
    "flip": ("flip", _flipped),
    **dict.fromkeys(("cat", "concat"), ("cat", _along)),
    "stack": ("stack", _along),
}
"""The calls by their names in PyTorch: what they are, and how their options are found."""
