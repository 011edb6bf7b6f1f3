"""Results as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite, isnan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.formula.read.math_parser import parse
from klcli.formula.tree import Tree
from klcli.render.json import render


@dataclass(frozen=True, slots=True)
class Inner:
    """A part of a result."""

    b: float
    a: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """A result with a value of every kind."""

    schema: str
    parts: tuple[Inner, ...]
    tree: Tree
    more: dict[str, object]


@dataclass(frozen=True)
class Named:
    """A result of which a part is no data."""

    code: str
    page: str

    IN_DATA = "code size"

    @property
    def size(self) -> int:
        return len(self.page)


def test_a_class_names_what_of_it_is_data() -> None:
    assert json.loads(render({"found": Named("KL101", "long")})) == {"found": {"code": "KL101", "size": 4}}


def fail(name: str) -> None:
    """Meets NaN and Infinity, which are no JSON."""
    raise AssertionError(name)


def read(text: str) -> Any:
    """A strict reader."""
    return json.loads(text, parse_constant=fail)


def test_a_result() -> None:
    result = Result(
        "klcli.test/1",
        (Inner(0.1, Fraction(1, 4)), Inner(float("inf"), Fraction(2))),
        parse("-½ σ²"),
        {"digits": Decimal("0.30"), "none": None, "yes": True, "µ": "µ"},
    )
    assert (
        render(result)
        == """\
{
  "schema": "klcli.test/1",
  "parts": [
    {
      "b": 0.1,
      "a": 0.25
    },
    {
      "b": {
        "value": null,
        "status": "infinite"
      },
      "a": 2
    }
  ],
  "tree": "-1/2 sigma^2",
  "more": {
    "digits": "0.30",
    "none": null,
    "yes": true,
    "\\u00b5": "\\u00b5"
  }
}
"""
    )


@pytest.mark.parametrize(
    ("value", "status"),
    [(float("inf"), "infinite"), (float("-inf"), "negative infinite"), (float("nan"), "undefined")],
)
def test_values_that_json_lacks(value: float, status: str) -> None:
    assert read(render([value])) == [{"value": None, "status": status}]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.fractions()
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.builds(Inner, inner, inner),
    max_leaves=8,
)


@given(values)
def test_always_one_strict_ascii_document(value: object) -> None:
    text = render(value)
    read(text)
    assert text.isascii()
    assert text.endswith("\n")


@given(st.floats())
def test_floats_keep_all_digits(value: float) -> None:
    found = read(render(value))
    assert found == value if isfinite(value) else found["value"] is None
    assert isnan(value) == (not isfinite(value) and found["status"] == "undefined")


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        render({"a": {1, 2}})
    with pytest.raises(TypeError, match="type"):
        render(Inner)
