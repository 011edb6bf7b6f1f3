"""Typed factors that the program multiplies with a weight before its arrays see them."""

from __future__ import annotations

from pathlib import Path

import pytest

import klcli
from klcli.trace.recording import Place
from klcli.trace.typed_factors import is_weighed
from tests.trace.losses import heads


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kl = -0.5 * beta * torch.sum(1 + s - mu * mu - s.exp())", True),
        ("kl = beta * (-0.5) * rows.sum()", True),
        ("kl = beta * step / 10 / 2 * 10 * rows", True),
        ("kl = rows * beta / 2", True),
        ("loss = torch.mean(rec + 1 / 2 * beta * rows)", True),
        ("loss = rec + beta * rows", False),
        ("loss = 0.5 * weight * rec + beta * rows", False),
        ("loss = 0.5 * rec + beta * rows", False),
        ("kl = 0.5 * rows", False),
        ("kl = beta / 0 * rows", False),
        ("kl = (", False),
    ],
)
def test_a_factor_is_typed_in_a_product_with_a_weight(line: str, *, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / "line.py"
    path.write_text(f"def loss():\n    {line}\n")
    assert is_weighed(Place(str(path), 2, "loss"), 0.5) is expected


def test_there_is_no_line_to_be_read() -> None:
    assert not is_weighed(None, 0.5)
    assert not is_weighed(Place("<stdin>", 1, "loss"), 0.5)


def test_the_rest_of_a_product_is_a_weight() -> None:
    beta = 4.0
    with klcli.watch() as seen:
        mu, logvar = heads()
        rows = (mu**2 + logvar.exp() - 1 - logvar).sum(1)
        (0.5 * beta * rows.mean()).backward(retain_graph=True)
        (beta * rows.mean()).backward()
    assert [(term.verdict, term.weight) for term in seen.terms] == [("exact", 4.0), ("scaled", 8.0)]
