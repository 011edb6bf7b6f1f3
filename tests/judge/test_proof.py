"""Proofs by algebra: every true verdict is proved, a false one is not; sympy is the second witness."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.formula.program_reader import read, read_program
from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import children, free_symbols, rebuilt, substitute, walk
from klcli.formula.tree import Call, Negative, Number, Operation, Symbol, Tree, number, operation
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import verify
from klcli.judge.proof import is_proved, is_shown_by_sympy
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import ScaledKL
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Way
from tests.judge.formulas import NAMES, is_kl, parts, right_lines


@pytest.mark.parametrize("name", NAMES)
def test_right_lines_are_proved(name: str) -> None:
    for _, text in right_lines(name):
        found = verify(read_program(text))
        assert is_proved(found.prepared.tree, found.best.verdict), text
        assert is_shown_by_sympy(found.prepared.tree, found.best.verdict), text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", ["std", "logvar", "softplus"])
def test_two_gaussians_are_proved(name: str, other: str) -> None:
    (v1, l1), (v2, l2) = parts(name, "s1"), parts(other, "s2")
    v, w, k, m = (to_text(tree, "python") for tree in (v1, v2, l1, l2))
    found = verify(read_program(f"0.5 * ({m} - ({k}) + (({v}) + (mu1 - mu2)**2)/({w}) - 1)"))
    assert found.best.kind == "exact"
    assert is_proved(found.prepared.tree, found.best.verdict)


@pytest.mark.parametrize(
    "text",
    [
        "-1/2 (1 + s - mu^2 - e^(2s))",
        "-(1 + s - mu^2 - e^s)/64 + 3",
        "log s + (1 + mu^2)/(2 s^2) - 1/2",
        "1/2 (mu^2/4 + s^2/4 - 1 - 2 log(s))",
        "1/2 (s1/s2 - log(s1/s2) + (m1 - m2)^2/s2 - 1) + log(2)",
    ],
)
def test_multiples_other_priors_and_the_reversed(text: str) -> None:
    found = verify(read_program(text))
    assert found.best.verdict.kl is not None
    assert is_proved(found.prepared.tree, found.best.verdict)


def test_a_false_claim_is_not_proved() -> None:
    tree = read("-0.5 * (1 + s - mu^2 - exp(s))")
    verdict = verify(read_program("-0.5 * (1 + s - mu^2 - exp(s))")).best.verdict
    assert verdict.kl is not None
    assert is_proved(tree, verdict)
    for wrong in (
        replace(verdict, kl=replace(verdict.kl, shift=Fraction(1, 10**30))),
        replace(verdict, kl=replace(verdict.kl, scale=Fraction(2))),
        replace(verdict, kind="reversed"),
        replace(verdict, kl=None),
    ):
        assert not is_proved(tree, wrong)


@pytest.mark.parametrize(
    "text",
    [
        "1/2 (s + mu^2 - 1 - log s) + abs(s - 30) + s - 30",  # a kink far out, where no point is
        "1/2 (s + mu^2 - 1 - log s) + mu/mu - 1",  # no value at mu = 0
        "1/2 (s + mu^2 - 1 - log s) + 0 * log(s - 1/1000)",  # none for small variances
    ],
)
def test_what_holds_at_most_points_is_not_proved(text: str) -> None:
    assert not is_proved(parse(text), exactly("var"))


def exactly(name: str) -> Verdict:
    """The verdict that a formula is the KL to N(0, 1) with a head s under a reading."""
    kl = ScaledKL(Fraction(1), Fraction(0), Fraction(0), Fraction(1))
    return Verdict("exact", Way(Roles("mu", "s"), PARAMETERIZATIONS[name]), kl)


EVERYWHERE = [
    ("a", "-(-a)"),
    ("a", "3 a/3"),
    ("a", "a + pi - pi"),
    ("a", "log(exp(a))"),
    ("a", "sqrt(2) a sqrt(1/2)"),
    ("a - b", "-(b - a)"),
    ("a + b", "b + a"),
    ("a * b", "b a"),
    ("a * b", "((a + b)^2 - (a - b)^2)/4"),
    ("a^2", "a * a"),
    ("a^2", "abs(a)^2"),
    ("exp(a)", "exp(a/2)^2"),
    ("exp(a)", "1/exp(-a)"),
    ("exp(a)", "expm1(a) + 1"),
    ("exp(a)", "2^(a/log 2)"),
    ("log(a)", "2 log(sqrt(a))"),
    ("log(a)", "-log(1/a)"),
    ("log(a)", "log(3 a) - log 3"),
    ("log(a)", "log1p(a - 1)"),
    ("log(a)", "log(a^2)/2"),
    ("softplus(a)", "log(1 + exp(a))"),
    ("softplus(a)", "a + log1p(exp(-a))"),
    ("sqrt(a)", "a^(1/2)"),
    ("sqrt(a)", "exp(log(a)/2)"),
]
"""Pairs of formulas that are equal wherever the first has a value."""

REWRITES = [(parse(before), parse(after)) for before, after in EVERYWHERE]


def matched(pattern: Tree, tree: Tree) -> dict[str, Tree] | None:
    """What a and b of a pattern stand for in a tree; None if it is not of that form."""
    if isinstance(pattern, Symbol):
        return {pattern.name: tree}
    if type(pattern) is not type(tree) or isinstance(pattern, Number):
        return {} if pattern == tree else None
    heads = (getattr(pattern, "operator", ""), getattr(pattern, "function", ""))
    if heads != (getattr(tree, "operator", ""), getattr(tree, "function", "")):
        return None
    found: dict[str, Tree] = {}
    for part, own in zip(children(pattern), children(tree), strict=True):
        inner = matched(part, own)
        if inner is None:
            return None
        found |= inner
    return found


def changed(tree: Tree, place: int, change: Tree) -> Tree:
    """A tree with another one in the place of a node, which are counted as `walk` meets them."""

    def visit(node: Tree) -> Tree:
        nonlocal place
        place -= 1
        return change if place == -1 else rebuilt(node, [visit(child) for child in children(node)])

    return visit(tree)


@st.composite
def rewritten(draw: st.DrawFn, tree: Tree) -> Tree:
    """A formula in which some parts are written in another way."""
    for _ in range(draw(st.integers(1, 5))):
        nodes = list(walk(tree))
        ways = [
            (place, substitute(after, found))
            for place, node in enumerate(nodes)
            if free_symbols(node)  # an exponent that was written in another way has no digits to spare
            for before, after in REWRITES
            if (found := matched(before, node)) is not None
        ]
        tree = changed(tree, *draw(st.sampled_from(ways)))
    return tree


@st.composite
def mutated(draw: st.DrawFn, tree: Tree) -> Tree:
    """A formula with one number, sign, function or symbol changed."""
    nodes = list(walk(tree))
    place = draw(st.integers(0, len(nodes) - 1))
    node = nodes[place]
    small = number(1 + Fraction(1, 10 ** draw(st.integers(1, 12))))
    ways = [operation("*", small, node), operation("+", node, Number(Fraction(1, 10**12)))]
    match node:
        case Number():
            ways += [number(node.value + 1), Negative(node)]
        case Negative(operand):
            ways.append(operand)
        case Operation(_, left, right):
            ways += [left, right, operation("-", left, right), operation("+", left, right)]
        case Call(function, argument):
            ways += [argument, Call("abs" if function != "abs" else "exp", node)]
        case Symbol():
            ways += [Call("abs", node), Symbol("s"), Symbol("mu")]
    return changed(tree, place, draw(st.sampled_from(ways)))


def closed_form(name: str) -> Tree:
    variance, log_variance = (to_text(part, "python") for part in parts(name))
    return read(f"0.5 * ({variance} + mu**2 - 1 - ({log_variance}))")


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(NAMES))
def test_rewritten_closed_forms_are_proved(data: st.DataObject, name: str) -> None:
    tree = data.draw(rewritten(closed_form(name)))
    assert is_kl(tree, Roles("mu", "s"), name), to_text(tree)
    assert is_proved(tree, exactly(name)), to_text(tree)


@settings(deadline=None, max_examples=120)
@given(st.data(), st.sampled_from(NAMES))
def test_what_is_proved_is_so(data: st.DataObject, name: str) -> None:
    """One change in a rewritten closed form; the values are those of the definition, in mpmath."""
    tree = data.draw(mutated(data.draw(rewritten(closed_form(name)))))
    if is_proved(tree, exactly(name)):
        assert is_kl(tree, Roles("mu", "s"), name), to_text(tree)


@settings(deadline=None, max_examples=25)
@given(st.data(), st.sampled_from(NAMES))
def test_sympy_agrees(data: st.DataObject, name: str) -> None:
    """What is proved, sympy shows; and it shows nothing of a changed formula that is not proved."""
    tree = data.draw(mutated(closed_form(name)))
    assert is_proved(tree, exactly(name)) == is_shown_by_sympy(tree, exactly(name)), to_text(tree)
