"""Mean and head in each other's place."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\ndef f(mu, logvar):\n    return kl(logvar, mu)\n",
            ["KL209"],
        ),
        (
            "def kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\ndef f(mu, logvar):\n    return kl(mu, logvar)\n",
            [],
        ),
        (
            "def kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\ndef f(a, b):\n    return kl(a, b)\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL209",)] == expected
