"""Formulas over several lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from klcli.formula.write.printing import to_text
from klcli.render.formula_lines import broken
from tests.render.documents import WRITTEN_OUT

FORMULA = to_text(WRITTEN_OUT, "unicode")


def test_a_formula_that_fits_is_left_alone() -> None:
    assert broken("a + b", 5) == "a + b"


def test_outer_operators_first() -> None:
    assert broken("(a + b) + (c + d + e) − f", 18) == "(a + b)\n  + (c + d + e)\n  − f"


def test_inner_operators_where_there_are_no_others() -> None:
    assert broken("= sum(a + b − c · d)", 14) == "= sum(a + b\n  − c · d)"


def test_without_operators_anywhere() -> None:
    assert broken("x" * 10, 6) == "xxxxxx\n  xxxx"


@given(st.integers(1, 120), st.text("ab() +−", max_size=60) | st.just(FORMULA))
def test_nothing_is_lost_and_lines_are_short(room: int, formula: str) -> None:
    lines = broken(formula, room).split("\n")
    assert "".join("".join(lines).split()) == "".join(formula.split())
    assert all(len(line) <= max(room, 3) for line in lines) or len(formula) <= room
