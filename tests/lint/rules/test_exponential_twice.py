"""An exponential of an exponential."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\ndef f(mu, s):\n    return kl(mu, torch.exp(s))\n",
            ["KL210"],
        ),
        (
            "def kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\ndef f(mu, s):\n    return kl(mu, s)\n",
            [],
        ),
        (
            "def kl(mu, var):\n    return 0.5 * (mu ** 2 + var - 1 - torch.log(var)).sum()\ndef f(mu, s):\n    return kl(mu, torch.exp(s))\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL210",)] == expected
