"""The data of an estimate, in the shape of that of any formula."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.report.verify_estimator_data import estimation_data, estimator_data
from tests.report.test_verify_estimator_phrases import FORWARD, K2, K3, REVERSED, TERMS, WEIGHED, U, found

MISSING = f"torch.exp(-{U}) + {U}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            U,
            {
                "verdict": "estimator",
                "scale": "1",
                "shift": "0",
                "direction": "forward",
                "unit": "nats",
                "reduction": "none",
                "proof": "numeric",
                "mistake": None,
                "input": U,
                "notation": "python",
                "warnings": (),
            },
        ),
        (f"{U} + 3", {"shift": "3", "scale": "1"}),
        (f"beta * {U}.mean()", {"scale": "beta", "reduction": "mean", "shapes": "a mean over all tokens"}),
        (MISSING, {"verdict": "wrong", "scale": None, "shift": None, "direction": None, "estimator": None}),
        (f"({TERMS}).sum(-1)", {"verdict": "exact", "estimator": None, "scale": "1"}),
        (f"{U} + other", {"warnings": ("other term: other is added; it is ignored",)}),
    ],
)
def test_its_fields(text: str, expected: dict[str, Any]) -> None:
    data = estimation_data(found(text))
    assert {name: getattr(data, name) for name in expected} == expected


def test_symbols_are_by_who_they_are_of() -> None:
    assert estimation_data(found(U)).symbols == {"policy": "logprobs", "reference": "ref_logprobs"}


def test_a_mistake_has_its_code_and_its_correction() -> None:
    data = estimation_data(found(MISSING))
    assert data.mistake is not None
    assert data.mistake.code == "KL140"
    assert data.corrected == f"torch.exp(-{U}) - 1 + {U}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The mean of the gradient of u over samples of q is 0: the sum of dq.
        (
            U,
            {
                "name": "k1",
                "direction": FORWARD,
                "samples_from": "logprobs",
                "unbiased": True,
                "gradient": "nothing",
                "gradient_with_stopped_ratio": FORWARD,
                "overflow": None,
            },
        ),
        # E_q[u dlog q] is the gradient of the KL.
        (K2, {"name": "k2", "unbiased": False, "gradient": FORWARD}),
        # E_q[(1 - r) dlog q] = -sum p dlog q, the gradient of KL(p || q).
        (K3, {"name": "k3", "unbiased": True, "gradient": REVERSED, "gradient_with_stopped_ratio": FORWARD}),
        # Of samples of p the ratio is already there.
        (
            WEIGHED,
            {
                "name": "weighted k1",
                "samples_from": "ref_logprobs",
                "gradient": FORWARD,
                "gradient_with_stopped_ratio": None,
            },
        ),
        (f"torch.abs({U})", {"name": "abs", "direction": None, "unbiased": False}),
        # One of its terms has no value as an estimate; it is of all outcomes, not of samples.
        (TERMS, {"direction": FORWARD, "samples_from": None, "unbiased": False}),
        # A surrogate's value is none, and its gradient is of samples of q.
        (f"logprobs * {U}.detach()", {"direction": FORWARD, "samples_from": "logprobs", "unbiased": False}),
    ],
)
def test_which_estimator(text: str, expected: dict[str, Any]) -> None:
    data = estimator_data(found(text))
    assert {name: getattr(data, name) for name in expected} == expected


def test_from_where_on_it_overflows() -> None:
    """e^-u is beyond the largest double, 1.8e308, for u below -709.78."""
    overflow = estimator_data(found(K3)).overflow
    assert overflow is not None
    assert overflow["double"] == pytest.approx(-709.7827, abs=1e-3)
