"""Terms that stand by mistake in a KL of matrices: the formula has the value that is looked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.trace.matrices.slips import SLIPS, Slip, slips_of

FACTOR = np.array([[1.5, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.3, 0.2, 1.1]])
PRIOR = np.array([[2.0, 0.3, 0.1], [0.3, 1.4, -0.2], [0.1, -0.2, 0.9]])
NUMBERS = {"q": FACTOR @ FACTOR.T, "p": PRIOR, "factor": FACTOR, "distance": np.array([0.3, -1.2, 0.7])}
LANGUAGE = {"trace": np.trace, "diagonal": np.diagonal, "log": np.log, "sum": np.sum, "inv": np.linalg.inv}


def written(slip: Slip) -> Any:
    """Its formula, computed by Python with NumPy's functions."""
    return eval(slip.text.format(**{name: name for name in NUMBERS}), {**LANGUAGE, **NUMBERS})


@pytest.mark.parametrize("name", SLIPS)
def test_the_formula_says_what_the_numbers_are(name: str) -> None:
    slip = SLIPS[name]
    assert slip.value(np, NUMBERS) == pytest.approx(written(slip), rel=1e-12)
    assert {one for one in NUMBERS if f"{{{one}}}" in slip.text} <= set(slip.needs)


def test_of_several_examples_each_has_its_own() -> None:
    several = {name: np.stack([array, 2 * array]) for name, array in NUMBERS.items()}
    for slip in SLIPS.values():
        found = slip.value(np, several)
        doubled = slip.value(np, {name: 2 * array for name, array in NUMBERS.items()})
        np.testing.assert_allclose(found, [slip.value(np, NUMBERS), doubled], rtol=1e-12)


def test_which_can_be() -> None:
    every = {name for name, _ in slips_of(NUMBERS)}
    alone = {name for name, _ in slips_of({name: NUMBERS[name] for name in ("q", "factor", "distance")})}
    assert every == {name for name, slip in SLIPS.items() if slip.term != "trace" or "p" in slip.needs}
    assert alone == {name for name, slip in SLIPS.items() if "p" not in slip.needs}
    assert alone & {"trace of the factor", "trace of the square"}
