"""The wrong direction."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    return 0.5 * ((1 + mu ** 2) / logvar.exp() - 1 + logvar).sum()\n",
            ["KL115"],
        ),
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
        (
            "def f(mu, logvar):\n    a = 0.5 * ((1 + mu ** 2) / logvar.exp() - 1 + logvar).sum()\n    b = 0.5 * (mu ** 2 + logvar.exp() - 1 - logvar).sum()\n    return a + b\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL115",)] == expected
