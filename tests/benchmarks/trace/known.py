"""A loss of a package, and what it is by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["CASES", "Known", "Kl", "case"]

Kl = tuple[str, str | None, float]
"""Of a KL, an estimator or a known quantity: its verdict, the reading of its head, its weight as reduced."""


@dataclass(frozen=True)
class Known:
    """A loss.

    Attributes:
        package: that computes it.
        name: of the loss.
        run: makes a step with a backward pass; of JAX a function of arrays.
        terms: its KL terms and estimators.
        codes: findings that are right.
        is_function: whether `run` is a function for `klcli.verify`.
    """

    package: str
    name: str
    run: Callable[..., Any]
    terms: tuple[Kl, ...]
    codes: tuple[str, ...] = ()
    is_function: bool = False


CASES: list[Known] = []


def case(
    package: str, *terms: Kl, codes: tuple[str, ...] = (), is_function: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a loss into the table."""

    def put(run: Callable[..., Any]) -> Callable[..., Any]:
        name = run.__name__.replace("_", " ")
        CASES.append(Known(package, name, run, terms, codes, is_function))
        return run

    return put
