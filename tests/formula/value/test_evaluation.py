"""Programs on arrays: numpy gives the same values, refuses the same shapes, and differences the same slopes."""

from __future__ import annotations

import cmath
import itertools
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from klcli.formula.program_reader import read_as_matrices, read_program
from klcli.formula.traversal import walk
from klcli.formula.tree import MatrixCall, Stop, Symbol, Tree
from klcli.formula.value.arithmetic import Decimals
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.interval import Interval, Intervals
from klcli.formula.value.normal_form import NormalForms
from klcli.formula.value.small_arrays import Array, ShapeError, UnshapedError, filled

SHAPES: tuple[tuple[int, ...], ...] = ((), (1,), (5,), (7, 5), (7, 1), (1, 5), (2, 7, 5))
AXES: tuple[Any, ...] = (None, 0, 1, -1, -2, (0, 1), (0, -1), 2)


def numbers(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng((seed, *shape)).uniform(0.3, 2.5, shape)


def array(values: Any) -> Array:
    return Array(values.shape, values.ravel().tolist())


def program(text: str) -> Tree:
    return read_program(text, "python").arrays


def evaluated(text: str, **given: Any) -> Any:
    found = evaluate_arrays(program(text), {name: array(np.asarray(value)) for name, value in given.items()})
    return np.array(found.values).reshape(found.shape)


@pytest.mark.parametrize(("left", "right"), list(itertools.product(SHAPES, SHAPES)))
def test_broadcasting(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = numbers(left, 1), numbers(right, 2)
    try:
        expected = x - y * x
    except ValueError:
        with pytest.raises(ShapeError):
            evaluated("x - y * x", x=x, y=y)
        return
    found = evaluated("x - y * x", x=x, y=y)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize(("left", "right"), [((7, 5), (7,)), ((3,), (4,)), ((2, 3), (3, 2))])
def test_shapes_that_do_not_fit(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="do not fit"):
        evaluated("x + y", x=numbers(left), y=numbers(right))


@pytest.mark.parametrize(
    ("kind", "axis", "keepdim", "shape"),
    list(itertools.product(("sum", "mean"), AXES, (False, True), ((5,), (7, 5), (2, 7, 5)))),
)
def test_reductions(kind: str, axis: Any, keepdim: bool, shape: tuple[int, ...]) -> None:
    text = f"np.{kind}(x, axis={axis}, keepdims={keepdim})"
    x = numbers(shape)
    try:
        expected = getattr(np, kind)(x, axis=axis, keepdims=keepdim)
    except ValueError:  # AxisError is one, too
        with pytest.raises(ShapeError):
            evaluated(text, x=x)
        return
    found = evaluated(text, x=x)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_a_number_has_its_first_axis_in_torch() -> None:
    # torch.tensor(2.).sum(0) and .sum(-1) are 2, .sum(1) is an IndexError.
    assert evaluated("x.sum(0) + x.sum(-1) + x.mean()", x=2.0) == 6.0
    with pytest.raises(ShapeError):
        evaluated("x.sum(1)", x=2.0)
    with pytest.raises(ShapeError):
        evaluate_arrays(program("x.sum()"), {"x": filled((), 2.0)}, sums_numbers=False)


def test_an_axis_twice_is_no_sum_in_numpy() -> None:
    # sum(dim=(0, 0)) is refused by numpy and torch; over the set of axes it would be a sum over axis 0.
    with pytest.raises(ShapeError):
        evaluated("x.sum((0, 0))", x=numbers((7, 5)))


def test_a_function_of_a_batch_of_matrices_is_not_followed() -> None:
    with pytest.raises(UnshapedError):
        evaluate_arrays(MatrixCall("trace", Symbol("x")), {"x": filled((7, 2, 2), 1.0)})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((5,), (5,)),
        ((7, 5), (5,)),
        ((7,), (7, 5)),
        ((7, 5), (5, 7)),
        ((5, 7), (7, 5)),
        ((7, 5), (7, 5)),
        ((5,), (7, 5)),
    ],
)
def test_products(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    x, y = numbers(left, 1), numbers(right, 2)
    try:
        expected = x @ y
    except ValueError:
        with pytest.raises(ShapeError):
            evaluated("x @ y", x=x, y=y)
        return
    found = evaluated("x @ y", x=x, y=y)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_dot_of_a_batch_with_itself_does_not_run() -> None:
    with pytest.raises(ShapeError):
        evaluated("np.dot(x, x)", x=numbers((7, 5)))
    np.testing.assert_allclose(evaluated("np.dot(x, x)", x=numbers((5,))), np.sum(numbers((5,)) ** 2))


def test_transposes() -> None:
    x = numbers((7, 5))
    np.testing.assert_array_equal(evaluated("x.T", x=x), x.T)
    np.testing.assert_array_equal(evaluated("x.t()", x=x), x.T)
    np.testing.assert_allclose(evaluated("x @ x.T", x=x), x @ x.T, rtol=1e-14)
    np.testing.assert_array_equal(evaluated("x.T", x=x[0]), x[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.flatten()", (35,)),
        ("x.view(-1)", (35,)),
        ("x.unsqueeze(0)", (1, 7, 5)),
        ("x.unsqueeze(-1)", (7, 5, 1)),
        ("x.unsqueeze(1)", (7, 1, 5)),
        ("x.sum(1, keepdim=True).squeeze(1)", (7,)),
        ("x.sum(1, keepdim=True).squeeze(-1)", (7,)),
        ("x.sum(1, keepdim=True).squeeze()", (7,)),
        ("x.squeeze(1)", (7, 5)),
    ],
)
def test_other_shapes(text: str, expected: tuple[int, ...]) -> None:
    assert evaluated(text, x=numbers((7, 5))).shape == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.shape[0]", 7),
        ("x.size(1)", 5),
        ("x.shape[-1]", 5),
        ("len(x)", 7),
        ("x.numel()", 35),
        ("np.size(x)", 35),
    ],
)
def test_lengths(text: str, expected: int) -> None:
    assert evaluated(text, x=numbers((7, 5))) == expected


