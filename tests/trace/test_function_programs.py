"""The program of a function that was called: lengths for counts, its own names, and what is not followed."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest

from klcli.formula.write.printing import to_text
from klcli.trace.function_call import call_of
from klcli.trace.function_programs import program_of_call, tree_of
from klcli.trace.programs import UnfollowedError
from tests.trace.recordings import document, leaf, node


@pytest.mark.parametrize(
    ("function", "names", "text"),
    [
        (lambda x, y: numpy.exp(x) - y**2, ("x", "y"), "exp(x) - y**2"),
        (lambda x: numpy.multiply(x, 3), ("x",), "x * 3"),
        # Numbers that are others in another shape are lengths.
        (lambda x: numpy.sum(x) / x.size, ("x",), "sum(x) / size(x)"),
        (lambda x: numpy.sum(x) / x.shape[0], ("x",), "sum(x) / size(x, 0)"),
        (lambda x: numpy.sum(x) / x.shape[1], ("x",), "sum(x) / size(x, 1)"),
        (lambda x: numpy.sum(x) - x.size + x.shape[1], ("x",), "sum(x) - size(x) + size(x, 1)"),
        # A word of the language of formulas is no symbol.
        (lambda log: numpy.exp(log), ("log",), "exp(x3)"),
        (lambda y, log: numpy.multiply(y, log), ("y", "log"), "y * x4"),
    ],
)
def test_its_operations_in_its_own_names(function: Any, names: tuple[str, ...], text: str) -> None:
    found = program_of_call(call_of(function, names, {}), names)
    assert found.text.partition("  #")[0] == text
    assert set(found.spellings.values()) == {name for name in names if name == "log"}


@pytest.mark.parametrize(("factor", "is_right"), [(1.0, True), (0.5, False)])
def test_a_backward_of_its_own_has_the_gradients_of_its_values(factor: float, is_right: bool) -> None:
    def call(given: Any, dtype: str) -> dict[str, Any]:
        shape, values = given["x"]
        whole = document(leaf("x", shape), node("exp", 0, shape=shape), node("same", 1, call="function"))
        return {"document": whole, "gradients": {"x": [factor * math.exp(value) for value in values]}}

    if is_right:
        assert program_of_call(call, ("x",)).text == "exp(x)"
    else:
        with pytest.raises(UnfollowedError, match="other gradients"):
            program_of_call(call, ("x",))


def test_what_is_not_followed_is_named() -> None:
    with pytest.raises(UnfollowedError, match="what sort computes"):
        program_of_call(call_of(numpy.sort, ("x",), {}), ("x",))


def call(number: float, *, made_by: str = "") -> dict[str, Any]:
    nodes = [leaf("mu", (2, 3)), node("mul", 0, number, shape=(2, 3))]
    if made_by:
        nodes += [leaf("", (2, 3)) | {"made_by": made_by}, node("add", 1, 2, shape=(2, 3))]
    return document(*nodes)


@pytest.mark.parametrize(
    ("numbers", "shapes", "text"),
    [
        ((2.0, 2.0), ((2, 3), (2, 5)), "mu * 2"),
        ((3.0, 5.0), ((2, 3), (2, 5)), "mu * size(mu, 1)"),
        ((6.0, 10.0), ((2, 3), (2, 5)), "mu * size(mu)"),
        ((2.0, 4.0), ((2, 3), (4, 3)), "mu * size(mu, 0)"),
        # Other numbers that are no lengths of these shapes: the first call is taken.
        ((7.0, 11.0), ((2, 3), (2, 5)), "mu * 7"),
        ((3.0, 11.0), ((2, 3), (2, 5)), "mu * 3"),
    ],
)
def test_numbers_that_change_with_the_shape(
    numbers: tuple[float, float], shapes: tuple[tuple[int, int], ...], text: str
) -> None:
    assert to_text(tree_of([call(number) for number in numbers], shapes, {"mu": "mu"})) == text


def test_symbols_of_nobody_are_not_followed() -> None:
    documents = [call(2.0, made_by="rnn")] * 2
    with pytest.raises(UnfollowedError, match="what rnn computes"):
        tree_of(documents, ((2, 3), (2, 5)), {"mu": "mu"})
