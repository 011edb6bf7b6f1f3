"""What is called a KL and is none."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - (mu * logvar.exp()).pow(2), dim=1)\n    return kl\n",
            ["KL100"],
        ),
        (
            "def f(mu, logvar):\n    x = -0.5 * torch.sum(1 + logvar - (mu * logvar.exp()).pow(2), dim=1)\n    return x\n",
            [],
        ),
        (
            "def f(mu, logvar):\n    kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()\n    return kl\n",
            [],
        ),
        (
            "def f(mu_s, lv_s, lv_c):\n    kl = -0.5 * (1 + lv_s - mu_s**2 - lv_c.exp()).sum()\n    return kl\n",
            ["KL100"],
        ),
    ],
    ids=[str(number) for number in range(4)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL100",)] == expected


_LAPLACE = "kl = (-0.5 * (1 + logvar) + math.log(2 * self.scale) + abs_mean / self.scale).sum(-1)"
"""KL(N || Laplace(0, scale)) but for a constant, of the mean of |x|."""


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("abs_mean, logvar = self.encoder(x)", ["KL100"]),
        (
            "mu, logvar = self.encoder(x)\n        std = (0.5 * logvar).exp()\n        abs_mean = std * 0.798 *"
            " torch.exp(-0.5 * mu**2 / std**2) + mu * torch.erf(mu / (1.414 * std))",
            [],
        ),
    ],
)
def test_a_symbol_that_an_unread_formula_makes_of_the_others_is_no_mean(
    made: str, expected: list[str]
) -> None:
    assert (
        codes(f"class M:\n    def f(self, x):\n        {made}\n        {_LAPLACE}\n        return kl\n")
        == expected
    )
