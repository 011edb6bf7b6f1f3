"""Phrases: every number with the right sign, digits and error."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from klcli.formula.write.printing import to_text
from klcli.gaussian.distribution import Gaussian
from klcli.report.wording import about, list_text, normal_text, percent, reading_text, with_error


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


@pytest.mark.parametrize(
    ("mean", "head", "name", "normal", "reading"),
    [
        ("0.3", "1.44", "var", "N(0.3, 1.2^2)", "1.44 is a variance, so sigma = 1.2"),
        (0, 1, "std", "N(0, 1)", "1 is a standard deviation, so sigma = 1"),
        ([0, 0], [1, 1], "std", "N(0, 1)", "each of (1, 1) is a standard deviation, so sigma = (1, 1)"),
        (
            ["0.3", "-1"],
            [0, 2],
            "logvar",
            "N((0.3, -1), (1, 2.71828)^2)",
            "each of (0, 2) is a log-variance, so sigma ≈ (1, 2.71828)",
        ),
    ],
)
def test_gaussians(mean: object, head: object, name: str, normal: str, reading: str) -> None:
    gaussian = Gaussian.from_head(mean, head, name)  # type: ignore[arg-type]
    assert (
        "".join(part if isinstance(part, str) else to_text(part) for part in normal_text(gaussian)) == normal
    )
    assert reading_text(gaussian) == reading


@pytest.mark.parametrize(
    ("head", "name", "sigma"),
    [
        ("1.00000000000000001", "std", "= 1.00000000000000001"),
        ("1e-25", "logstd", "≈ 1.0000000000000000000000001"),
        ("-1500", "logvar", "≈ 1.90168e-326"),
        ("0.36", "logvar", "≈ 1.19722"),
        ("0", "logvar", "= 1"),
    ],
)
def test_a_rounded_sigma_is_not_said_to_be_exact(head: str, name: str, sigma: str) -> None:
    assert reading_text(Gaussian.from_head(0, head, name)).endswith(f"so sigma {sigma}")
