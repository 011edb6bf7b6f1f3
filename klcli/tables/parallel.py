"""What is found in each of many tables, one after the other or by the workers of an executor."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

from klcli.tables.inputs import Input

T = TypeVar("T")


def each(function: Callable[[Input], T], tables: Sequence[Input], executor: Executor | None) -> Iterator[T]:
    """What a function finds in each table, in their order.

    Args:
        function: of a table; it and what it finds go through pickle where an executor works.
        tables: any number.
        executor: of ``concurrent.futures`` or one like it, whose workers see the files; None for a loop.
    """
    if executor is None:
        return map(function, tables)
    # As bytes: an engine that looks at what it is given, to name it, does not know this project's values.
    return executor.map(_called, [pickle.dumps((function, table)) for table in tables])


def _called(packed: bytes) -> Any:
    """What a function finds in a table, both as this process packed them for a worker."""
    function, table = pickle.loads(packed)
    return function(table)
