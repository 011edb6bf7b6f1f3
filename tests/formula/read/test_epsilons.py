"""Numbers of floating point, against numpy."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.formula.traversal import walk
from klcli.formula.tree import Number, Symbol

NUMBERS = {
    "torch.finfo(torch.float32).eps": np.finfo(np.float32).eps,
    "np.finfo(np.float32).eps": np.finfo(np.float32).eps,
    "np.finfo('float16').tiny": np.finfo(np.float16).tiny,
    "np.finfo(float).eps": np.finfo(float).eps,
    "np.finfo(np.float64).smallest_normal": np.finfo(np.float64).smallest_normal,
    "torch.finfo(torch.float).tiny": np.finfo(np.float32).tiny,
    "torch.finfo(torch.bfloat16).eps": 0.0078125,  # of torch
    "sys.float_info.epsilon": np.finfo(float).eps,
    "sys.float_info.min": np.finfo(float).tiny,
}


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_the_number_is_that_of_the_type(text: str, value: float) -> None:
    (found,) = [node for node in walk(read_program(f"log(v + {text})").tree) if isinstance(node, Number)]
    assert found.value == Fraction(float(value))


@pytest.mark.parametrize(
    ("text", "name"), [("torch.finfo(v.dtype).eps", "eps"), ("np.finfo(x).tiny", "tiny")]
)
def test_of_an_array_it_is_a_symbol(text: str, name: str) -> None:
    program = read_program(f"log(v + {text})")
    assert Symbol(name) in list(walk(program.tree))
    assert program.spellings[name] == text


@pytest.mark.parametrize("text", ["torch.finfo(torch.float32).max", "np.finfo(float).min", "x.epsilon"])
def test_anything_else_is_none(text: str) -> None:
    with suppress(KlcliError):
        assert not any(isinstance(node, Number) for node in walk(read_program(f"log(v + {text})").tree))
