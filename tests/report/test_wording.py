"""Phrases: every number with the right sign, digits and error."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klcli.report.wording import about, list_text, percent, with_error


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "= 0"), (0.08267844, "≈ 0.0826784"), (1.5e-8, "≈ 1.5e-08"), (None, "undefined")]
)
def test_about(value: float | None, text: str) -> None:
    assert about(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.0820234, 0.000476, "0.08202 ± 0.00048"),
        (390.98454, 0.00158, "390.9845 ± 0.0016"),
        (12.0, 3.0, "12.0 ± 3.0"),
        (0.0, 0.0, "0 ± 0"),
        (4.999178e239, 1.581e237, "(4.999 ± 0.016)e239"),
        (1.00002e-17, 1.4e-20, "(1.0000 ± 0.0014)e-17"),
        (12345.6, 120.0, "12350 ± 120"),
        (8.0376784416, 4.5e-9, "8.0376784416 ± 0.0000000045"),
    ],
)
def test_an_estimate_has_the_digits_of_its_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


@given(st.floats(-1e300, 1e300), st.floats(0, 1e300))
@example(0.0, 5e-324)
@example(1e300, 1e-300)
def test_any_estimate_can_be_said(value: float, error: float) -> None:
    assert "±" in with_error(value, error)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0288, "2.9 %"),
        (0.02801, "2.9 %"),
        (0.0992, "10 %"),
        (3.61e-14, "3.7e-12 %"),
        (1.5, "150 %"),
        (1.501, "151 %"),
        (120.0, "a factor of 121"),
        (120.01, "a factor of 122"),
    ],
)
def test_percent_rounds_up(share: float, text: str) -> None:
    assert percent(share) == text


def test_lists_are_shortened() -> None:
    assert list_text(["1"]) == "1"
    assert list_text(["1", "2", "3"]) == "(1, 2, 3)"
    assert list_text([str(n) for n in range(100)]) == "(0, 1, 2, 3, ...)"
