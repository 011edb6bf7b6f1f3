"""Trees of every kind for the property tests, and their values in mpmath as an independent reference."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
from hypothesis import strategies as st

from klcli.formula.read.functions_and_transposes import MATRIX_WORDS
from klcli.formula.symbol_names import FUNCTIONS, MATRIX_FUNCTIONS
from klcli.formula.traversal import substitute
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Reduction,
    Symbol,
    Tree,
    number,
    operation,
)

NAMES = (
    *("s", "mu", "sigma", "sigma_1", "mu_p", "mu_q", "mu_theta", "logvar", "log_var", "x", "lambda", "x1"),
    *("Sigma", "Sigma_i", "Sigma_jp", "mean", "mean_1", "E", "E_q", "E5", "e2", "e_1", "pi_1", "as", "None"),
    *("mu2", "sigma_12", "x_1_2", "epsilon", "Omega_0", "sum_ab", "log_q", "n_mu", "ln_x", "X_log"),
)
"""Names that some notation could mistake for something else."""

SPELLINGS = ("0.5", "2.50", "1e-3", ".5", "3.", "1E5", "1.5e+10", "0.0", "1e-400", "00.1")


def _spelled(text: str) -> Number:
    return Number(Fraction(text), text)


def _named(name: str) -> Symbol:
    try:
        return Symbol(name)
    except ValueError:  # the name of a function or a constant
        return Symbol("x")


def _over(index: str, body: Tree) -> Reduction:
    """A sum whose body carries its index."""
    return Reduction("sum", index, substitute(body, {"x": Symbol(f"x_{index}"), "s": Symbol(f"s_1{index}")}))


limits = st.fractions(min_value=-30, max_value=30, max_denominator=40).map(number)

numbers = st.one_of(
    st.integers(0, 12).map(lambda value: Number(Fraction(value))),
    st.integers(0, 10**30).map(lambda value: Number(Fraction(value))),
    st.builds(
        lambda above, below: operation("/", Number(Fraction(above)), Number(Fraction(below))),
        st.integers(0, 12),
        st.integers(1, 12),
    ),
    st.sampled_from(SPELLINGS).map(_spelled),
)

constants = st.sampled_from((Constant("pi"), Constant("e")))

leaves = st.one_of(
    numbers,
    st.sampled_from(NAMES).map(Symbol),
    st.from_regex(r"[a-zA-Z][a-z0-9]{0,4}(_[0-9]{1,2})?", fullmatch=True).map(_named),
    constants,
)


def _branches(below: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    operators = st.sampled_from("+-*/^")
    return st.one_of(
        below.map(Negative),
        st.builds(operation, operators, below, below),
        st.builds(operation, operators, below, numbers),
        st.builds(operation, st.just("*"), numbers, below),
        st.builds(Call, st.sampled_from(FUNCTIONS), below),
        st.builds(Clip, below, limits, st.none() | limits),
        st.builds(Clip, below, st.none(), limits),
        st.builds(_over, st.sampled_from("jkn"), below),
        st.builds(Reduction, st.sampled_from(("sum", "mean", "E")), st.just(""), below),
        st.builds(
            Reduction, st.just("E"), st.sampled_from(("q", "p", "qp", "if", "s", "theta", "lambda")), below
        ),
    )


trees = st.recursive(leaves, _branches, max_leaves=14)
"""Every node and every normal form."""

POINT = {
    "s": Fraction("0.7"),
    "mu": Fraction("-0.3"),
    "x": Fraction("1.0000000001"),
    "sigma": Fraction(6, 5),
    "tiny": Fraction("1e-30"),
}
"""Values for the symbols of `numeric`."""

numeric = st.recursive(
    st.one_of(
        st.sampled_from(tuple(POINT)).map(Symbol),
        st.sampled_from(("0", "1", "2", "3", "1/2", "2/3", "0.1", "1e-9", "64", "65")).map(_spelled),
        constants,
    ),
    lambda below: st.one_of(
        below.map(Negative),
        st.builds(operation, st.sampled_from("+-*/^"), below, below),
        st.builds(Call, st.sampled_from(FUNCTIONS), below),
        st.builds(Clip, below, limits, st.none()),
    ),
    max_leaves=8,
)
"""Trees that may have a value at `POINT`."""


class UnreachableError(Exception):
    """The reference has no real value, or would need too many digits for it."""


def exact(value: Fraction) -> Any:
    """A rational in mpmath's current precision."""
    return mpmath.mpf(value.numerator) / value.denominator


