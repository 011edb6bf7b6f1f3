"""The conditions of verdicts, in one note."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from tests.lint.sources import codes, module


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(mu, var):\n    return 0.5 * torch.sum(mu ** 2 + var - torch.log(var + 1e-8) - 1)\n",
            ["KL211"],
        ),
        ("def f(mu, var):\n    return 0.5 * torch.sum(mu ** 2 + var - torch.log(var) - 1)\n", []),
    ],
    ids=[str(number) for number in range(2)],
)
def test_both_sides(source: str, expected: list[str]) -> None:
    assert [code for code in codes(source) if code in ("KL211",)] == expected


@pytest.mark.parametrize(("default", "holds"), [("0.5", False), ("1e-4", False), ("1e-8", True)])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_small_number_is_what_it_is_by_default(default: str, holds: bool, sign: str) -> None:
    kl = f"{sign}0.5 * torch.sum(mu ** 2 + var - torch.log(var + eps) - 1)"
    (found,) = linted(module(f"def f(mu, var, eps={default}):\n    return {kl}\n")).terms
    assert [one.passes for one in found.conditions] == [holds]
