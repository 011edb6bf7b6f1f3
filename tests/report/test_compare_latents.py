"""Several latents in words: the truth first, every formula beside it, a dash where there is no number."""

from __future__ import annotations

import pytest

from klcli.judge.several_latents import Latents, Summed
from klcli.report.compare_latents import latent_blocks
from klcli.report.document import CellTable, FactList, Heading, Paragraph

SUMS = (Summed("A", 1.25, 2.5, 0.625, 1.25), Summed("B", None, None, None, None))


def blocks(dimension: int) -> tuple[Heading, FactList, CellTable, Paragraph]:
    heading, facts, table, remark = latent_blocks(Latents(dimension, "N(m, v)", "N(0, I)", 0.5, SUMS))
    assert isinstance(heading, Heading)
    assert isinstance(facts, FactList)
    assert isinstance(table, CellTable)
    assert isinstance(remark, Paragraph)
    return heading, facts, table, remark


@pytest.mark.parametrize(("dimension", "count"), [(1, "one latent"), (2, "2 latents"), (7, "7 latents")])
def test_the_latents_are_counted(dimension: int, count: str) -> None:
    assert blocks(dimension)[0].text == f"the KL of the whole posterior, {count}"


def test_the_truth_and_both_distributions() -> None:
    facts = blocks(2)[1].facts
    assert [(one.label, one.value) for one in facts] == [
        ("posterior", "N(m, v)"),
        ("prior", "N(0, I)"),
        ("KL(q || p)", "≈ 0.5 nats"),
    ]


def test_every_formula_stands_below_the_truth() -> None:
    table = blocks(2)[2]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["KL", "0.5", "1", "", ""],
        ["A", "1.25", "2.5", "0.625", "1.25"],
        ["B", "–", "–", "–", "–"],
    ]
    assert [one.numeric for one in table.columns] == [False, True, True, True, True]


def test_ratios_have_four_digits_and_values_six() -> None:
    (row,) = list(latent_blocks(Latents(2, "", "", 1.0, (Summed("A", *[1.23456789] * 4),))))[2:3]
    assert isinstance(row, CellTable)
    assert [cell.text for cell in row.rows[1]] == ["A", "1.23457", "1.235", "1.23457", "1.235"]
