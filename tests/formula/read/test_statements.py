"""Statements in their order: Python itself, on arrays of numpy, gives the same values."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from klcli.formula.read.python import PythonReader
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.statements import Statements
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Stop, Symbol
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array

RANDOM = np.random.default_rng(5)
GIVEN = {name: RANDOM.uniform(0.3, 2.5, (4, 3)) for name in ("mu", "lv")}


def followed(text: str, opaque: frozenset[str] = frozenset()) -> tuple[Statements, Any]:
    reader = PythonReader(SourceText(text))
    statements = Statements(reader, opaque)
    return statements, statements.result(reader.statements())


PROGRAMS = [
    "losses = {'rec': 3 * mu, 'kl': mu + lv}\nresult = losses['kl']",
    "losses = {'kl': mu + lv}; losses['kl'] *= 2\nresult = losses['kl']",
    "losses = {'kl': mu + lv}; losses['kl'] = mu - lv\nresult = losses['kl']",
    "losses = {'kl': mu + lv}; losses = {'kl': mu - lv, 'rec': mu}\nresult = losses['kl']",
    "losses = {'kl': mu + lv}; out = losses; out['rec'] = mu\nresult = losses['kl']",
    "var = np.exp(lv)\nresult = -0.5 * np.sum(1 + lv - mu**2 - var)",
    "x = mu\nx = x * 2\nresult = x - mu",
    "a, b = lv, mu\na, b = b, a\nresult = a - 2 * b",
    "x = mu + 0\ny = x\nx += 1\nresult = x - 3 * y",
    "x = mu * 1\nx *= 2\nx -= lv\nresult = x",
    "x = mu\nx = x + 1\nx = x + x\nresult: float = x",
    "def f(z):\n    w = z * 2\n    return w + 1\nresult = f(mu) - f(lv)",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_python_computes_the_same(text: str) -> None:
    space = {"np": np, **{name: array.copy() for name, array in GIVEN.items()}}
    exec(text, space)
    symbols = {name: Array(array.shape, array.ravel().tolist()) for name, array in GIVEN.items()}
    found = evaluate_arrays(followed(text)[1], symbols)
    np.testing.assert_allclose(np.reshape(found.values, found.shape), space["result"], rtol=1e-13)


def test_what_is_left_of_the_last_equals_sign() -> None:
    statements, _ = followed("var = lv.exp()\nself.kl_loss = var - lv")
    assert statements.left == "self.kl_loss"
    assert list(statements.helpers) == ["var", "kl_loss"]


def test_names_stay_symbols_where_they_are_asked_for() -> None:
    _, tree = followed("sigma = lv.exp()\nsigma - mu", frozenset(("sigma",)))
    assert free_symbols(tree) == ("sigma", "mu")


def test_what_a_network_computes_is_a_new_symbol_after_each_assignment() -> None:
    _, tree = followed("h = net(x)\na = h * 2\nh = other(h)\na + h")
    assert len(free_symbols(tree)) == 2


def test_no_gradient_flows_through_a_block_without_one() -> None:
    _, tree = followed("with torch.no_grad():\n    w = mu**2\nw + lv")
    assert any(isinstance(node, Stop) for node in walk(tree))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x.mul_(2) + x", "changed in place where it is used"),
        ("for i in y:\n    x", "this statement has no place"),
        ("return mu**2, lv.exp()", "several formulas are given back"),
        ("kl = mu**2\nkl[kl < 0.5] = 0.5\nkl.sum()", "entries of kl are given other values"),
        ("lv[lv < -5] = -5\nlv.sum()", "entries of lv are given other values"),
        ("kl = mu**2\nkl.data[:, 0] = 0\nkl.sum()", "entries of kl are given other values"),
        ("import torch", "there is no formula"),
        ("print(mu)", "the last statement is no formula"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        followed(text)


def test_the_formula_among_what_is_given_back() -> None:
    _, tree = followed("return z, mu, -0.5 * lv.sum()")
    assert free_symbols(tree) == ("lv",)


def test_statements_are_trees_of_python() -> None:
    reader = PythonReader(SourceText("x = 1\nx"))
    assert [type(statement) for statement in reader.statements()] == [ast.Assign, ast.Expr]


KL = "kl = 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)\n"


@pytest.mark.parametrize(
    ("last", "whole"),
    [
        ("return bce + kl, bce, kl", "return bce + kl"),
        ("return bce + kl, -kl", "return bce + kl"),
        ("return {'loss': bce + 2*kl, 'bce': bce.detach(), 'KLD': -kl.detach()}", "return bce + 2*kl"),
        ("return {'loss': loss, 'KLD': -kl.detach()}", "return -kl.detach()"),
        ("return {'loss': 3*kl, 'KLD': kl.item()}", "return 3*kl"),
    ],
)
def test_of_several_results_the_loss_is_meant(last: str, whole: str) -> None:
    assert followed(KL + last)[1] == followed(KL + whole)[1]


@pytest.mark.parametrize(
    "last",
    [
        "return kl, (mu**2).sum()",
        "return kl.item(), 2*mu",
        "return kl, -kl",
        "return {'loss': loss, 'KLD': -other.detach()}",
    ],
)
def test_of_two_losses_somebody_has_to_say_which(last: str) -> None:
    with pytest.raises(FormulaError, match="given back"):
        followed(KL + last)


@pytest.mark.parametrize(
    "change",
    [
        "print(kl.mul_(2))",
        "assert (kl := 2 * kl) > 0",
        "if (kl := 2 * kl) > 3:\n    print(kl)",
        "kl[:] *= 2",
        "kl.data *= 2",
        "two = torch.mul(kl, 2, out=kl)",
        "kl.data = 2 * kl",
    ],
)
def test_a_change_of_what_was_computed_is_not_passed_over(change: str) -> None:
    text = f"kl = 0.5 * (mu**2 + lv.exp() - 1 - lv)\n{change}\nkl"
    with pytest.raises(FormulaError, match=r"kl|out="):
        followed(text)


def test_values_that_are_given_where_only_something_is_reported() -> None:
    _, tree = followed("kl = mu**2\nif (n := len(mu)) > 3:\n    print(n)\nprint(kl.mul(2))\nkl")
    assert set(free_symbols(tree)) == {"mu"}


@pytest.mark.parametrize(
    "text",
    [
        "torch.rsub(torch.log(s := s**2), s)",  # whose arguments are read in another order
        "var = s\ntorch.sub(torch.log(var := x), var)",
    ],
)
def test_a_second_value_within_an_expression_is_not_followed(text: str) -> None:
    with pytest.raises(FormulaError, match="gets another value within an expression"):
        followed(text)


@pytest.mark.parametrize(
    "text",
    [
        "losses = {'kl': a + b}; out = losses; out['kl'] *= 2; losses['kl']",
        "losses = {'kl': a + b}; out = losses; out['kl'] = 3 * a; losses['kl']",
        "losses = {'kl': a + b}; losses = {'kl': losses['kl'] * 2}; losses['kl']",
        "losses = {'kl': a + b, 'kl': net(x)}; losses['kl']",
        "losses = {'kl': a + b}; losses = {'rec': a}; losses['kl']",
        "losses = {'kl': a + b, **more}; losses['kl']",
    ],
)
def test_entries_of_a_table_that_are_not_known(text: str) -> None:
    try:
        _, tree = followed(text)
    except FormulaError:
        return
    assert isinstance(tree, Symbol)
