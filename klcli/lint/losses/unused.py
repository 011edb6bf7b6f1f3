"""KL terms that nothing uses."""

from __future__ import annotations

import ast

from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.syntax_names import names_in, reads, stored
from klcli.lint.terms.closed_form_terms import Divergence


def is_unused(one: Divergence) -> bool:
    """Whether a function, or a script, computes a KL for a name that nothing in it reads."""
    step = one.excerpt.step
    around = _seen_by(step)
    if around is None:
        return False
    match step.node:
        case ast.Assign(targets=[ast.Name(id=target)]):
            name = step.spelled.get(target, target)
            lines = (node for node in ast.walk(around) if isinstance(node, ast.stmt))
            return not any(_reads(line, name) for line in lines)
    return False


def _seen_by(step: FlowStatement) -> ast.AST | None:
    """Where the names that a statement gives values can be read; None where that may be anywhere.

    What stands outside of functions is imported by other files, but not what only a script does.
    """
    node = step.function.node
    if node is not None:
        return None if isinstance(node, ast.Lambda) else node
    tree = step.function.module.tree
    scripts = [line for line in tree.body if isinstance(line, ast.If) and "__name__" in names_in(line.test)]
    at = step.node.lineno
    return tree if any(line.lineno < at <= (line.end_lineno or 0) for line in scripts) else None


def _reads(statement: ast.stmt, name: str) -> bool:
    """Whether a statement by itself reads a name for anything but to change it."""
    if isinstance(statement, ast.Global | ast.Nonlocal):
        return name in statement.names
    if isinstance(statement, ast.Assign | ast.AugAssign) and stored(statement) == {name}:
        return False
    return not {name, "locals", "vars", "eval", "exec"}.isdisjoint(reads(statement))
