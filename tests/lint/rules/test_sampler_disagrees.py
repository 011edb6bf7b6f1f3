"""A sample with another reading than its KL."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    z = mu + torch.exp(logvar) * torch.randn(3)\n    return z, -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            ["KL201"],
        ),
        (
            "def f(mu, logvar):\n    z = mu + torch.exp(0.5 * logvar) * torch.randn(3)\n    return z, -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
        (
            "def f(mu, logvar):\n    z = mu + torch.exp(logvar) * torch.rand(3)\n    return z, -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n",
            [],
        ),
        (
            "def f(m, s):\n    z = m + (F.softplus(s) + 0.1) * torch.randn(3)\n    return z, (0.5 * (m**2 + (F.softplus(s) + 0.1) ** 2 - 1) - torch.log(F.softplus(s) + 0.1)).sum(1).mean()\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(4)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL201",)] == expected


@pytest.mark.parametrize(
    "call", ["x @ ({})", "torch.mm(x, {})", "F.linear(x, {})", "self.act((x @ ({}) + self.b) / 2)"]
)
@pytest.mark.parametrize(("half", "expected"), [("", ["KL201"]), ("0.5 * ", [])])
def test_weights_that_are_drawn_where_they_are_multiplied(call: str, half: str, expected: list[str]) -> None:
    drawn = f"self.mu + torch.exp({half}self.logvar) * torch.randn_like(self.mu)"
    source = f"""
class Layer(nn.Module):
    def forward(self, x):
        return {call.format(drawn)}
    def kl(self):
        return 0.5 * torch.sum(self.mu**2 + torch.exp(self.logvar) - self.logvar - 1)
"""
    assert codes(source) == expected
