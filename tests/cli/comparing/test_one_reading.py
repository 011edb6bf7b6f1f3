"""``compare --param``: which formulas are compared, at which head, beside which truth."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.cli.comparing.one_reading import ComparisonOptions, compared
from klcli.cli.comparing.points import point_of
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.report import Report
from klcli.witness.examination import Examination, examine
from tests.cli.comparing.test_points import numbers, options

STANDARD = Gaussian.from_head(0, 1)


def report(reading: str, *formulas: str, mu: str = "0.3", sigma: str = "1.2", **given: Any) -> Report:
    typed = options(**given.pop("typed", {}))
    known = {"every": False, "expect": None, "options": typed, "full": True} | given
    row = PARAMETERIZATIONS[reading]
    point = point_of(row, numbers(*mu.split()), numbers(*sigma.split()), typed)

    def examined(q: Gaussian) -> Examination:
        assert (q.mean, q.spread.sigma()) == (numbers("0.3"), (float(sigma.split()[0]),))
        return examine(q, STANDARD, samples=1000)

    return compared(row, point, ComparisonOptions(formulas, **known), examined)


def test_the_formulas_met_online_and_those_that_were_typed() -> None:
    found = report("var", "mine=0.5 * (s + mu**2 - 1 - log(s))")
    assert [one["name"] for one in found.data.formulas] == ["A", "B", "C", "D", "mine"]
    assert found.data.exact == ("B", "mine")
    assert (found.data.point.head, found.data.expect, found.data.latents) == (1.44, None, None)
    assert found.data.table == ()
    assert found.is_pictured


@pytest.mark.parametrize(("expect", "holds"), [("B", True), ("A", False), ("mine", True), ("twice", False)])
def test_an_expectation_is_held_against_the_reading(expect: str, holds: bool) -> None:
    kl = "0.5 * (s + mu**2 - 1 - log(s))"
    found = report("var", f"mine={kl}", f"twice=2 * {kl}", expect=expect)
    assert found.holds is holds
    assert (found.data.expect.name, found.data.expect.holds) == (expect, holds)


def test_an_expectation_is_one_for_the_prior_that_was_typed() -> None:
    """(s^2 + (mu - 1)^2)/8 - log s + log 2 - 1/2 is the KL to N(1, 4)."""
    text = "mine=(s^2 + (mu - 1)^2)/8 - log s + log 2 - 1/2"
    prior = {"prior_mu": numbers("1"), "prior_sigma": numbers("2")}
    assert report("std", text, expect="mine", typed=prior).holds
    assert not report("std", text, expect="mine").holds
    assert not report("std", text, expect="A", typed=prior).holds


def test_several_latents_are_summed_and_compared_at_the_first() -> None:
    found = report("std", mu="0.3 0", sigma="1.2 1")
    assert found.data.latents.dimension == 2
    (first, *_) = found.data.latents.formulas
    assert first.value == pytest.approx(found.data.truth.value)  # the second is the prior itself


def test_every_reading_of_what_has_values() -> None:
    """An estimator of log-probabilities has none at means and heads."""
    found = report("std", "k1=logprobs - ref_logprobs", every=True)
    assert {one.name for one in found.data.table} == set("ABCD")
    assert {one.parameterization for one in found.data.table} == set(PARAMETERIZATIONS)


@pytest.mark.parametrize(
    ("reading", "sigma", "given", "message"),
    [
        ("sigmoid", "1.2", {}, "no head stands for sigma = 1.2"),
        ("std", "1.2", {"expect": "Z"}, "--expect Z: there is no such formula"),
    ],
)
def test_what_cannot_be_compared(reading: str, sigma: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(KlcliError, match=message):
        report(reading, sigma=sigma, **given)


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(KlcliError, match="there is a formula A already"):
        report("std", "A=s")


def test_a_short_report_is_short() -> None:
    assert not report("std", full=False).is_pictured
