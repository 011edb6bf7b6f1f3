"""A prior of the variance e."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    return 0.5 * (1.0 - logvar + (logvar.exp() + mu ** 2) / math.exp(1.0) - 1)\n",
            ["KL208"],
        ),
        (
            "def f(mu, logvar):\n    return 0.5 * (0.0 - logvar + (logvar.exp() + mu ** 2) / math.exp(0.0) - 1)\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(2)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL208",)] == expected
