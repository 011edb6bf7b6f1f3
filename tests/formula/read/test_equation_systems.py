"""Several equations, of which the last says what the names before are for."""

from __future__ import annotations

import pytest

from klcli.formula.read.equation_systems import read_equations
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.write.printing import to_text


def test_names_are_put_in_and_the_left_side_is_kept() -> None:
    found = read_equations("v = e^s; w = 2 v; KL = w - 1", frozenset(), matrices=False)
    assert (to_text(found.tree), found.left, [*found.helpers]) == ("2 e^s - 1", "KL", ["v", "w", "KL"])


def test_opaque_names_stay_symbols() -> None:
    found = read_equations("v = e^s; v - 1", frozenset({"v"}), matrices=False)
    assert (to_text(found.tree), found.left) == ("v - 1", "")


def test_lines_divide_where_there_are_equations() -> None:
    assert to_text(read_equations("v = e^s\nv + 1", frozenset(), matrices=False).tree) == "e^s + 1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" ; ", "no formula between"),
        ("a = b = c", "several equals signs"),
        ("a + b = 1; c", "only a name can be given a value"),
    ],
)
def test_what_is_none(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        read_equations(text, frozenset(), matrices=False)
