"""Results as tables of records, which CSV writes: what a row and a cell of it may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from klcli.formula.tree import Tree

CellValue: TypeAlias = bool | int | float | str | Fraction | Decimal | Tree | None
"""A single value; the renderers write fractions and decimals as numbers, and formulas as text."""
ResultRow: TypeAlias = Mapping[str, CellValue]
"""A row: its cells by the names of their columns."""


def fields_of(result: object, names: str) -> dict[str, Any]:
    """Some fields of a result, written with blanks between them; what None would have is None.

    ``value`` is a field, ``integral=found.integral.value`` one of its parts under a name of its own.
    """
    pairs = (entry.split("=") for entry in names.split())
    return {pair[0]: _at(result, pair[-1].split(".")) for pair in pairs}


def _at(result: Any, path: Sequence[str]) -> Any:
    for name in path:
        result = None if result is None else getattr(result, name)
    return result


def own_fields(result: Any) -> dict[str, Any]:
    """The fields of a result by their names, which are the keys of its JSON."""
    return {name: getattr(result, name) for name in names_of(type(result))}


def names_of(kind: type[Any]) -> tuple[str, ...]:
    """The names of the fields of a class of values, in their order; those of `dataclasses` take 4 ms."""
    names: tuple[str, ...] = kind.__match_args__
    return names
