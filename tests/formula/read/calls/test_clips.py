"""Clips: numpy keeps the same values between the same limits."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.clips import CLIPS
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles


@pytest.mark.parametrize("x", [-3.0, 0.2, 7.0])
@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("clamp(x, -1, 2)", -1, 2),
        ("x.clamp(min=-1)", -1, None),
        ("np.clip(x, a_min=None, a_max=2)", None, 2),
        ("maximum(0.1, x)", 0.1, None),
        ("tf.minimum(x, 2)", None, 2),
        ("K.clip(x, -1, 1 + 1)", -1, 2),
    ],
)
def test_values(text: str, low: float | None, high: float | None, x: float) -> None:
    tree = read_program(text, "python").tree
    assert evaluate(tree, {"x": x}, Doubles()) == np.clip(x, low, high)


@pytest.mark.parametrize("text", ["clamp(x)", "clamp(x, 1, 2, 3)", "clamp(x, lo=1)"])
def test_what_is_no_clip(text: str) -> None:
    with pytest.raises(FormulaError, match="clip"):
        read_program(text, "python")


def test_names_stand_once() -> None:
    names = [name for row in CLIPS for name in row.names]
    assert len(set(names)) == len(names)
