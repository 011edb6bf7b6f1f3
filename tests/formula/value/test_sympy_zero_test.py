"""Sympy decides within its time, or not at all."""

from __future__ import annotations

import threading
import time

import sympy

from klcli.formula.value.sympy_zero_test import vanishes

X = sympy.Symbol("x", positive=True)


def test_both_answers() -> None:
    assert vanishes(sympy.log(X**2) - 2 * sympy.log(X))
    assert vanishes((X + 1) ** 2 - X**2 - 2 * X - 1)
    assert not vanishes(sympy.log(X) - X)


def test_the_time_is_kept(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(sympy, "expand", lambda _: time.sleep(30))
    start = time.monotonic()
    assert not vanishes(X, seconds=0.2)
    assert time.monotonic() - start < 10


def test_it_works_in_other_threads() -> None:
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(vanishes(X - X)))
    thread.start()
    thread.join()
    assert answers == [True]
