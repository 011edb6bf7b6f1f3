"""Systems of linear equations in whatever numbers they are given: floats, decimals of the current context."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

__all__ = ["solved"]

T = TypeVar("T", float, Decimal)


def solved(rows: Sequence[Sequence[T]], values: Sequence[T]) -> list[T] | None:
    """The solution, by Gaussian elimination with partial pivoting; None where there is not just one."""
    table: list[list[T]] = list(map(list, rows))
    for line, value in zip(table, values, strict=True):
        line.append(value)
    for column in range(len(table)):
        pivot = max(range(column, len(table)), key=lambda line: abs(table[line][column]))
        if not table[pivot][column]:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        head: list[T] = [entry / table[column][column] for entry in table[column]]
        for place in range(len(table)):
            factor = table[place][column]
            table[place] = [entry - factor * above for entry, above in zip(table[place], head, strict=True)]
        table[column] = head
    return [line[-1] for line in table]