def rational(value: Any) -> Fraction:
    """The rational that an mpmath number is."""
    sign, mantissa, exponent, _ = value._mpf_
    magnitude = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -magnitude if sign else magnitude


def value(tree: Tree, point: Mapping[str, Fraction] = POINT) -> Any:
    """The value of a tree without reductions, in mpmath's current precision."""
    match tree:
        case Number(number):
            return exact(number)
        case Constant(name):
            return mpmath.mpf(getattr(mpmath, name))
        case Symbol(name):
            return exact(point[name])
        case Negative(operand):
            return -value(operand, point)
        case Operation(operator, left, right):
            return _joined(operator, value(left, point), value(right, point))
        case Call(function, argument):
            return _called(function, value(argument, point))
        case Clip(operand, low, None) if low is not None:
            return max(value(operand, point), value(low, point))
    raise TypeError(tree)


def _joined(operator: str, left: Any, right: Any) -> Any:
    if operator == "/" and right == 0:
        raise UnreachableError
    if operator == "^":
        return _power(left, right)
    joined = {"+": left + right, "-": left - right, "*": left * right}
    return left / right if operator == "/" else joined[operator]


def _power(base: Any, exponent: Any) -> Any:
    if exponent == 0:
        return mpmath.mpf(1)
    if base == 0 and exponent < 0:
        raise UnreachableError
    if base < 0 and not mpmath.isint(exponent):
        raise UnreachableError
    if base != 0 and abs(exponent * mpmath.log(abs(base))) > 1e4:
        raise UnreachableError
    return mpmath.power(base, exponent)


def _called(function: str, argument: Any) -> Any:
    if function in ("exp", "expm1", "softplus") and abs(argument) > 1e4:
        raise UnreachableError
    edge = {"log": argument <= 0, "log1p": argument <= -1, "sqrt": argument < 0}
    if edge.get(function):
        raise UnreachableError
    if function == "softplus":
        return mpmath.log1p(mpmath.exp(argument))
    return abs(argument) if function == "abs" else getattr(mpmath, function)(argument)


def truth(tree: Tree, point: Mapping[str, Fraction] = POINT) -> Fraction:
    """The value of a tree to at least 200 digits, as a rational; 0 where 1000 digits do not tell it from 0.

    Raises:
        UnreachableError: no real value, or one that takes too many digits.
    """
    with mpmath.workdps(1200):
        found = value(tree, point)
        if abs(found) < mpmath.mpf(10) ** -1000:
            return Fraction(0)
    with mpmath.workdps(1500):
        finer = value(tree, point)
        if abs(finer - found) > abs(finer) * mpmath.mpf(10) ** -200:
            raise UnreachableError
        return rational(finer)


def _matrix_branches(below: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    transposed = below.filter(lambda tree: not isinstance(tree, Number))
    return st.one_of(
        _branches(below),
        st.builds(MatrixProduct, below, below),
        st.builds(MatrixCall, st.just("transpose"), transposed),
        st.builds(
            MatrixCall, st.sampled_from([name for name in MATRIX_FUNCTIONS if name != "transpose"]), below
        ),
    )


_MATRIX_NAMES = frozenset((*MATRIX_WORDS, "t"))
matrix_leaves = leaves.filter(
    lambda tree: not (isinstance(tree, Symbol) and (tree.name in _MATRIX_NAMES or tree.name[:1] in "TI"))
)
matrix_trees = st.recursive(matrix_leaves, _matrix_branches, max_leaves=10)
"""Trees with functions and products of matrices in them."""
