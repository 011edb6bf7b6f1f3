"""Work on many tables: in their order, alike with and without workers, whatever moves it there."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from klcli.tables.inputs import Input
from klcli.tables.parallel import each

TABLES = [Input((f"{name}.npz",), order) for order, name in enumerate("cab")]


def named(table: Input) -> str:
    return f"{table.order}: {table.name}"


EXPECTED = ["0: c.npz", "1: a.npz", "2: b.npz"]


def test_without_workers_tables_are_read_as_they_are_asked_for() -> None:
    found = each(named, TABLES, None)
    assert next(found) == EXPECTED[0]
    assert list(found) == EXPECTED[1:]


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_workers_find_the_same_in_the_same_order(kind: type[Executor]) -> None:
    with kind(2) as executor:  # type: ignore[call-arg]
        assert list(each(named, TABLES, executor)) == EXPECTED


class Plain(Executor):
    """One that knows nothing but numbers and bytes, as some engines do."""

    def map(self, function, *iterables, **_):  # type: ignore[no-untyped-def]
        given = list(zip(*iterables, strict=True))
        assert all(isinstance(one, bytes) for arguments in given for one in arguments)
        return (function(*arguments) for arguments in given)


def test_an_engine_is_given_bytes() -> None:
    assert list(each(named, TABLES, Plain())) == EXPECTED
