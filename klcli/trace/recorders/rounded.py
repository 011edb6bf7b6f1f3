"""A function in short precisions: single entries near 0 and 1, and far out, with their gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["rounded_calls"]

_NEAR = (0.001, -0.001, 1.001, 0.999)
"""Around the heads of a standard deviation of 1, as a logarithm and as itself."""
_FAR = (-100.0, -30.0, 30.0, 100.0)
"""Log-variances and log-ratios that training meets when it goes wrong."""


def rounded_calls(
    call: Callable[..., Any],
    function: Any,
    names: Sequence[str],
    dtypes: Sequence[str],
    given: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """What comes of calls with one entry: ``dtype``, ``given``, ``value`` and ``gradients``, by arguments.

    A precision in which it cannot be computed is left out.

    Args:
        call: the recorder's.
        function: of one or two arrays.
        names: of these.
        dtypes: the precisions.
        given: its other arguments.
    """
    for dtype in dtypes:
        for moved in names:
            for value in (*_NEAR, *_FAR):
                entries = {name: value if name == moved else 0.0 for name in names}
                arrays = {name: ((1, 1), [entry]) for name, entry in entries.items()}
                try:
                    out = call(function, arrays, dtype, given)
                except (RuntimeError, TypeError, ValueError, NotImplementedError, ArithmeticError):
                    continue
                slopes = out["gradients"] or {}
                gradients = {name: (slopes.get(name) or [None])[0] for name in names}
                yield {"dtype": dtype, "given": entries, "value": out["values"][0], "gradients": gradients}
