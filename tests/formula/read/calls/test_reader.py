"""Calls in Python code: torch and numpy spelling, clips, casts, random numbers."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.calls.table import is_readable
from klcli.formula.read.python import parse
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("torch.exp(x)", "e^x"),
        ("x.exp()", "e^x"),
        ("x.exp_()", "e^x"),
        ("x.pow(2)", "x^2"),
        ("tf.square(x)", "x^2"),
        ("torch.addcmul(a, b, c, value=2)", "a + 2 (b * c)"),
        ("x.clamp(min=-10, max=10)", "clip(x, -10, 10)"),
        ("torch.clamp_min(x, 0.1)", "max(x, 0.1)"),
        ("np.minimum(3, x)", "min(x, 3)"),
        ("torch.ones_like(x) + torch.zeros(3)", "1 + 0"),
        ("torch.tensor(0.5)", "0.5"),
        ("tf.cast(x, tf.float32)", "x"),
        ("m + s * torch.randn_like(s)", "m + s * randn"),
        ("torch.normal(m, s)", "m + s * randn"),
        ("Normal(m, s).rsample()", "m + s * randn"),
        ("F.mse_loss(x, y)", "mse_loss"),
        ("K.epsilon()", "1e-7"),
    ],
)
def test_what_is_read(text: str, plain: str) -> None:
    assert to_text(parse(text)) == plain


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("foo(x)", "'foo' is not a known function"),
        ("torch.exp(x, y)", "takes 1 argument"),
        ("torch.exp(x, out=y)", "out= is not understood"),
        ("torch.clamp(x)", "a clip has a limit"),
        ("torch.sum(x, weight=2)", "does not take weight="),
        ("torch.sum()", "sum of nothing"),
        ("f()(x)", "this call has no name"),
        ("torch.trace(x)", "'trace' is not a known function"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("torch.exp(x)", True), ("x.detach()", True), ("x.nelement()", True), ("foo(x)", False)],
)
def test_what_has_a_name_that_is_read(text: str, expected: bool) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert is_readable(call) is expected


def test_a_sum_of_integers_cuts_its_entries() -> None:
    given = np.array([0.3, 1.7, -2.6])
    tree = read_program("torch.sum(x, dtype=torch.int32)", "python").arrays
    found = evaluate_arrays(tree, {"x": Array((3,), given.tolist())})
    assert found.values == [float(np.trunc(given).sum())]
    plain = read_program("torch.sum(x, dtype=torch.float64)", "python").arrays
    assert evaluate_arrays(plain, {"x": Array((3,), given.tolist())}).values == pytest.approx([given.sum()])


def test_functions_of_keras_in_r_are_read_where_they_count_no_axis_from_one() -> None:
    found = parse("k_mean(k_square(x) + k_exp(y), axis=-1)")
    assert found == parse("K.mean(K.square(x) + K.exp(y), axis=-1)")
    assert parse("k_log(x)") == parse("K.log(x)")
    for text in ("k_sum(x, axis=2)", "k_foo(x)"):
        with pytest.raises(FormulaError):
            parse(text)
