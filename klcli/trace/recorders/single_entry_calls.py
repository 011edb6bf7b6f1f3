"""Calls of a function with arrays of one entry, in short precisions and in doubles, with their gradients."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .notes import Function

_NEAR = (0.001, -0.001, 1.001, 0.999)
"""Around the heads of a standard deviation of 1, as a logarithm and as itself."""
_PROBES = 12
"""Points of each kind: a fit takes five of them, and the rest say whether it holds."""
_WIDE = (-6.0, 6.0)
"""Log-variances of usual posteriors; a reading whose head is positive has half of them."""
_FAILURES = (RuntimeError, TypeError, ValueError, IndexError, ArithmeticError)
"""What a framework raises that cannot compute something in a precision, or in a shape."""
_FAR = (-100.0, -30.0, 30.0, 100.0)
"""Log-variances and log-ratios that training meets when it goes wrong."""


def rounded_calls(
    call: Function, function: Any, names: Sequence[str], dtypes: Sequence[str], given: dict[str, Any]
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
        for entries, out in _results(call, function, dtype, given, points(names)):
            slopes = out["gradients"] or {}
            gradients = {name: (slopes.get(name) or [None])[0] for name in names}
            yield {"dtype": dtype, "given": entries, "value": out["values"][0], "gradients": gradients}


def _results(
    call: Function, function: Any, dtype: str, given: dict[str, Any], every: Iterable[dict[str, float]]
) -> Iterator[tuple[dict[str, float], dict[str, Any]]]:
    """What comes of those calls with one entry that can be computed."""
    for entries in every:
        arrays = {name: ((1, 1), [entry]) for name, entry in entries.items()}
        try:
            out = call(function, arrays, dtype, given)
        except _FAILURES:
            continue
        yield entries, out


def points(names: Sequence[str]) -> Iterator[dict[str, float]]:
    """Entries near 0 and 1 and far out, one name at a time; all others are 0."""
    for moved in names:
        for value in (*_NEAR, *_FAR):
            yield {name: value if name == moved else 0.0 for name in names}


def probes(
    call: Function, function: Any, names: Sequence[str], given: dict[str, Any], own: list[dict[str, float]]
) -> Iterator[dict[str, Any]]:
    """Calls with one entry in double precision: between 0 and 1, which every head may have, and beyond.

    The first is made again at the end, which tells a function that draws samples from others.

    Args:
        call: the recorder's.
        function: of two arrays.
        names: of these.
        given: its other arguments.
        own: entries that it was called with as a whole.
    """
    generator = Random(1)
    inner, wide = (
        [{name: generator.uniform(*ends) for name in names} for _ in range(_PROBES)]
        # Between 0.1 and 0.9 every number may be a probability, a scale or a logarithm.
        for ends in ((0.1, 0.9), _WIDE)
    )
    every = (*inner, *own, *wide, inner[0])
    for entries, out in _results(call, function, "float64", given, every):
        if len(out["values"]) == 1:
            slopes = out["gradients"]
            gradients = {} if slopes is None else {name: (slopes.get(name) or [0.0])[0] for name in names}
            yield {"dtype": "float64", "given": entries, "value": out["values"][0], "gradients": gradients}
