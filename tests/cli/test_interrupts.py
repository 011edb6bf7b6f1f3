"""Ctrl-C: told from other errors whatever Python made of it, and said with its status."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from klcli.cli import interrupts
from klcli.cli.interrupts import INTERRUPTED, interrupted, is_interrupt, listen


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(interrupts, "_pressed", False)
    yield
    signal.signal(signal.SIGINT, before)


def chained(*, cause: bool) -> BaseException:
    try:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as pressed:
            if cause:
                raise ValueError("other") from pressed
            raise RuntimeError("another")  # noqa: B904 - the context alone
    except (ValueError, RuntimeError) as error:
        return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyboardInterrupt(), True),
        (chained(cause=True), True),
        (chained(cause=False), True),
        (ValueError("plain"), False),
        (None, False),
    ],
)
def test_an_interrupt_may_stand_behind_another_error(error: BaseException | None, expected: bool) -> None:
    assert is_interrupt(error) is expected


def test_one_that_was_pressed_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "_pressed", True)
    assert is_interrupt(ValueError("can't load unicodedata module"))


def test_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert interrupted() == INTERRUPTED == 128 + signal.SIGINT
    found = capsys.readouterr()
    assert (found.out, found.err) == ("", "interrupted\n")


def test_somebody_elses_answer_is_left_alone() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listen()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_python_would_have_answered_and_now_it_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.unraisablehook", None)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    listen()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert is_interrupt(None)
