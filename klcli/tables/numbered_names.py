"""Names of columns with a number behind them: mu_0, mu_1, mu_2 are one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from klcli.errors import KlcliError, clipped
from klcli.lazy_regex import regex

_NUMBERED = regex(
    r"(?P<stem>.*?(?:[^\d\s_.\-\[(]|\d(?=[\s_.\-\[(]+\d+[\])]?$)))[\s_.\-\[(]*(?P<number>\d{1,7})[\])]?"
)
"""A name and a number behind it: ``mu_0``, ``mu.0``, ``mu[0]``, ``z_mean 12``, ``sigma2_0``."""
_MOST_FIRST = 1
"""The first of several columns has the number 0 or 1; sigma2 alone is the square of sigma."""


def array_columns(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The columns of each array, in the order of their numbers; a column without one is an array of its own.

    Columns are put together if their numbers follow each other; they may stand anywhere in the table.
    """
    numbered: dict[str, dict[int, int]] = {}
    alone: dict[str, int] = {}
    for column, name in enumerate(names):
        found = _NUMBERED.fullmatch(name.strip())
        if found and int(found["number"]) not in numbered.setdefault(found["stem"], {}):
            numbered[found["stem"]][int(found["number"])] = column
        else:
            alone[name.strip()] = column
    arrays: dict[str, tuple[int, ...]] = {}
    for stem, columns in numbered.items():
        order = sorted(columns)
        is_counted = order == list(range(order[0], order[0] + len(order))) if order else False
        if is_counted and (len(order) > 1 or order[0] <= _MOST_FIRST):
            arrays[stem] = tuple(columns[number] for number in order)
        else:
            alone |= {names[column].strip(): column for column in columns.values()}
    return {**arrays, **{name: (column,) for name, column in alone.items() if name not in arrays}}


def missing_column(names: Iterable[str]) -> str:
    """The first name that is missing where names are counted and one is left out; empty where none is."""
    found: dict[str, dict[int, str]] = {}
    for name in names:
        if match := _NUMBERED.fullmatch(name):
            found.setdefault(match["stem"], {})[int(match["number"])] = name
    for numbers in found.values():
        first = min(numbers)
        for number in range(first, first + len(numbers)):
            if number not in numbers and len(numbers) > 1:
                return numbers[first].replace(str(first), str(number))
    return ""


def check_distinct(names: Sequence[str], file: str) -> None:
    """Refuse a table in which a name says two columns.

    Raises:
        KlcliError: it does.
    """
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            raise KlcliError(f"{file} has two columns called {clipped(name)!r}", "give each its own name")
        seen.add(name)
