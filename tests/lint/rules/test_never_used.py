"""A KL without a use."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(x, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    return x\n",
            ["KL205"],
        ),
        (
            "def f(x, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    return x + kl\n",
            [],
        ),
        (
            "def f(x, y, mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    loss = F.mse_loss(y, x)\n    loss.backward()\n    print(kl)\n",
            ["KL205"],
        ),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL205",)] == expected
