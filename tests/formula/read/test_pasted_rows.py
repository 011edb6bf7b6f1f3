"""Rows of pasted mathematics: what goes on, and what is an equation of its own."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.write.printing import to_text

ROWS = [
    # rows, formula
    ("KL &= \\frac12 s \\\\\n &\\quad + \\mu \\nonumber \\\\\n &\\quad - \\frac12", "1/2 s + mu - 1/2"),
    ("KL = \\log s\n  + \\mu\n  - 1", "log s + mu - 1"),
    ("KL = log s\n  + μ²\n  − 1", "log s + mu^2 - 1"),
    ("KL = \\mu +\n s", "mu + s"),
    ("\\sigma &= e^{s} \\\\ KL &= \\sigma - s", "e^s - s"),
    ("\\sigma = e^{s}\nKL = \\sigma\n  - s", "e^s - s"),
    ("\\sigma = e^{s}\n-\\sigma + s", "-e^s + s"),
    ("v = e^s\n- v + s", "-e^s + s"),
    (r"KL = \Big( s \\ + \mu \Big)", "s + mu"),
    (r"KL = s \\[4pt] - \mu", "s - mu"),
    ("\\mathcal{L} = D_{KL}(q\\|p)\n = \\mu + s", "mu + s"),
]


@pytest.mark.parametrize(("text", "formula"), ROWS)
def test_rows_go_on_or_are_equations_of_their_own(text: str, formula: str) -> None:
    assert to_text(read_program(text).tree) == formula


def test_signs_of_mathematics_in_a_comment_join_no_rows() -> None:
    text = "# KL: 0.5 * (μ² + s)\nkl = 0.5 * (\n    mu**2  # μ²\n    + s\n)"
    assert to_text(read_program(text).tree) == "0.5 (mu^2 + s)"
