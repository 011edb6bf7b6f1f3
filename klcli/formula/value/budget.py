"""Work that is counted: a bound on it is the same on every machine, however busy, where one on time is not.

The unit is one operation on one number in doubles. Whoever evaluates spends; nobody is refused who has no
budget. What is remembered from before costs nothing, so that a budget begins with nothing remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from math import inf
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class SpentError(BaseException):
    """More work is needed than was allowed. No exception that who works may think its own."""


class _Purse:
    """What was spent in all, and how much that may become."""

    spent = 0
    limit = inf


_forgetting: list[Callable[[], None]] = []


def spend(work: int) -> None:
    """Count some work.

    Raises:
        SpentError: the budget is exceeded.
    """
    _Purse.spent += work
    if _Purse.spent > _Purse.limit:
        raise SpentError


def spent() -> int:
    """The work counted so far in this process."""
    return _Purse.spent


@contextmanager
def at_most(work: int) -> Iterator[None]:
    """Allow so much work and no more, with nothing remembered; it counts in a budget around it, too."""
    for forget in _forgetting:
        forget()
    before, _Purse.limit = _Purse.limit, min(_Purse.limit, _Purse.spent + work)
    try:
        yield
    finally:
        _Purse.limit = before


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember the last results of a function, until a budget begins."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        found = lru_cache(maxsize=most)(function)
        _forgetting.append(found.cache_clear)
        return cast(Callable[P, T], found)

    return decorate
