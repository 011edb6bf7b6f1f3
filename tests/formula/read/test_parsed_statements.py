"""Statements that were parsed before are read like their text, and corrected without one."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.minimal_edits import edited
from klcli.formula.program_reader import Program, read_program, read_statements
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import substitute, unplaced, walk
from klcli.formula.tree import Reduction, Symbol, Tree

TEXTS = [
    "x = mu\nx *= 2\ny = x - lv\nreturn y",
    "a, b = lv, mu\na, b = b, a\na - 2 * b",
    "var = 1e-8 + self.logvar.exp()\n0.5 * torch.sum(var + h[:, 0] ** 2 - 1, dim=1).mean(keepdim=True)",
    "log = np.log\nq = Normal(mu, std)\nreturn log(s) + 0.5 * mu.sum(-1)",
    "from math import log2 as log\nx = log(s)\nx = x + s\ny = net(x)\nreturn x + y",
    "mu, s = net(x)\nreturn mu + s",
    "mu + mu_2 + self.mu",
    "F.kl_div(p, q) + s",
    "with torch.no_grad():\n    f = lambda t: t * s\n    f(mu) + x",
]


def of_nodes(text: str, opaque: frozenset[str] = frozenset()) -> Program:
    return read_statements(SourceNodes(ast.parse(text).body), opaque)


def facts(program: Program) -> tuple[object, ...]:
    sums = [node for node in walk(program.arrays) if isinstance(node, Reduction)]
    axes = [(node.kind, node.axes, node.keepdim) for node in sums]
    return program.tree, program.arrays, axes, program.left, program.spellings, program.helpers


@pytest.mark.parametrize("text", TEXTS)
def test_statements_are_read_like_their_text(text: str) -> None:
    found = of_nodes(text)
    assert facts(found) == facts(read_program(text, "python"))
    for name in found.helpers:
        opaque = frozenset((name,))
        assert facts(of_nodes(text, opaque)) == facts(read_program(text, "python", opaque))


@pytest.mark.parametrize("text", TEXTS)
def test_statements_stay_what_they_are(text: str) -> None:
    statements = ast.parse(text).body
    before = list(map(ast.dump, statements))
    read_statements(SourceNodes(statements))
    assert list(map(ast.dump, statements)) == before


def test_a_divergence_of_tables_is_no_term_where_it_is_all() -> None:
    with pytest.raises(FormulaError, match="kl_div"):
        of_nodes("F.kl_div(p, q)")


def test_equal_are_those_that_would_be_written_alike() -> None:
    one, same, other = (SourceNodes(ast.parse(text).body) for text in ("s + 1", "(s +\n 1)", "s + 2"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "s + 1"


def corrected(text: str, values: dict[str, Tree]) -> tuple[SourceNodes, SourceNodes | None]:
    """The statements of a text, and those in which symbols have others in their place."""
    program = of_nodes(text)
    assert isinstance(program.source, SourceNodes)
    found = edited(program, program.tree, substitute(program.tree, values))
    assert found is None or isinstance(found, SourceNodes)
    return program.source, found


def test_a_correction_leaves_other_statements_the_same_objects() -> None:
    before, after = corrected("v = s.exp()\nreturn v * (s - mu)", {"mu": Symbol("m")})
    assert after
    assert after.text == "v = s.exp()\nreturn v * (s - m)"
    assert after.given[0] is before.given[0]
    assert before.text == "v = s.exp()\nreturn v * (s - mu)"


def test_what_comes_into_a_statement_needs_no_brackets() -> None:
    _, after = corrected("2 * s.exp()", {"s": unplaced(of_nodes("a + b").tree)})
    assert after
    assert after.text == "2 * (a + b).exp()"


def test_a_helper_that_is_used_twice_is_changed_once() -> None:
    _, after = corrected("v = s.exp()\nv - v.log()", {"s": unplaced(of_nodes("2 * s").tree)})
    assert after
    assert after.text == "v = (2 * s).exp()\nv - v.log()"


def test_a_definition_is_changed_where_it_stands() -> None:
    _, after = corrected("f = lambda t: t * s\nf(mu) + f(x)", {"s": Symbol("r")})
    assert after
    assert after.text == "f = lambda t: t * r\nf(mu) + f(x)"


def test_what_a_definition_made_stands_nowhere() -> None:
    program = of_nodes("f = lambda t: t * s\nf(mu)")
    assert edited(program, program.tree, Symbol("mu")) is None


def test_an_error_shows_the_node() -> None:
    with pytest.raises(FormulaError, match="net\\(x\\)"):
        of_nodes("y = mu\nreturn y + net(x)")
