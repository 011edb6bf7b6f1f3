"""Whether a standard error is an error bar: the first reason against it, in the order in which they count."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace
from typing import Any

import pytest

from klcli.samples.ratio_sums import Tail
from klcli.samples.reliability import FINITE_VARIANCE, PRACTICAL, has_variance, reliability

K1: Any = SimpleNamespace(name="k1", unbiased=True)
K2: Any = SimpleNamespace(name="k2", unbiased=False)
PLAIN: Any = SimpleNamespace(least_rows=10, exponential=False, of=None)
EXPONENTIAL: Any = SimpleNamespace(least_rows=10, exponential=True, of=None)


def tail(shape: float | None, error: float = 0.01, *, bounded: bool = False) -> Tail:
    found: Any = SimpleNamespace(shape=shape, shape_error=error, bounded=bounded)
    return found


THIN = tail(0.1)


def sums(
    count: int = 1000, of: Tail = THIN, needed: float = 100, mean: float = 0.0, carrying: float = 5.0
) -> Any:
    return SimpleNamespace(
        carrying_rows=lambda name, of: carrying,
        count=count,
        log_ratio_tail=lambda: of,
        needed_rows=lambda name: needed,
        ratio=SimpleNamespace(mean=mean, standard_error=0.01),
    )


@pytest.mark.parametrize(
    ("row", "use", "given", "independent", "expected"),
    [
        (K1, PLAIN, sums(), True, ("valid", None)),
        (K2, PLAIN, sums(), True, ("biased", None)),
        (K1, PLAIN, sums(), False, ("dependent-rows", None)),
        (K2, PLAIN, sums(), False, ("biased", None)),
        (K1, PLAIN, sums(count=9), True, ("few-rows", 10)),
        (K1, PLAIN, sums(of=tail(0.6)), True, ("uncertain-tail", None)),
        (K1, PLAIN, sums(of=tail(0.7)), True, ("heavy-tail", None)),
        (K1, PLAIN, sums(of=tail(None)), True, ("few-rows", None)),
        (K1, PLAIN, sums(of=tail(None, bounded=True)), True, ("valid", None)),
        (K1, EXPONENTIAL, sums(), True, ("valid", None)),
        (K1, EXPONENTIAL, sums(needed=inf), True, ("heavy-tail", None)),
        (K1, EXPONENTIAL, sums(needed=1000.5), True, ("few-rows", 1001)),
        (K1, EXPONENTIAL, sums(mean=0.031), True, ("off-mean", None)),
        (K1, EXPONENTIAL, sums(mean=-0.029), True, ("valid", None)),
        (K1, PLAIN, sums(mean=0.5), True, ("valid", None)),
        (K1, PLAIN, sums(carrying=4.9), True, ("few-carry", None)),
        (K1, EXPONENTIAL, sums(carrying=4.9), True, ("few-carry", None)),
    ],
)
def test_the_first_reason_counts(
    row: Any, use: Any, given: Any, independent: bool, expected: tuple[str, int | None]
) -> None:
    assert reliability(row, use, given, independent=independent) == expected


@pytest.mark.parametrize(
    ("of", "margin", "expected"),
    [
        (tail(0.4, 0.04), 2, True),
        (tail(0.4, 0.06), 2, False),
        (tail(FINITE_VARIANCE, 0.0), 0, False),
        (tail(None, bounded=True), 2, True),
        (tail(None), 2, False),
    ],
)
def test_a_variance_is_finite_to_a_margin(of: Tail, margin: float, expected: bool) -> None:
    assert has_variance(of, margin) is expected


def test_an_average_is_no_error_bar_before_it_is_no_estimate() -> None:
    assert FINITE_VARIANCE < PRACTICAL
