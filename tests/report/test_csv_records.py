"""Records out of results."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import pytest

from klcli.report.csv_records import fields_of, names_of, own_fields
from klcli.witness.estimate import Estimate


class Witness(NamedTuple):
    value: float


class Case(NamedTuple):
    first: Witness
    second: Witness | None


def test_fields_by_their_names_in_the_order_asked_for() -> None:
    row = fields_of(3 + 4j, "imag real")
    assert list(row.items()) == [("imag", 4.0), ("real", 3.0)]
    with pytest.raises(AttributeError, match="no_such"):
        fields_of(3 + 4j, "real no_such")


def test_a_part_of_a_field_has_a_name_of_its_own() -> None:
    case = Case(Witness(2.0), None)
    row = fields_of(case, "whole=first value=first.value missing=second.value second")
    assert list(row.items()) == [("whole", case.first), ("value", 2.0), ("missing", None), ("second", None)]
    with pytest.raises(AttributeError, match="no_such"):
        fields_of(case, "value=first.no_such")
    assert fields_of(None, "value=first.value third") == {"value": None, "third": None}


def test_the_names_are_those_of_the_standard_library() -> None:
    found = Estimate(1.0, 0.1, 0.0, "k1", 10)
    names = [field.name for field in dataclasses.fields(Estimate)]
    assert list(names_of(Estimate)) == names
    assert own_fields(found) == {name: getattr(found, name) for name in names}
