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


_EXCHANGED = "-0.5 * torch.sum(1 + mu - logvar ** 2 - mu.exp())"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f"def f(mu, logvar):\n    return {_EXCHANGED}\n", ["KL209"]),
        (f"def f(lts, rec):\n    return rec + sum({_EXCHANGED} for mu, logvar in lts)\n", ["KL209"]),
        (f"def f(lts, rec):\n    return rec + sum({_EXCHANGED} for logvar, mu in lts)\n", ["KL209"]),
        ("def f(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp())\n", []),
        (f"def f(mu, logvar):\n    return {_EXCHANGED}\ndef g(mu, logvar):\n    return f(logvar, mu)\n", []),
        (
            f"def f(mu, logvar):\n    z = logvar + torch.exp(mu / 2) * torch.randn_like(mu)\n    return z, {_EXCHANGED}\n",
            [],
        ),
        (
            f"def f(mu, logvar):\n    z = mu + torch.exp(logvar / 2) * torch.randn_like(mu)\n    return z, {_EXCHANGED}\n",
            ["KL201"],
        ),
        ("def f(a, b):\n    return -0.5 * torch.sum(1 + a - b ** 2 - a.exp())\n", []),
    ],
    ids=[
        "formula",
        "loop",
        "loop-exchanged",
        "right",
        "handed-rightly",
        "drawn-alike",
        "drawn-as-named",
        "no-names",
    ],
)
def test_formulas_that_exchange_what_names_say(source: str, expected: list[str]) -> None:
    assert codes(source) == expected
