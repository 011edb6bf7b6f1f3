"""KLs that are estimated from one sample: their expectations by Gauss-Hermite quadrature of the text itself."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.acceptance import passes
from klcli.judge.answer import verify
from tests.reference import kl

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
GIVEN = {"np": np, "mu": 0.7, "std": 1.6, "lv": 2 * np.log(1.6), "m": -0.4, "t": 0.8}

NORMAL = "-np.log(std) - 0.5*((z - mu)/std)**2 + 0.5*z**2"
ESTIMATES = [
    ("z = mu + std*eps\n0.5*z**2 - 0.5*eps**2 - np.log(std)", (0, 1)),
    (NORMAL, (0, 1)),
    ("log_q = -0.5*((z - mu)**2/np.exp(lv) + lv)\nlog_q + 0.5*z**2", (0, 1)),
    ("0.5*((mu + std*noise - m)/t)**2 - 0.5*noise**2 + np.log(t/std)", (-0.4, 0.8)),
]


def expectation(text: str) -> float:
    """Of the last line, over the noise of the posterior."""
    noise = np.sqrt(2 * np.pi) ** -1 * WEIGHTS
    names = GIVEN | {"eps": NODES, "noise": NODES, "z": 0.7 + 1.6 * NODES}
    *before, last = text.split("\n")
    exec("\n".join([*before, f"result_ = {last}"]), names)
    return float(np.sum(noise * names["result_"]))


@pytest.mark.parametrize(("text", "prior"), ESTIMATES)
def test_what_is_right_in_expectation_is_an_estimate(text: str, prior: tuple[float, float]) -> None:
    assert expectation(text) == pytest.approx(float(kl(0.7, 1.6, *prior)), rel=1e-9)
    found = verify(read_program(text, "python"))
    assert found.kind == "exact"
    assert [(one.kind, one.passes) for one in found.conditions] == [("one-sample", False)]
    assert (found.loss, found.overflow, found.best.corrected) == (None, None, None)
    assert not passes(found.kind, found.conditions, ())
    assert passes(found.kind, found.conditions, ("estimator",))


@pytest.mark.parametrize(
    "text",
    [
        NORMAL.replace("-np.log", "np.log"),
        NORMAL.replace("/std)**2", ")**2"),
        NORMAL.replace("z", "(mu + std*np.random.rand())"),
        # Of the fourth degree, which two points do not integrate.
        f"{NORMAL} + z**4 - (mu**2 + std**2)**2",
    ],
)
def test_what_is_not_is_none(text: str) -> None:
    assert expectation(text) != pytest.approx(float(kl(0.7, 1.6)), rel=1e-3)
    found = verify(read_program(text, "python"))
    assert found.kind != "exact"
