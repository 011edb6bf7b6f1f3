"""Gradients that are stopped."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar.detach() - mu ** 2 - logvar.exp())\n",
            ["KL134"],
        ),
        (
            "def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(2)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL134",)] == expected
