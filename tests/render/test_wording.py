"""What several formats share."""

from __future__ import annotations

from klcli.formula.read.math_parser import parse
from klcli.formula.write.printing import to_text
from klcli.render.wording import as_table, spell, without_picture
from klcli.report.document import Axis, Cell, CellTable, ColumnHead, Fact, FactList, Plot


def test_words_and_formulas_are_spelled_apart() -> None:
    text = ("the head\n", parse("s^2"), " is \x07")
    assert spell(text, str.upper, to_text) == "THE HEAD s^2 IS \\X07"
    assert spell("word", str.upper, to_text) == "WORD"


def test_facts_as_a_table() -> None:
    fact = Fact("KL", "0.08", "closed form", "strong")
    row = (Cell("KL"), Cell("0.08", "strong"), Cell("closed form"))
    assert as_table(FactList((fact,))) == CellTable((ColumnHead(""),) * 3, (row,))
    assert as_table(FactList((Fact("KL", "0.08"),))) == CellTable(
        (ColumnHead(""),) * 2, ((Cell("KL"), Cell("0.08")),)
    )


def test_without_picture() -> None:
    assert without_picture(Plot("penalty", Axis(""), Axis(""), ())).startswith("plot: penalty (")
