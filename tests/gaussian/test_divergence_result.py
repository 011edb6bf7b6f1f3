"""The units of closed forms."""

from __future__ import annotations

from math import log

import pytest

from klcli.formula.tree import Symbol
from klcli.formula.write.printing import to_text
from klcli.gaussian.divergence_result import NEAREST, ClosedForm, in_bits, per_unit


def test_doubles_in_nats_become_bits() -> None:
    found = in_bits(ClosedForm(3.0, 1.0, 2.0, error=1e-14, rounding=0.5, trace=7.0))
    assert found.value == pytest.approx(3 / log(2), rel=1e-15)
    assert (found.spread, found.shift) == (1 / log(2), 2 / log(2))
    assert (found.error, found.rounding, found.trace) == (1e-14 + 2 * NEAREST, 0.5 / log(2), 7.0)
    assert not found.is_nearest


def test_what_is_infinite_or_without_terms_stays_so() -> None:
    assert in_bits(ClosedForm(log(2), error=None)).value == 1
    assert in_bits(ClosedForm(log(2), error=None)).error is None
    assert in_bits(ClosedForm(float("inf"), float("inf"))).value == float("inf")


def test_a_formula_in_bits_is_divided() -> None:
    assert per_unit(Symbol("x"), "nats") == Symbol("x")
    assert to_text(per_unit(Symbol("x"), "bits")) == "x/log(2)"


def test_a_closed_form_is_nearest_where_nothing_else_is_said() -> None:
    assert ClosedForm(1.0).is_nearest
