"""A KL that the loss takes away."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(rec, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = rec - kl\n    loss.backward()\n",
            ["KL204"],
        ),
        (
            "def f(rec, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = rec + kl\n    loss.backward()\n",
            [],
        ),
        (
            "def f(rec, mu, logvar):\n    kl = 0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = rec + kl\n    loss.backward()\n",
            ["KL204"],
        ),
        (
            "def elbo(rec, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    return rec - kl\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(4)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL204",)] == expected
