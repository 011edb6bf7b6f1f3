"""Results of which only the shape is looked at."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.findings.shape_only_results import is_only_checked_for_shape


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assert kl(p, q).shape == (3,)", True),
        ("k = kl(p, q)\n    self.assertEqual(k.shape, (3,))", True),
        ("k = kl(p, q).sum(-1)\n    assert k.size() == () and k.dim() == 0", True),
        ("k = kl(p, q)\n    assert k.shape == () and k > 0", False),
        ("return kl(p, q)", False),
        ("k = kl(p, q)", False),
    ],
)
def test_shapes(body: str, expected: bool) -> None:
    around = ast.parse(f"def test(self, p, q):\n    {body}\n")
    call = next(
        node
        for node in ast.walk(around)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "kl"
    )
    assert is_only_checked_for_shape(call, around) == expected
