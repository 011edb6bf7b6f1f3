"""Results as comma-separated values."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.formula.read.math_parser import parse
from klcli.render.csv import render


def test_values() -> None:
    rows: list[dict[str, object]] = [
        {"name": "A, B", "value": 0.1, "exact": True, "n": Fraction(3), "tree": parse("½ s")},
        {"name": 'the "KL"', "value": float("-inf"), "exact": None, "digits": Decimal("0.10")},
        {"value": float("nan"), "n": 1e300},
    ]
    assert render(rows) == (
        'name,value,exact,n,tree,digits\n"A, B",0.1,true,3,1/2 s,\n"the ""KL""",-inf,,,,0.10\n,,,1e+300,,\n'
    )


def test_nothing() -> None:
    assert render([]) == ""


names = st.text(min_size=1)


def test_columns_without_rows() -> None:
    assert render([], ["path", "line"]) == "path,line\n"
    assert render([{"code": 1, "line": 2}], ["path", "line"]) == "path,line,code\n,2,1\n"


@given(
    st.lists(names, min_size=1, max_size=4, unique=True).flatmap(
        lambda keys: st.lists(st.fixed_dictionaries({key: st.text() for key in keys}), min_size=1)
    )
)
def test_texts_come_back(rows: list[dict[str, str]]) -> None:
    assert list(csv.DictReader(StringIO(render(rows), newline=""))) == rows


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_floats_come_back(values: list[float]) -> None:
    found = csv.DictReader(StringIO(render([{"value": value} for value in values]), newline=""))
    assert [float(row["value"]) for row in found] == values


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError):
        render([{"a": [1]}])
