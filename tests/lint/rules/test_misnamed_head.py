"""A name of another reading."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(mu, sigma):\n    return -0.5 * (1 + sigma - mu ** 2 - sigma.exp()).sum()\n", ["KL207"]),
        ("def f(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - s.exp()).sum()\n", []),
        (
            "def f(mu, sigma):\n    sigma = sigma.log()\n    return -0.5 * (1 + sigma - mu ** 2 - sigma.exp()).sum()\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL207",)] == expected