def test_a_length_of_an_axis_that_is_missing() -> None:
    with pytest.raises(ShapeError):
        evaluated("x.shape[2]", x=numbers((7, 5)))


def test_a_sum_of_mathematics_runs_over_the_last_axis() -> None:
    tree = read_program("sum_j (s_j + 1)", "math").arrays
    x = numbers((5,))
    found = evaluate_arrays(tree, {"s_j": array(x)}, in_formula=True)
    assert found.values[0] == pytest.approx(np.sum(x + 1), rel=1e-15)
    constant = read_program("sum_j 2", "math").arrays
    assert evaluate_arrays(constant, {"s_j": array(x)}, in_formula=True).values == [10.0]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("np.log(x)", -1.0),
        ("np.log(x)", 0.0),
        ("np.sqrt(x)", -1.0),
        ("1 / x", 0.0),
        ("x ** 0.5", -2.0),
        ("np.exp(x)", 1e4),
    ],
)
def test_outside_of_a_domain_is_nan(text: str, at: float) -> None:
    assert math.isnan(evaluated(text, x=at))


# Complex steps.

FUNCTIONS = {
    "np.exp(x)": mpmath.exp,
    "np.log(x)": mpmath.log,
    "np.sqrt(x)": mpmath.sqrt,
    "np.log1p(x)": lambda x: mpmath.log(1 + x),
    "np.expm1(x)": mpmath.expm1,
    "F.softplus(x)": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "x ** 3": lambda x: x**3,
    "2 ** x": lambda x: mpmath.mpf(2) ** x,
    "1 / x": lambda x: 1 / x,
    "x ** -0.5": lambda x: x ** mpmath.mpf("-0.5"),
    "np.log(x + np.exp(-x)) / x": lambda x: mpmath.log(x + mpmath.exp(-x)) / x,
}


@pytest.mark.parametrize("text", FUNCTIONS)
@pytest.mark.parametrize("at", [0.01, 0.37, 1.21, 20.0])
def test_a_complex_step_is_the_derivative(text: str, at: float) -> None:
    found = evaluate_arrays(program(text), {"x": Array((), [complex(at, 1e-30)])}).values[0]
    with mpmath.workdps(50):
        expected = mpmath.diff(FUNCTIONS[text], mpmath.mpf(at))
        value = FUNCTIONS[text](mpmath.mpf(at))
    assert complex(found).imag / 1e-30 == pytest.approx(float(expected), rel=1e-12)
    assert complex(found).real == pytest.approx(float(value), rel=1e-12)


