"""Estimators with a mistake."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def kl(logp, ref_logp):\n    return torch.exp(ref_logp - logp) + (ref_logp - logp) - 1\n",
            ["KL140"],
        ),
        ("def kl(logp, ref_logp):\n    return torch.exp(ref_logp - logp) - (ref_logp - logp) - 1\n", []),
        (
            "def kl(logp, ref_logp, tokens):\n    ratio = torch.exp(ref_logp - logp)\n"
            "    taken = ratio[torch.arange(len(tokens)), tokens]\n"
            "    return (taken - torch.log(taken) - 1).mean()\n",
            [],
        ),
    ],
    ids=[str(number) for number in range(3)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL140",)] == expected
