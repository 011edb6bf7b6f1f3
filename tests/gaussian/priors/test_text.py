"""The text of a prior: what the grammar takes, what it refuses and where, and that nothing else ever happens."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.formula.read.syntax_errors import FormulaError
from klcli.gaussian.priors.text import parse_prior


def test_a_mixture() -> None:
    found = parse_prior("mixture: 0.3*N(-1, 0.1) + 0.7*N(1, 0.5)")
    assert found.mixture
    assert [term.weight for term in found.terms] == [Fraction(3, 10), Fraction(7, 10)]
    assert [found.written(term.distribution) for term in found.terms] == ["N(-1, 0.1)", "N(1, 0.5)"]
    values = [argument.value.numbers for argument in found.terms[0].distribution.arguments]
    assert values == [(Fraction(-1),), (Fraction(1, 10),)]


@pytest.mark.parametrize(
    ("text", "numbers", "squared"),
    [
        ("N(0, 0.1^2)", (Fraction(1, 10),), True),
        ("N(0, 0.1**2)", (Fraction(1, 10),), True),
        ("N(0, 0.1²)", (Fraction(1, 10),), True),
        ("N(0, (1, 2)^2)", (Fraction(1), Fraction(2)), True),
        ("N(0,(1,-2e-3))", (Fraction(1), Fraction(-2, 1000)), False),
        ("N(0, +1/3)", (Fraction(1, 3),), False),
        ("N(0, −2)", (Fraction(-2),), False),
        ("N(0, .5)", (Fraction(1, 2),), False),
    ],
)
def test_values(text: str, numbers: tuple[Fraction, ...], squared: bool) -> None:
    value = parse_prior(text).terms[0].distribution.arguments[1].value
    assert (value.numbers, value.squared) == (numbers, squared)


def test_names_and_empty_brackets() -> None:
    (term,) = parse_prior("t(df=3, loc = 0)").terms
    assert [argument.name for argument in term.distribution.arguments] == ["df", "loc"]
    assert parse_prior("cauchy").terms == parse_prior("cauchy").terms
    assert parse_prior("cauchy()").terms[0].distribution.arguments == ()


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("N(0, 1", "',' or ')' is expected in the prior, not the end", 6),
        ("N(0 1)", "',' or ')' is expected", 4),
        ("N(nan, 1)", "'=' is expected", 5),
        ("N(mu=inf, 1)", "a number is expected in the prior, not 'inf'", 5),
        ("0.3 N(0, 1)", "'*' between a weight and its distribution is expected", 4),
        ("0.3*N(0,1) - 0.7*N(1,1)", "weights are positive", 11),
        ("N(0,1) + ", "a distribution is expected in the prior, not the end", 9),
        ("N(0,1) N(1,1)", "'+' or the end is expected", 7),
        ("N(0,1); import os", "unexpected sign", 6),
        ("__import__('os')", "unexpected sign", 11),
        ("N(0, 1/0)", "divided by 0", 7),
        ("N(0, 1e999)", "outside of the range of doubles", 5),
        ("N(0, ())", "a number is expected", 6),
        ("N((((1))), 1)", "a number is expected", 3),
        ("mixture:", "a distribution is expected", 8),
        ("N(0, 0.1^3)", "unexpected sign", 8),
        ("N(0, ١)", "unexpected sign", 5),
        ("N(0,\u200b1)", "unexpected sign", 4),
    ],
)
def test_errors_show_the_place(text: str, message: str, place: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_prior(text)
    assert message in caught.value.message
    assert caught.value.position == place
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("N(0,1)+" * 1000 + "N(0,1)", "7,006 characters"),
        ("+".join(["0.005*N(0,1)"] * 200), "200 components; at most 100"),
    ],
)
def test_other_limits(text: str, message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        parse_prior(text)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(["N", "(", ")", ",", "+", "*", "/", "=", ":", "0.3", "1", "-", "^2", "t", "mixture"])
    ).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(KlcliError):
        assert parse_prior(text).terms
