"""Weights and other terms taken out of a program: what is left, what weighs all, what weighs a part."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read
from klcli.formula.traversal import unplaced
from klcli.formula.write.printing import to_text
from klcli.judge.loss_context.isolation import Isolated, Weight, isolated, product

LATENT = ("mu", "lv")


def taken(text: str, *passive: str) -> Isolated:
    return isolated(read(text), LATENT, passive)


KL = "(mu^2 + exp(lv) - lv - 1)/2"


@pytest.mark.parametrize(
    ("text", "passive", "left", "weights", "others"),
    [
        (KL, (), KL, [], []),
        (f"beta * ({KL})", ("beta",), f"1 * ({KL})", ["beta"], []),
        (f"({KL}) / n", ("n",), f"({KL}) / 1", ["/n"], []),
        (f"beta * ({KL}) / n", ("beta", "n"), f"1 * ({KL}) / 1", ["beta", "/n"], []),
        (f"rec + beta * ({KL})", ("rec", "beta"), f"0 + 1 * ({KL})", ["beta"], ["rec"]),
        (f"rec - ({KL})", ("rec",), f"0 - ({KL})", [], ["rec"]),
        (f"beta * (rec + ({KL}))", ("rec", "beta"), f"1 * (0 + ({KL}))", ["beta"], ["rec"]),
        ("w mu^2/2 + w (exp(lv) - lv - 1)/2", ("w",), "1 mu^2/2 + 1 (exp(lv) - lv - 1)/2", ["w"], []),
        (f"a / b * ({KL})", ("a", "b"), f"1 / 1 * ({KL})", ["a", "/b"], []),
    ],
)
def test_what_is_around_is_taken_out(
    text: str, passive: tuple[str, ...], left: str, weights: list[str], others: list[str]
) -> None:
    found = taken(text, *passive)
    assert unplaced(found.tree) == unplaced(read(left))
    assert ["/" * one.divides + one.text for one in found.weights] == weights
    assert [to_text(one) for one in found.others] == others
    assert found.parts == ()


def test_what_weighs_some_of_the_terms_is_no_weight_of_the_whole() -> None:
    found = taken("w mu^2/2 + (exp(lv) - lv - 1)/2", "w")
    assert found.weights == ()
    assert [one.text for one in found.parts] == ["w"]


def test_a_constant_may_have_the_weight_of_the_whole() -> None:
    """w (mu^2 + e^lv - lv) - w is w times the KL, twice, and no other term -w."""
    found = taken("w (mu^2 + exp(lv) - lv) - w", "w")
    assert unplaced(found.tree) == unplaced(read("1 (mu^2 + exp(lv) - lv) - 1"))
    assert [one.text for one in found.weights] == ["w"]
    assert found.others == ()


def test_places_in_the_text_are_kept() -> None:
    text = f"rec + beta * ({KL})"
    assert taken(text, "rec", "beta").tree.span == read(text).span


def test_a_product_multiplies_and_divides() -> None:
    weights = (Weight(read("a")), Weight(read("b"), divides=True))
    assert unplaced(product(weights)) == unplaced(read("1 a / b"))


@pytest.mark.parametrize(
    ("text", "has_sign", "turned"),
    [("beta", True, "(-beta)"), ("a^2 + 1", True, None), ("a - b", False, "(b − a)"), ("exp(a)", True, None)],
)
def test_the_sign_of_a_weight(text: str, has_sign: bool, turned: str | None) -> None:
    weight = Weight(read(text))
    assert weight.has_sign is has_sign
    if turned:
        assert weight.turned.replace("-", "−") == turned.replace("-", "−")
