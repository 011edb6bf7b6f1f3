"""The data of compute: the best value that there is, and how it is shown in short."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import Any

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.report.compute_data import ComputeData
from klcli.values import replace
from klcli.witness.examination import examine

FOUND = examine(Gaussian.from_head(Fraction(1, 2), 1), Gaussian.from_head(Fraction(0), 1), samples=1000)
CLOSED, INTEGRAL, SAMPLED = FOUND.closed_form, FOUND.integral, FOUND.monte_carlo
assert INTEGRAL
assert SAMPLED
NONE_KNOWN = {"value": None, "spread": None}


def data(**given: Any) -> ComputeData:
    fields: dict[str, Any] = dict.fromkeys(ComputeData.__dataclass_fields__)
    fields |= {"divergence": "KL(q || p)", "unit": "nats", "status": "agrees", "closed_form": NONE_KNOWN}
    return ComputeData(**(fields | given))


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"closed_form": CLOSED, "integral": INTEGRAL, "monte_carlo": SAMPLED}, 0.125),
        ({"integral": replace(INTEGRAL, value=0.25), "monte_carlo": SAMPLED}, 0.25),
        ({"monte_carlo": replace(SAMPLED, value=0.5)}, 0.5),
        ({}, None),
        ({"status": "infinite", "monte_carlo": SAMPLED}, inf),
    ],
)
def test_the_best_value(given: dict[str, Any], value: float | None) -> None:
    assert data(**given).value == value


def test_in_short() -> None:
    text = "ComputeData(divergence='KL(q || p)', value=0.125, unit='nats', status='agrees')"
    assert repr(data(closed_form=CLOSED)) == text
    assert repr(data()) == "ComputeData(divergence='KL(q || p)', unit='nats', status='agrees')"
