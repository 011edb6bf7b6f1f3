"""``--max``, ``--expect`` and ``--tolerance``: a number to hold a divergence against."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from klcli.cli.options.divergence_limits import TypedNumber, number_of
from tests.cli.conftest import Klcli, Result

VALUE = 0.08267844320604538  # of KL(N(0.3, 1.2^2) || N(0, 1)), as tests/cli/commands/test_compute.py has it


def compute(klcli: Klcli, *options: str) -> Result:
    point = ("--mu", "0.3", "--sigma", "1.2", "--samples", "2000", "--steps", "none")
    return klcli("compute", *point, *options)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--max", "0.1"), 0),
        (("--max", "0.0826"), 1),
        (("--max", "-1"), 1),
        (("--expect", "0.0827"), 0),
        (("--expect", "0.0826"), 1),
        (("--expect", "8.27e-2"), 0),
        (("--expect", "0.08"), 0),
        (("--expect", "0.0827", "--tolerance", "1e-4"), 0),
        (("--expect", "0.0827", "--tolerance", "1e-5"), 1),
        (("--expect", "0.0827", "--tolerance", "0"), 1),
        (("--expect", "0.0827", "--max", "0.05"), 1),
        (("--unit", "bits", "--expect", "0.11928"), 0),
        (("--unit", "bits", "--expect", "0.0827"), 1),
    ],
)
def test_the_status(klcli: Klcli, options: tuple[str, ...], status: int) -> None:
    result = compute(klcli, *options)
    assert result.status == status
    assert ("not within the tolerance" in result.out or "is more than" in result.out) == bool(status)


def data(klcli: Klcli, *options: str) -> Any:
    return json.loads(compute(klcli, *options, "--json").out)["limits"]


def test_the_json(klcli: Klcli) -> None:
    assert data(klcli) is None
    found = data(klcli, "--expect", "0.0827", "--max", "0.1")
    assert found.pop("difference") == pytest.approx(VALUE - 0.0827, rel=1e-10)
    assert found == {"max": 0.1, "expect": 0.0827, "tolerance": 0.00005, "holds": True}


def test_an_infinite_kl_is_within_no_limit(klcli: Klcli) -> None:
    options = ("--prior", "uniform(-1, 2)", "--max", "1e308", "--expect", "1")
    found = data(klcli, *options)
    assert (found["holds"], found["difference"]) == (False, None)
    assert "inf nats is more than" in compute(klcli, *options).out


def test_another_prior_is_held_by_its_integral(klcli: Klcli) -> None:
    prior = ("--prior", "0.3*N(-1, 0.1) + 0.7*N(1, 0.5)")
    assert data(klcli, *prior, "--expect", "1.9205")["holds"]
    assert not data(klcli, *prior, "--expect", "1.9206")["holds"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tolerance", "1"), "--tolerance belongs to --expect"),
        (("--expect", "1", "--tolerance", "-1"), "--tolerance must be >= 0"),
        (("--max", "x"), "--max must be a number"),
        (("--max", "nan"), "--max must be a number"),
    ],
)
def test_what_means_nothing(klcli: Klcli, options: tuple[str, ...], message: str) -> None:
    result = compute(klcli, *options)
    assert (result.status, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize(
    ("text", "half"),
    [("0.0827", "0.00005"), ("12", "0.5"), ("1e3", "500"), ("-1.50", "0.005"), ("1.5E-3", "0.00005")],
)
def test_half_a_unit_of_the_last_digit(text: str, half: str) -> None:
    assert number_of(text, "--expect") == TypedNumber(Fraction(text), Fraction(half))
