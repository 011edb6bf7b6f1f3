"""Doubles on grids, against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import DoubleColumns, Grid, Grids


def on_grid(text: str, **values: Grid) -> Grid:
    return evaluate(parse(text), values, Grids())


def test_a_row_and_a_column_span_a_grid() -> None:
    s, mu = np.linspace(0.1, 3, 7), np.linspace(-1, 1, 5)
    found = on_grid("-1/2 (2 log s - s^2 - mu^2 + 1)", s=[s.tolist()], mu=[[each] for each in mu.tolist()])
    expected = -(2 * np.log(s) - s**2 - mu[:, None] ** 2 + 1) / 2
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_what_depends_on_one_axis_stays_on_it() -> None:
    assert on_grid("2 s^2 + 1", s=[[1.0, 2.0]]) == [[3.0, 9.0]]
    assert on_grid("2 mu", mu=[[1.0], [2.0]]) == [[2.0], [4.0]]
    assert on_grid("pi - e") == [[np.pi - np.e]]


@pytest.mark.parametrize("text", ["log x", "log1p(x - 1)", "1/x", "-1/x", "x^-2", "x/x", "sqrt x", "x^0.5"])
def test_poles_are_those_of_numpy(text: str) -> None:
    x = np.array([-1.0, 0.0, 1.0])
    functions = {"sqrt": np.sqrt, "log": np.log, "log1p": np.log1p, "x": x}
    source = text.replace("^", "**").replace("log x", "log(x)").replace("sqrt x", "sqrt(x)")
    with np.errstate(all="ignore"):
        expected = eval(source, functions)  # of the texts above alone
    np.testing.assert_array_equal(on_grid(text, x=[x.tolist()]), [expected])


def test_what_is_too_large_is_infinite() -> None:
    assert on_grid("e^(1000 x)", x=[[1.0, -1.0]]) == [[np.inf, 0.0]]
    assert on_grid("1e400") == [[np.inf]]
    assert on_grid("softplus(1000) + softplus(-1000)") == [[1000.0]]


def test_clips() -> None:
    assert evaluate(parse("x"), {"x": [[-3.0, 0.5, 3.0]]}, Grids()) == [[-3.0, 0.5, 3.0]]
    low, high = [[-1.0]], [[1.0]]
    assert Grids().clip([[-3.0, 0.5, 3.0]], low, high) == [[-1.0, 0.5, 1.0]]
    assert Grids().clip([[-3.0, 3.0]], None, high) == [[-3.0, 1.0]]


def test_the_scale_of_rounding_errors_is_not_that_of_a_factor() -> None:
    columns = {"x": [0.5, 1.0]}
    for text, scale in (("(x - 0.25)/150528", 1.0), ("150528 x", 150528.0), ("(x + 8) - 8", 9.0)):
        run = DoubleColumns(2)
        evaluate(parse(text), columns, run)
        assert max(run.largest) == scale
