"""Places in a text of Python, and what is said of one that is none."""

from __future__ import annotations

import pytest

from klcli.formula.read.python_source import SourceText
from klcli.formula.read.syntax_errors import FormulaError


def test_places_count_characters_and_not_bytes() -> None:
    text = SourceText("μ * σ**2")
    node = text.expression()
    right = node.right  # type: ignore[attr-defined]
    assert text.place(right) == (4, 8)
    assert text.spelled(right) == "σ**2"


def test_line_ends_are_plain_and_of_the_same_length() -> None:
    text = SourceText("a = 1\r\nb = 2")
    assert len(text.text) == len("a = 1\r\nb = 2")
    assert len(text.statements()) == 2


@pytest.mark.parametrize(("source", "hint"), [("(a + b", "closing bracket"), ("a = b c", "right-hand side")])
def test_what_is_no_python(source: str, hint: str) -> None:
    with pytest.raises(FormulaError, match="not a Python expression") as caught:
        SourceText(source).expression()
    assert hint in caught.value.hint
