"""What the sums of a program do where a count has no sure name: what it has to be is said."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.loss_context.preparation import prepare

KL = "0.5 * torch.sum(mu**2 + torch.exp(lv) - lv{})"


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("0.5 * (torch.sum(mu**2 + torch.exp(lv) - lv, dim=1) - n)", "n = d"),
        ("0.5 * (torch.sum(mu**2 + torch.exp(lv) - lv) - n)", "n = B d"),
    ],
)
def test_an_unsure_count_is_what_makes_the_sum_plain(text: str, layout: str) -> None:
    """The constant 1 of each entry, added up: d for one example's latents, B d for all entries."""
    found = prepare(read_program(text, "python")).reductions
    assert found.is_plain
    assert layout in found.layout


def test_a_count_with_a_name_is_that_alone() -> None:
    text = "0.5 * (torch.sum(mu**2 + torch.exp(lv) - lv) - batch_size)"
    found = prepare(read_program(text, "python")).reductions
    assert "batch_size =" not in found.layout
    assert found.constant is not None
    assert found.constant.terms, "B stands where B d belongs"


def test_without_counts_nothing_is_said() -> None:
    found = prepare(read_program("torch.sum(0.5 * (mu**2 + torch.exp(lv) - lv - 1))", "python")).reductions
    assert (found.name, found.layout, found.is_plain) == ("sum", "", True)
