"""Numbers as people type and read them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text, number_text, parse_numeral, significant


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2", Fraction(6, 5)),
        (" -3 ", Fraction(-3)),
        ("1e-170", Fraction(1, 10**170)),
        ("+.5", Fraction(1, 2)),
        ("2.", Fraction(2)),
    ],
)
def test_what_is_read(text: str, value: Fraction) -> None:
    assert parse_numeral(text, "sigma") == value


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "an empty text"),
        ("nan", "only finite numbers"),
        ("-inf", "only finite numbers"),
        ("1_000", "1000"),
        ("١", "the digits 0 to 9"),
        ("1,2", "for example"),
        ("1e400", "logarithm"),
        ("1e-400", "logarithm"),
        ("1e99999999", "logarithm"),
        ("1" * 2000, "at most"),
    ],
)
def test_what_is_refused(text: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        parse_numeral(text, "sigma")
    assert hint in caught.value.hint
    assert "sigma" in str(caught.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_are_read_exactly(value: float) -> None:
    assert parse_numeral(repr(value), "x") == Fraction(repr(value))


@given(st.integers(-(10**25), 10**25), st.integers(-30, 30))
def test_a_decimal_is_written_so_that_it_is_read_back(whole: int, power: int) -> None:
    value = Fraction(whole) * Fraction(10) ** power
    assert Fraction(decimal_text(value)) == value
    assert Fraction(decimal_text(Decimal(whole).scaleb(power))) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(6, 5), "1.2"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 10**170), "-1e-170"),
        (Fraction(1500), "1500"),
        (Decimal("1e-1000000"), "1e-1000000"),
        (Decimal("-0.00"), "0"),
    ],
)
def test_how_it_is_written(value: Fraction | Decimal, text: str) -> None:
    assert decimal_text(value) == text


def test_significant_digits() -> None:
    assert significant(0.08267843) == "0.0826784"
    assert significant(1.5e-8) == "1.5e-08"
    assert significant(2.0, 3) == "2"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction("1.2"), "1.2"),
        (Fraction("1.00000000000000000001"), "1.00000000000000000001"),
        (Fraction(1, 3), "1/3"),
        (Fraction(3, 16), "0.1875"),
        (Fraction(-5), "-5"),
        (Fraction(0.1), "0.1"),
        (Fraction(-2.0 / 3), "-0.666667"),
        (Fraction(1e-300), "1e-300"),
    ],
)
def test_binary_floats_are_shown_with_six_digits(value: Fraction, text: str) -> None:
    assert number_text(value) == text
