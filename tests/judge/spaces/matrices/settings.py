"""What rules know of a formula of matrices, and what they make of it, for their tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from klcli.formula.program_reader import Program, read_matrices
from klcli.formula.traversal import unplaced
from klcli.formula.tree import Tree
from klcli.judge.mistakes.rules.rewriting import Site
from klcli.judge.mistakes.search import changes
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.question import PLAIN
from klcli.judge.spaces.matrices.kind_assignments import typed
from klcli.judge.spaces.matrices.rules.rewriting import Setting

MatrixRule = Callable[[Site, Setting], Iterator[Tree]]


def program(text: str) -> Program:
    found = read_matrices(text)
    assert found is not None
    return found


def setting(text: str) -> Setting:
    """The setting of a formula under its likeliest way."""
    first = typed(program(text), PLAIN)[0]
    return Setting(first.subject.manner, first.kinds, first.groups[0][0], first.subject.others)


def made(rule: MatrixRule, text: str) -> set[Tree]:
    """Every formula that the rule yields at some place of a text."""
    found = changes(program(text).tree, [(find_mistake("KL124"), rule)], setting(text))
    return {unplaced(change.tree) for change in found}


def tree(text: str) -> Tree:
    return unplaced(program(text).tree)
