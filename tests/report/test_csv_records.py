"""Records out of results."""

from __future__ import annotations

import dataclasses

import pytest

from klcli.report.csv_records import fields_of, names_of, own_fields
from klcli.witness.estimate import Estimate


def test_fields_by_their_names_in_the_order_asked_for() -> None:
    row = fields_of(3 + 4j, "imag real")
    assert list(row.items()) == [("imag", 4.0), ("real", 3.0)]
    with pytest.raises(AttributeError, match="no_such"):
        fields_of(3 + 4j, "real no_such")


def test_the_names_are_those_of_the_standard_library() -> None:
    found = Estimate(1.0, 0.1, 0.0, "k1", 10)
    names = [field.name for field in dataclasses.fields(Estimate)]
    assert list(names_of(Estimate)) == names
    assert own_fields(found) == {name: getattr(found, name) for name in names}
