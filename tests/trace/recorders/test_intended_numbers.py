"""Numbers that were typed, found again in what a short precision has kept of them."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.trace.recorders.intended_numbers import meant


@pytest.mark.parametrize("number", [0.1, 0.00025, -0.5, 1 / 784, 1 / 3, 5e-4, 1.839, 2.0, 1e-7, 1 / 12288])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_was_typed_is_found(number: float, dtype: str) -> None:
    kept = float(np.dtype(dtype).type(number))
    assert meant(kept, dtype) == pytest.approx(number, rel=1e-13 if number != 1 / 12288 else 1e-7)


def test_what_is_no_short_number_is_as_near_as_it_was() -> None:
    generator = np.random.default_rng(0)
    for value in generator.normal(size=200).astype("float32"):
        assert np.float32(meant(float(value), "float32")) == value
    assert meant(float("inf"), "float32") == float("inf")
    assert meant(float(np.float16(0.1)), "float16") == 0.1
