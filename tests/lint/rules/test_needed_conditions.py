"""The conditions of verdicts, in one note."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes


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
