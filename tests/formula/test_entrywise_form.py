"""The formula of one entry: what is left of a program where every axis has the length 1."""

from __future__ import annotations

import math

import pytest

from klcli.formula.entrywise_form import entry, without_sums
from klcli.formula.program_reader import read_program
from klcli.formula.traversal import walk
from klcli.formula.tree import Length, MatrixProduct, Reshape, Stop, Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles

POINT = {"mu": 0.7, "lv": 0.4, "x": 1.3, "batch_size": 1.0}


def arrays(text: str) -> Tree:
    return read_program(text, "python").arrays


def value(tree: Tree) -> float:
    return evaluate(tree, POINT, Doubles())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.detach()", 1.3),
        ("x.view(-1).unsqueeze(1).squeeze().t()", 1.3),
        ("x.shape[0] + x.numel() + len(x) + x.size(-1)", 4.0),
        ("x[mask] * mu[~mask]", 1.3 * 0.7),
        ("mu @ mu + np.dot(mu, x)", 0.49 + 0.91),
        ("(x.detach() * lv).sum(1, keepdim=True).mean()", 0.52),
        ("x.sum() / x.shape[0]", 1.3),
        ("-0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp().detach())", -0.5 * (1.4 - 0.49 - math.exp(0.4))),
    ],
)
def test_values(text: str, expected: float) -> None:
    tree = entry(arrays(text))
    assert value(tree) == pytest.approx(expected, rel=1e-14)
    assert not any(isinstance(node, Length | MatrixProduct | Reshape | Stop) for node in walk(tree))


def test_a_formula_of_one_entry_stays_as_it_is() -> None:
    tree = arrays("0.5 * (lv.exp() + mu**2 - 1 - lv)")
    assert entry(tree) == tree


def test_stops_can_stay() -> None:
    tree = entry(arrays("(x.detach().view(-1) * lv).sum()"), keeps_stops=True)
    assert [node.operand for node in walk(tree) if isinstance(node, Stop)] == [Symbol("x")]
    assert not any(isinstance(node, Reshape) for node in walk(tree))


def test_products_of_matrices_can_stay() -> None:
    tree = entry(arrays("mu @ x"), of_matrices=True)
    assert tree == MatrixProduct(Symbol("mu"), Symbol("x"))


def test_parts_keep_their_places() -> None:
    text = "0.5 * (mu.view(-1).detach() ** 2).sum(1)"
    program = read_program(text, "python")
    tree = entry(program.arrays)
    [mean] = [node for node in walk(tree) if node == Symbol("mu")]
    assert mean.span
    assert program.text[slice(*mean.span)] == "mu"


def test_the_tree_of_a_program_is_the_formula_of_an_entry() -> None:
    program = read_program("-0.5 * torch.sum(mu.shape[0] + lv.detach() - mu.pow(2) - lv.exp())", "python")
    assert program.tree == entry(program.arrays)


def test_sums_of_one_entry_are_that_entry() -> None:
    tree = without_sums(entry(arrays("torch.mean((x * lv.exp()).sum(1, keepdim=True), dim=0) - mu.sum()")))
    assert tree == arrays("x * lv.exp() - mu")
