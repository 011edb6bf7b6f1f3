"""The derivation below a value: which steps carry it, and how they were checked."""

from __future__ import annotations

from math import log

import pytest

from klcli.gaussian.derivation import Derivation, derive
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.multivariate import derivation as of_matrices
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.compute_steps import step_records, steps
from klcli.report.document import Heading, Paragraph, Steps
from klcli.values import replace

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)
KL = (1.44 + 0.09 - 1) / 2 - log(1.2)
NUMBERS = derive(Q, P)
MATRICES = of_matrices.derive(PARAMETERIZATIONS["std"])[:3]
HERE = tuple(replace(row, step=replace(row.step, value=KL)) for row in MATRICES[:1]) + MATRICES[1:]


def test_records_have_the_value_where_a_step_has_one() -> None:
    records = step_records(NUMBERS, KL, "nats")
    assert [record["rule"] for record in records][-1] == "numbers put in"
    assert {record["value"] for record in records} == {KL}
    assert {record["case"] for record in records} == {None}
    assert str(records[-1]["formula"]).startswith("-1/2 (2 log(1.2) - 1.2^2 - 0.3^2 + 1)")
    assert r"\log" in str(records[-1]["latex"])


def test_those_of_matrices_say_for_what_they_hold() -> None:
    records = step_records(HERE, KL, "nats")
    assert [record["case"] for record in records] == ["any"] * 3
    assert [record["value"] for record in records] == [KL, None, None]


def test_in_bits_formulas_are_divided_by_log_2() -> None:
    (nats, *_), (bits, *_) = (step_records(HERE, KL, unit) for unit in ("nats", "bits"))
    assert nats["formula"] == "E_q[log q - log p]"
    assert bits["formula"] == "E_q[log q - log p]/log(2)"


def shown(derivation: Derivation | tuple[of_matrices.MatrixStep, ...]) -> tuple[list[str], str]:
    heading, listing, remark = steps(derivation, KL, "nats")
    assert isinstance(heading, Heading)
    assert heading.text == "steps"
    assert isinstance(listing, Steps)
    assert listing.subject == "KL(q || p)"
    assert isinstance(remark, Paragraph)
    assert isinstance(remark.text, str)
    return [step.value for step in listing.steps], remark.text


def test_the_value_stands_at_the_last_step_alone() -> None:
    values, remark = shown(NUMBERS)
    assert values == [""] * (len(values) - 1) + ["≈ 0.0826784 nats"]
    assert remark.startswith(f"each step equals the one before to {NUMBERS.digits} digits at ")
    assert remark.endswith(f"{NUMBERS.probes} points, and the closed form here")


def test_of_matrices_at_each_that_holds_here() -> None:
    values, remark = shown(HERE)
    assert values == ["≈ 0.0826784 nats", "", ""]
    assert "random Gaussians of its case" in remark


def test_too_many_digits_are_said() -> None:
    without = replace(NUMBERS, steps=tuple(replace(step, value=None) for step in NUMBERS.steps))
    values, remark = shown(without)
    assert set(values) == {""}
    assert remark.endswith("but takes too many digits to be put in here")


@pytest.mark.parametrize("none", [(), Derivation((), 3, 4)])
def test_no_steps_are_nothing(none: Derivation | tuple[of_matrices.MatrixStep, ...]) -> None:
    assert list(steps(none, KL, "nats")) == []
    assert step_records(none, KL, "nats") == []
