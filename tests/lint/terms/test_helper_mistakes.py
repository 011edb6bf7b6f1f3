"""Mistakes in KLs whose heads are computed by what is no reading."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes

_WRONG = "-0.5 * torch.sum(1 + torch.log(std) - mu**2 - std**2)"
_TWO = "(torch.log(std_p / std) + (std**2 + (mu - mu_p)**2) / (2 * std_p{}) - 0.5).sum()"


@pytest.mark.parametrize(
    ("std", "kl", "expected"),
    [
        ("F.softplus(raw - 5)", f"kl = {_WRONG}", ["KL101"]),
        ("F.softplus(raw - 5)", f"kl = {_WRONG.replace('torch.log', '2 * torch.log')}", []),
        ("0.1 + 0.9 * torch.sigmoid(raw)", f"kl = {_WRONG}", ["KL101"]),
        ("F.softplus(raw - 5)", f"x = {_WRONG}", []),  # nothing says that it is meant to be a KL
        ("F.softplus(raw - 5)", f"std_p = F.softplus(h - 5); kl = {_TWO.format('')}", ["KL103"]),
        ("F.softplus(raw - 5)", f"std_p = F.softplus(h - 5); kl = {_TWO.format('**2')}", []),
        # Right for a variance, whatever it is called: no mistake of a standard deviation.
        ("F.softplus(raw - 5)", "kl = 0.5 * torch.sum(std + mu**2 - 1 - torch.log(std))", []),
    ],
)
def test_both_sides(std: str, kl: str, expected: list[str]) -> None:
    source = f"def f(mu, raw, mu_p, h):\n    std = {std}\n    {kl}\n    return kl\n"
    assert [code for code in codes(source) if code not in ("KL207", "KL211")] == expected


def test_a_function_that_makes_the_deviation_is_followed() -> None:
    source = f"""
def deviation(raw):
    return F.softplus(raw - 5)

def f(mu, raw):
    std = deviation(raw)
    kl = {_WRONG}
    return kl
"""
    assert codes(source) == ["KL101"]
