"""Noise that is not standard normal."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    z = mu + torch.exp(0.5 * logvar) * torch.rand(3)\n    return z, -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            ["KL202"],
        ),
        (
            "def f(mu, logvar):\n    z = mu + torch.exp(0.5 * logvar) * torch.randn(3)\n    return z, -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
        (
            "def f(mu, logvar):\n    z = mu + torch.exp(0.5 * logvar) * 0.1 * torch.randn(3)\n    return z, -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            ["KL203"],
        ),
        ("def f(x, y):\n    return x + torch.exp(y) * torch.rand(3)\n", []),
        ("def f(mu, logvar):\n    return mu + torch.exp(logvar) * 0.5 * torch.randn(3)\n", ["KL203"]),
    ],
    ids=[str(number) for number in range(5)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL202", "KL203")] == expected
