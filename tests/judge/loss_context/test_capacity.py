"""The C of |KL - C|: where one is found, and what is left without it."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read
from klcli.formula.traversal import unplaced
from klcli.judge.loss_context.capacity import capacity_of, within_capacity

KL = "(-0.5 * (1 + lv - mu**2 - exp(lv)))"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (f"abs({KL} - C)", "C"),
        (f"abs({KL} - 25)", "25"),
        (f"gamma * abs({KL} - C)", "C"),
        (f"rec + gamma * abs({KL} - C)", "C"),
        (f"-abs({KL} - C) / 2", "C"),
    ],
)
def test_a_capacity_is_found(text: str, limit: str) -> None:
    found = capacity_of(read(text))
    assert found is not None
    assert unplaced(found) == unplaced(read(limit))


@pytest.mark.parametrize(
    "text",
    [
        KL,
        "abs(mu - C)",  # a mean, and no whole KL
        "abs(mu * s - C)",  # without a logarithm or an exponential it is none
        f"abs({KL} - mu)",  # a symbol of the KL is no capacity
        f"abs({KL})",
        f"exp({KL} - C)",
        f"abs({KL} - 2*C)",
    ],
)
def test_what_is_no_capacity(text: str) -> None:
    assert capacity_of(read(text)) is None


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (f"abs({KL} - C)", KL),
        (f"rec + gamma * abs({KL} - C)", f"rec + gamma * {KL}"),
        (f"{KL} + abs(mu - C)", f"{KL} + abs(mu - C)"),
    ],
)
def test_what_is_held_to_it_stands_in_its_place(text: str, inside: str) -> None:
    assert unplaced(within_capacity(read(text))) == unplaced(read(inside))


def test_the_place_in_the_text_is_kept() -> None:
    text = f"rec + abs({KL} - C)"
    found = within_capacity(read(text))
    assert found.span == read(text).span