@pytest.mark.parametrize(
    "text", ["np.abs(x)", "x.clamp(-1, 1)", "F.softplus(x)", "np.exp(x)", "x * np.abs(x)"]
)
@pytest.mark.parametrize("at", [-3.0, -0.5, 0.5, 3.0, 40.0])
def test_kinks_by_central_differences(text: str, at: float) -> None:
    tree, step = program(text), 1e-6
    found = complex(evaluate_arrays(tree, {"x": Array((), [complex(at, 1e-30)])}).values[0]).imag / 1e-30
    high, low = (evaluate_arrays(tree, {"x": filled((), at + side * step)}).values[0] for side in (1, -1))
    assert found == pytest.approx((high - low) / (2 * step), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("at", [800.0, -800.0])
def test_a_softplus_far_out_has_a_slope(at: float) -> None:
    found = complex(
        evaluate_arrays(program("F.softplus(x)"), {"x": Array((), [complex(at, 1e-30)])}).values[0]
    )
    assert found.real == pytest.approx(max(at, 0.0), abs=1e-12)
    assert found.imag / 1e-30 == pytest.approx(1.0 if at > 0 else 0.0, abs=1e-12)


def test_no_gradient_flows_through_integers() -> None:
    found = complex(evaluate_arrays(program("x.int() + 0 * x"), {"x": Array((), [2.7 + 1e-30j])}).values[0])
    assert found == 2 + 0j


def test_what_is_stopped_is_evaluated_where_nothing_moves() -> None:
    tree = program("x.detach() * x")
    assert any(isinstance(node, Stop) for node in walk(tree))
    moved, frozen = {"x": Array((), [3 + 1e-30j])}, {"x": Array((), [3 + 0j])}
    assert evaluate_arrays(tree, moved, frozen).values[0].imag / 1e-30 == pytest.approx(3.0)
    assert evaluate_arrays(tree, moved).values[0].imag / 1e-30 == pytest.approx(6.0)


def test_slopes_through_sums() -> None:
    x = numbers((3, 2))
    direction = numbers((3, 2), 5)
    tree = program("np.mean(np.exp(x).sum(1) * np.log(x).sum(1))")
    moved = Array((3, 2), [complex(a, 1e-30 * b) for a, b in zip(x.ravel(), direction.ravel(), strict=True)])
    found = evaluate_arrays(tree, {"x": moved}).values[0].imag / 1e-30

    def value(step: float) -> Any:
        y = x + step * direction
        return np.mean(np.exp(y).sum(1) * np.log(y).sum(1))

    assert found == pytest.approx((value(1e-6) - value(-1e-6)) / 2e-6, rel=1e-7)
    assert cmath.isfinite(found)


PROGRAMS = [
    "-0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp(), dim=1)",
    "torch.mean(torch.sum(mu**2 / lv - torch.log(lv), dim=-1), dim=0)",
    "(mu.T @ lv).sum(0, keepdim=True) - mu.shape[0] / mu.shape[1]",
    "torch.clamp(mu, min=0.5, max=2) * torch.prod(lv, 1, keepdim=True) - mu.mean()",
    "torch.trace(mu @ lv.T) + torch.linalg.norm(mu)",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_arithmetic_gives_the_same_arrays(text: str) -> None:
    tree = read_as_matrices(text, "python").arrays
    given = {name: numbers((3, 2), seed) for seed, name in enumerate(("mu", "lv"))}
    plain = evaluate_arrays(tree, {name: array(values) for name, values in given.items()})
    digits, bounds = Decimals(40), Intervals(40)
    runs: list[tuple[Any, Any]] = [
        (digits, lambda value: digits.number(Fraction(value))),
        (bounds, lambda value: bounds.number(Fraction(value))),
    ]
    for run, convert in runs:
        symbols = {
            name: Array(values.shape, list(map(convert, values.ravel()))) for name, values in given.items()
        }
        found = evaluate_arrays(tree, symbols, arithmetic=run)
        assert found.shape == plain.shape
        for one, value in zip(found.values, plain.values, strict=True):
            low, high = (one.low, one.high) if isinstance(one, Interval) else (one, one)
            assert float(low) == pytest.approx(value, rel=1e-13)
            assert float(high) == pytest.approx(value, rel=1e-13)


def test_an_identity_of_arrays_is_proved_entry_by_entry() -> None:
    """trace((x y)^T (x y)) = sum((x y)^2) for all matrices of two rows, in normal forms."""
    forms = NormalForms()
    symbols = {
        name: Array((2, 2), [forms.symbol(f"{name}{place}") for place in range(4)]) for name in ("x", "y")
    }
    both = "torch.trace((x @ y).T @ (x @ y))", "torch.sum((x @ y)**2)", "torch.sum(x**2 @ y**2)"
    trace, squares, others = (
        evaluate_arrays(read_as_matrices(text, "python").arrays, symbols, arithmetic=forms).values[0]
        for text in both
    )
    assert forms.is_zero(forms.operate("-", trace, squares))
    assert not forms.is_zero(forms.operate("-", trace, others))
