"""Terms of which nothing is claimed: what is done to them is not followed, as `klcli verify` would say."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_statements
from klcli.formula.read.ast_parts import walked
from klcli.formula.read.decorators import refuse_changing
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.syntax_errors import FormulaError
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.project.definitions import SourceFunction
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.estimators import EstimatorLine
from klcli.lint.terms.samples import SamplingLine
from klcli.values import dataclass

ReadTerm: TypeAlias = Divergence | SamplingLine | EstimatorLine

_REMEMBERED = 256
"""Functions of which it is remembered what changes them: each has several terms."""


@dataclass(frozen=True, slots=True)
class UnreadTerm:
    """An expression that would be a term, were it not for what is not followed.

    Attributes:
        found: the term that its own names make it.
        problem: what is not followed, in words.
    """

    found: ReadTerm
    problem: str

    @property
    def excerpt(self) -> CodeExcerpt:
        """Where it stands."""
        return self.found.excerpt


def why_unread(source: SourceNodes, *, matrices: bool) -> str:
    """Why statements cannot be read, in words; empty where they can.

    Args:
        source: the statements.
        matrices: whether they are read as those of matrices.
    """
    try:
        read_statements(source, matrices=matrices)
    except KlcliError as error:
        return error.problem if isinstance(error, FormulaError) else str(error)
    return ""


def changed_by_decorator(excerpt: CodeExcerpt) -> str:
    """What a decorator that is not known makes of the function of a term, in words; empty without one.

    Args:
        excerpt: the term. What calls its function with other values changes nothing of it.
    """
    functions = {step.function for step in excerpt.steps}
    outer = set() if excerpt.is_local else {excerpt.root}
    return next(filter(None, map(_changing_decorator, functions - outer)), "")


@lru_cache(maxsize=_REMEMBERED)
def _changing_decorator(function: SourceFunction) -> str:
    """What is not followed of a function's decorators; one that gives nothing back is only run otherwise."""
    decorators = getattr(function.node, "decorator_list", [])
    if not decorators or not any(map(_gives_back, function.body)):
        return ""
    try:
        refuse_changing(decorators, lambda problem, _node, hint: FormulaError(problem, "", 0, hint))
    except FormulaError as error:
        return error.problem
    return ""


def _gives_back(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) and node.value for node in walked(statement))
