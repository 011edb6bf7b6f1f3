"""What symbols do to a formula, found by changing them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.loss_context.symbol_influence import components, degree


def test_a_kl_beside_a_term_that_is_much_larger_keeps_its_weight() -> None:
    # The pixels of an image are 224 x 224 x 3; the KL is computed as it stands, and divided once.
    text = "bce + -0.5 * torch.sum(1 + lv - mu**2 - lv.exp()) / (gamma * (3*224*224))"
    found = verify(read_program(text, "python"))
    assert found.best.verdict.kl
    assert (found.kind, found.best.verdict.kl.scale) == ("scaled", Fraction(1, 224 * 224 * 3))
    assert (found.prepared.others, found.prepared.divisors) == (("bce",), ("gamma",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(m - 1)^2 + a", 2),
        ("1e-4*m^2 + a", 2),
        ("a*m + m", 1),
        ("m - m + a", 0),
        ("m^3 + m", None),
        ("exp(m)", None),
        ("m^4 - 10 m^3", None),
    ],
)
def test_the_degree_in_a_symbol(text: str, found: int | None) -> None:
    assert degree(read_program(text).tree, "m") == found


def test_symbols_whose_parts_are_added_are_in_groups_of_their_own() -> None:
    tree = read_program("mu^2 + exp(lv) - lv + a*b + 3*c*d^2 + d*exp(f) + 1").tree
    names = ["mu", "lv", "a", "b", "c", "d", "f"]
    assert components(tree, names) == [("mu",), ("lv",), ("a", "b"), ("c", "d", "f")]
    assert components(read_program("a + b - a*b").tree, ["a", "b"]) == [("a", "b")]
    assert components(read_program("(a + b)^2 - 2*a*b").tree, ["a", "b"]) == [("a",), ("b",)]
