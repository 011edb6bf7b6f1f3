"""Verdicts, from both sides: right formulas are recognised with their constants, wrong ones are not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.formula.program_reader import read
from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import substitute, walk
from klcli.formula.tree import Call, Negative, Number, Operation, Symbol, Tree, operation
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import FORMULAS
from klcli.judge.verdict import Verdict, exact_under, judge
from tests import reference

NAMES = sorted(PARAMETERIZATIONS)

KL = "1/2 (V + mu^2 - 1 - L)"
"""KL(q || N(0, 1)) with V for the variance and L for its logarithm."""


def in_head(text: str, name: str) -> Tree:
    """A formula of V = sigma^2 and L = log sigma^2, written in the head of a reading."""
    row = PARAMETERIZATIONS[name]
    return substitute(parse(text), {"V": row.variance, "L": row.log_variance})


def verdict(text: str, name: str) -> Verdict:
    return judge(parse(text), PARAMETERIZATIONS[name])


def is_kl_at_points(tree: Tree, name: str) -> bool:
    """Whether a formula has the value of the KL at some points, by the reference alone."""
    with mpmath.workdps(40):
        for mu, position in (("0.3", "1.2"), ("-1", "0.4"), ("2.2", "3.1")):
            sigma = reference.in_range(name, mpmath.mpf(position))
            head = reference.HEAD[name](sigma)
            values = {"mu": Decimal(mu), "s": Decimal(mpmath.nstr(head, 40))}
            try:
                found = mpmath.mpf(str(evaluate(tree, values, Decimals(40))))
            except ArithmeticError:
                return False
            if not mpmath.almosteq(found, reference.kl(mpmath.mpf(mu), sigma), 1e-30):
                return False
    return True


@pytest.mark.parametrize("reading", NAMES)
@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_under_every_reading(name: str, reading: str) -> None:
    found = judge(FORMULAS[name], PARAMETERIZATIONS[reading])
    assert (found.kind == "exact") == is_kl_at_points(FORMULAS[name], reading)
    assert found.kind in ("exact", "wrong")


def test_where_the_formulas_met_online_are_exact() -> None:
    assert {name: exact_under(tree) for name, tree in FORMULAS.items()} == {
        "A": ("std",),
        "B": ("var",),
        "C": ("logvar",),
        "D": ("logstd",),
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_reading_has_its_exact_formula(name: str) -> None:
    tree = in_head(KL, name)
    assert is_kl_at_points(tree, name)
    assert judge(tree, PARAMETERIZATIONS[name]).kind == "exact"


@pytest.mark.parametrize(
    ("text", "reading", "kind", "scale", "shift", "mean", "variance"),
    [
        ("-1/2 (1 + s - mu^2 - e^(2s))", "logstd", "other-prior", "1/2", None, "0", "1/2"),
        ("-(1 + s - mu^2 - e^s)", "logvar", "scaled", "2", "0", "0", "1"),
        ("-0.5*(1 + s - mu^2 - e^s)/784", "logvar", "scaled", "1/784", "0", "0", "1"),
        ("-1/2 (s - mu^2 - e^s)", "logvar", "scaled", "1", "1/2", "0", "1"),
        ("log(3/s) + (s^2 + (mu - 2)^2)/18 - 1/2", "std", "other-prior", "1", "0", "2", "9"),
        ("log s + (1 + mu^2)/(2 s^2) - 1/2", "std", "reversed", "1", "0", "0", "1"),
        ("1/2 (log s + (4 + (mu - 1)^2)/s)", "var", "reversed", "1", None, "1", "4"),
        ("s^2 + mu^2 - log s", "std", "other-prior", "1", None, "0", "1/2"),
    ],
)
def test_which_kl_it_is(
    text: str, reading: str, kind: str, scale: str, shift: str | None, mean: str, variance: str
) -> None:
    found = verdict(text, reading)
    assert found.kind == kind
    assert found.kl is not None
    assert found.kl.scale == Fraction(scale)
    assert found.kl.prior_mean == Fraction(mean)
    assert found.kl.prior_variance == Fraction(variance)
    if shift is not None:
        assert found.kl.shift == Fraction(shift)


@pytest.mark.parametrize(
    "text",
    [
        "-1/2 (1 + s + mu^2 - e^s)",
        "-1/2 (1 + s - mu^2 + e^s)",
        "-1/2 (1 - s - mu^2 - e^s)",
        "1/2 (1 + s - mu^2 - e^s)",
        "-1/2 (1 + s - mu - e^s)",
        "-1/2 (1 + s - e^s)",
        "-1/2 (1 + s^2 - mu^2 - e^s)",
        "-1/2 (1 + s - mu^2 - e^(s^2))",
        "-1/2 + (1 + s - mu^2 - e^s)",
        "1/2 (mu^2 + e^s - 1) - abs(s)/2",
        "-1/2 (1 + s - mu^2 - e^s) + 1e-50 mu^4",
        "-1/2 (1 + log(s + 0.00001) - mu^2 - s)",
    ],
)
def test_wrong_ones(text: str) -> None:
    assert verdict(text, "logvar").kind == "wrong"


@pytest.mark.parametrize("text", ["mu^2 + s", "mu^2", "s", "2 mu s", "sqrt(s) + mu^2"])
def test_what_has_not_the_ingredients(text: str) -> None:
    assert verdict(text, "logvar").kind == "not-kl"


@pytest.mark.parametrize("number", ["1 + 1e-60", "1e-60", "1.00000000000000000000000000000000000000000001"])
def test_a_scale_next_to_one_is_not_one(number: str) -> None:
    found = verdict(f"-1/2 (1 + s - mu^2 - e^s) * ({number})", "logvar")
    assert found.kind == "scaled"
    assert found.kl is not None
    assert found.kl.scale != 1


@pytest.mark.parametrize("mean", ["mu", "z_mean", "loc", "mean"])
def test_a_mean_by_name_is_the_mean(mean: str) -> None:
    assert verdict(f"-1/2 (1 + s - {mean}^2 - e^s)", "logvar").kind == "exact"
    swapped = verdict(f"-1/2 (1 + {mean} - s^2 - e^{mean})", "logvar")
    assert swapped.kind == "wrong"
    assert (swapped.roles.mean, swapped.roles.head) == (mean, "s")


def test_other_names_are_tried_both_ways() -> None:
    assert verdict("-1/2 (1 + b - a^2 - e^b)", "logvar").kind == "exact"
    assert verdict("-1/2 (1 + a - b^2 - e^a)", "logvar").kind == "exact"


def test_python_and_latex_are_read_too() -> None:
    row = PARAMETERIZATIONS["logvar"]
    assert judge(read("-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())"), row).kind == "exact"
    assert judge(read(r"-\frac12 \sum_j (1 + s_j - \mu_j^2 - e^{s_j})"), row).kind == "exact"


@pytest.mark.parametrize("text", ["1/2 log 2", "mu + s + t"])
def test_other_numbers_of_symbols_are_refused(text: str) -> None:
    with pytest.raises(KlcliError, match="one mean and one head"):
        verdict(text, "std")


RATIONALS = st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50)
SIGNED = st.fractions(min_value=-20, max_value=20, max_denominator=20)


@settings(max_examples=40, deadline=None)
@given(RATIONALS, SIGNED, SIGNED, RATIONALS, st.sampled_from(NAMES), st.booleans())
def test_any_scaled_kl_to_any_prior_is_recognised(
    k: Fraction, c: Fraction, m: Fraction, t2: Fraction, name: str, backward: bool
) -> None:
    forward_text = f"({k}) * 1/2 * (V/({t2}) + (mu - ({m}))^2/({t2}) - 1 - L + log({t2})) + ({c})"
    backward_text = f"({k}) * 1/2 * (({t2})/V + (mu - ({m}))^2/V - 1 + L - log({t2})) + ({c})"
    found = judge(in_head(backward_text if backward else forward_text, name), PARAMETERIZATIONS[name])
    assert found.kl is not None
    assert (found.kl.scale, found.kl.prior_mean, found.kl.prior_variance) == (k, m, t2)
    assert abs(Fraction(found.kl.shift) - c) < Fraction(1, 10**25)
    plain = (m, t2) == (0, 1)
    kind = "exact" if plain and (k, c) == (1, 0) else "scaled" if plain else "other-prior"
    assert found.kind == ("reversed" if backward else kind)


def mutations(tree: Tree) -> st.SearchStrategy[Tree]:
    """The tree with one node changed: a number, a sign, an operator, a function, a symbol."""
    places = list(walk(tree))

    def changed(node: Tree, choice: int) -> Tree:
        match node:
            case Number(value):
                return Number(abs(value + (1, Fraction(1, 2), -1, 2)[choice]))
            case Symbol(name):
                return Symbol("s" if name == "mu" else "mu")
            case Negative(operand):
                return operand
            case Call(_, argument):
                return (argument, Call("expm1", argument), Call("softplus", argument), Negative(node))[choice]
            case Operation(operator, left, right):
                other = {"+": "-", "-": "+", "*": "/", "/": "*", "^": "*"}[operator]
                return operation(other, left, right)
        return node

    def apply(target: Tree, choice: int) -> Tree:
        def visit(node: Tree) -> Tree:
            if node is target:
                return changed(node, choice)
            match node:
                case Negative(operand):
                    return Negative(visit(operand))
                case Operation(operator, left, right):
                    return operation(operator, visit(left), visit(right))
                case Call(function, argument):
                    return Call(function, visit(argument))
            return node

        return visit(tree)

    return st.builds(apply, st.sampled_from(places), st.integers(0, 3))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_mutated_formula_is_exact_only_if_it_is_equal(name: str, data: st.DataObject) -> None:
    tree = data.draw(mutations(in_head(KL, name)), label="mutated")
    assume({"mu", "s"} >= {node.name for node in walk(tree) if isinstance(node, Symbol)})
    assume(any(isinstance(node, Symbol) for node in walk(tree)))
    found = judge(tree, PARAMETERIZATIONS[name])
    if found.roles.mean == "mu":
        assert (found.kind == "exact") == is_kl_at_points(tree, name), to_text(tree)
