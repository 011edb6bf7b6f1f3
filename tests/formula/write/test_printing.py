"""Printing: the four notations, read back as the same tree with the same value, in the order as written."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klcli.formula.read import math_parser, python
from klcli.formula.read.syntax_errors import MAX_LENGTH
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Call, Constant, Negative, Number, Reduction, Symbol, Tree, operation
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.write.printing import NOTATIONS, Notation, to_text
from tests.formula.trees import POINT, numeric, trees

X, Y = Symbol("x"), Symbol("y")


def read_back(text: str, style: Notation) -> Tree:
    return python.parse(text) if style == "python" else math_parser.parse(text)


def whole(value: int) -> Number:
    return Number(Fraction(value))


@pytest.mark.parametrize(
    ("text", "unicode", "ascii", "latex", "python_text"),
    [
        (
            "-1/2 (2 log s - s^2 - mu^2 + 1)",
            "−½ (2 log s − s² − μ² + 1)",
            "-1/2 (2 log s - s^2 - mu^2 + 1)",
            r"-\frac{1}{2} \left( 2 \log s - s^{2} - \mu^{2} + 1 \right)",
            "-1/2 * (2 * log(s) - s**2 - mu**2 + 1)",
        ),
        ("e^(s^2)", "e^(s²)", "e^(s^2)", "e^{s^{2}}", "exp(s**2)"),
        ("x^(y^z)", "x^(y^z)", "x^(y^z)", "x^{y^{z}}", "x**y**z"),
        ("e^(e^s)", "e^(e^s)", "e^(e^s)", "e^{e^{s}}", "exp(exp(s))"),
        ("e^(2s)", "e^(2 s)", "e^(2 s)", "e^{2 s}", "exp(2 * s)"),
        ("e^-x^2", "e^−x²", "e^-x^2", "e^{-x^{2}}", "exp(-x**2)"),
        (
            "log(a/b)",
            "log(a/b)",
            "log(a/b)",
            r"\log \left( \frac{a}{b} \right)",
            "log(a / b)",
        ),
        (
            "sum_j (sigma_j^2 - 1)",
            "∑ⱼ (σⱼ² − 1)",
            "sum_j (sigma_j^2 - 1)",
            r"\sum_{j} \left( \sigma_{j}^{2} - 1 \right)",
            "sum(sigma_j**2 - 1 for j in indices)",
        ),
        (
            "E_q[log q - log p]",
            "E_q[log q − log p]",
            "E_q[log q - log p]",
            r"\mathbb{E}_{q}\left[ \log q - \log p \right]",
            "E(log(q) - log(p), q)",
        ),
        (
            "mean(logvar) * sqrt(2 pi)",
            "mean(logvar) · sqrt(2 π)",
            "mean(logvar) * sqrt(2 pi)",
            r"\operatorname{mean} \left( \mathrm{logvar} \right) \cdot \sqrt{2 \pi}",
            "mean(logvar) * sqrt(2 * math.pi)",
        ),
        ("1.5e-3 x", "1.5e-3 x", "1.5e-3 x", r"1.5 \times 10^{-3} x", "1.5e-3 * x"),
        ("(a/b)^2/c", "(a/b)²/c", "(a/b)^2/c", r"\frac{\left( \frac{a}{b} \right)^{2}}{c}", "(a / b)**2 / c"),
        ("lambda_1^12", "λ₁¹²", "lambda_1^12", r"\lambda_{1}^{12}", "lambda_1**12"),
        ("mu_q mu_theta", "μ_q · μ_θ", "mu_q * mu_theta", r"\mu_{q} \cdot \mu_{\theta}", "mu_q * mu_theta"),
        ("lambda", "λ", "lambda", r"\lambda", "lambda_"),
        ("x - (y - z)", "x − (y − z)", "x - (y - z)", r"x - \left( y - z \right)", "x - (y - z)"),
        ("log(s)^2", "log(s)²", "log(s)^2", r"\log \left( s \right)^{2}", "log(s)**2"),
        ("abs(-x)", "abs(−x)", "abs(-x)", r"\operatorname{abs} \left( -x \right)", "abs(-x)"),
        (
            "1e-3^2",
            "1e-3²",
            "1e-3^2",
            r"\left( 1 \times 10^{-3} \right)^{2}",
            "1e-3**2",
        ),
        ("4/2 x", "4/2 x", "4/2 x", r"\frac{4}{2} x", "4/2 * x"),
    ],
)
def test_looks(text: str, unicode: str, ascii: str, latex: str, python_text: str) -> None:  # noqa: A002
    tree = math_parser.parse(text)
    shown = [to_text(tree, style) for style in ("unicode", "ascii", "latex", "python")]
    assert shown == [unicode, ascii, latex, python_text]


TRAPS = {
    "a negative zero as an exponent": Call("exp", Negative(Number(Fraction(0)))),
    "two numbers side by side": operation("*", whole(2), whole(3)),
    "a number beside a fraction sign": operation("*", whole(2), Number(Fraction(1, 2))),
    "a number beside a decimal point": operation("*", whole(2), Number(Fraction(1, 2), ".5")),
    "a number beside e": operation("*", whole(2), operation("*", Constant("e"), whole(5))),
    "a number beside E5": operation("*", whole(2), Symbol("E5")),
    "x^1/2": operation("/", operation("^", X, whole(1)), whole(2)),
    "x^--1/2": operation("/", operation("^", X, Negative(Negative(whole(1)))), whole(2)),
    "e^1/2": operation("/", Call("exp", whole(1)), whole(2)),
    "a power of a scientific number": operation("^", Number(Fraction("1e-3"), "1e-3"), X),
    "a divisor in scientific notation": operation("/", X, Number(Fraction("1e-3"), "1e-3")),
    "a factor in scientific notation": operation("*", X, Number(Fraction("1e-3"), "1e-3")),
    "a function before a quotient": operation("/", Call("log", X), Y),
    "a function before a product": operation("*", Call("log", X), Y),
    "a function to a power": operation("^", Call("log", X), whole(2)),
    "a function of a power of a fraction": Call("log", operation("^", X, Number(Fraction(1, 2)))),
    "an exponent with a function": operation("/", operation("^", X, Call("log", Y)), Y),
    "a negative base": operation("^", Negative(X), whole(2)),
    "a negative fraction as a factor": operation("*", X, Negative(Number(Fraction(1, 2)))),
    "a negative factor": operation("*", whole(2), Negative(X)),
    "a sum before a factor": operation("*", Reduction("sum", "j", Symbol("x_j")), Y),
    "a nameless sum before a factor": operation("*", Reduction("sum", "", X), Y),
    "a sum as a divisor": operation("/", Y, Reduction("sum", "j", Symbol("x_j"))),
    "a sum as an exponent": operation("/", operation("^", Y, Reduction("sum", "", X)), X),
    "a sum of a quotient": Reduction("sum", "", operation("/", X, Y)),
    "a matrix that looks like a sum": operation("*", Symbol("Sigma_i"), X),
    "a symbol called mean": operation("*", Symbol("mean"), operation("+", X, Y)),
    "a symbol called E": operation("*", Symbol("E"), operation("+", X, Y)),
    "a constant's name with an index": operation("^", Symbol("e_1"), Symbol("pi_1")),
    "an expectation over s": Reduction("E", "s", X),
    "an expectation over a Greek letter": Reduction("E", "lambda", X),
    "an index that is a word of Python": Reduction("E", "if", X),
    "a symbol that is a word of Python": operation("*", Symbol("lambda"), Symbol("as")),
    "nested signs": Negative(Negative(operation("-", Negative(X), Negative(Y)))),
    "a tower": operation("^", operation("^", X, Y), operation("^", X, Y)),
    "quotients in a row": operation("/", operation("/", X, Y), operation("/", X, Y)),
    "a fraction as a base": operation("^", Number(Fraction(1, 2)), Number(Fraction(1, 3))),
    "a whole quotient": operation("/", operation("/", whole(4), whole(2)), whole(2)),
    "zero divided": operation("/", whole(0), whole(5)),
    "divided by zero": operation("/", whole(1), whole(0)),
}


@pytest.mark.parametrize("style", NOTATIONS)
@pytest.mark.parametrize("tree", TRAPS.values(), ids=TRAPS)
def test_traps_read_back(tree: Tree, style: Notation) -> None:
    assert read_back(to_text(tree, style), style) == tree


@pytest.mark.parametrize("style", NOTATIONS)
@settings(deadline=None, max_examples=50)  # of each notation
@given(tree=trees)
def test_what_is_printed_reads_back_as_the_same_tree(style: Notation, tree: Tree) -> None:
    text = to_text(tree, style)
    assume(len(text) <= MAX_LENGTH)
    assert read_back(text, style) == tree


@pytest.mark.parametrize("style", NOTATIONS)
@settings(deadline=None, max_examples=30)
@given(tree=numeric)
def test_the_value_survives(style: Notation, tree: Tree) -> None:
    run = Decimals(30)
    point = {name: run.number(exact) for name, exact in POINT.items()}
    try:
        expected = evaluate(tree, point, run)
    except ArithmeticError:
        return
    assert evaluate(read_back(to_text(tree, style), style), point, run) == expected


letters = st.sampled_from("abcdfghklmnprtuvwxyz")


def distinct(names: list[str], operators: list[str], functions: list[str]) -> Tree:
    """Symbols joined in pairs, from the outside in, some of them under a function."""
    joined = iter(operators * len(names))
    wrapped = iter([*functions, "", ""] * len(names))
    row: list[Tree] = [Symbol(name) for name in names]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        odd = row[-1:] if len(row) % 2 else []
        row = [operation(next(joined), left, right) for left, right in pairs] + odd  # type: ignore[arg-type]
        row = [Call(name, tree) if (name := next(wrapped)) else tree for tree in row]
    return row[0]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(letters, min_size=2, max_size=12, unique=True),
    st.lists(st.sampled_from("+-*/^"), min_size=1, max_size=5),
    st.lists(st.sampled_from(("log", "sqrt", "")), min_size=1, max_size=5),
)
def test_nothing_is_reordered(names: list[str], operators: list[str], functions: list[str]) -> None:
    tree = distinct(names, operators, functions)
    assert list(free_symbols(tree)) == names
    for style in NOTATIONS:
        words = re.findall(r"\\?[a-z]+", to_text(tree, style))
        assert [word for word in words if len(word) == 1] == names


def test_nothing_is_distributed() -> None:
    assert to_text(math_parser.parse("-1/2 (1 + 2)")) == "-1/2 (1 + 2)"
    assert to_text(math_parser.parse("2 (x - x) + 0 x")) == "2 (x - x) + 0 x"
