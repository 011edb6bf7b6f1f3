"""Statements that change a value while they use it, where Python's order of evaluation says what is meant.

They are refused: what they compute is no formula of the values before.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.ast_parts import text_of_name, walked, words_in
from klcli.formula.read.callee import called
from klcli.formula.read.python import PythonReader
from klcli.formula.read.shared_entries import changing_calls, sharing
from klcli.formula.tree import Symbol


def check_order(statement: ast.stmt, reader: PythonReader) -> None:
    """Refuse an expression that changes an object in place and uses it elsewhere, too.

    Args:
        statement: that is followed next.
        reader: with the values so far.

    Raises:
        FormulaError: it does.
    """
    if isinstance(statement, ast.FunctionDef | ast.With):
        return
    nodes = list(walked(statement))
    _refuse_second_value([one for one in nodes if isinstance(one, ast.NamedExpr)], reader)
    _refuse_unfollowed(statement, reader)
    for name in filter(None, (reader.changed_by(one) for one in nodes if isinstance(one, ast.Call))):
        names = (one for one in nodes if isinstance(one, ast.Name) and one.id == name)
        if sum(isinstance(one.ctx, ast.Load) for one in names) > 1:
            hint = "change it in a statement of its own"
            raise reader.error(f"{name} is changed in place where it is used", statement, hint)


def _refuse_unfollowed(statement: ast.stmt, reader: PythonReader) -> None:
    """Refuse a call that changes what has a value in a way that is not followed: ``np.copyto(kl, x)``."""
    for call, changed, is_certain in changing_calls(statement):
        for one in (found for node in changed for found in sharing(node, of_unknown=False)):
            if is_certain or reader.is_used(text_of_name(one)):
                problem = f"what {called(call)} does to {text_of_name(one)} is not followed"
                raise reader.error(problem, call, "write what is computed as an assignment").of_whole_text()


def refuse_unread_change(value: ast.expr, reader: PythonReader) -> None:
    """Refuse a value that cannot be read and changes in place what is used: ``[kl.mul_(2) for _ in x]``.

    Args:
        value: of an assignment.
        reader: with the values so far.

    Raises:
        FormulaError: it does.
    """
    for node in walked(value):
        if isinstance(node, ast.Call) and (name := reader.changed_by(node)) and reader.is_used(name):
            raise reader.error(f"what is done to {name} here is not followed", node).of_whole_text()


def _refuse_second_value(given: Sequence[ast.NamedExpr], reader: PythonReader) -> None:
    """Refuse ``(s := s**2)``: which s is meant elsewhere in the expression is a matter of its order."""
    names = [one.target.id for one in given]
    for name, node in zip(names, given, strict=True):
        if name in reader.values or name in words_in(node.value) or names.count(name) > 1:
            hint = f"give {name} its value in a statement of its own"
            raise reader.error(f"{name} gets another value within an expression", node, hint)


def refuse_change(statement: ast.stmt, reader: PythonReader) -> None:
    """Refuse a statement that only reports if it changes what has a value: ``print(kl.mul_(2))``.

    Args:
        statement: that only reports.
        reader: with the values so far.

    Raises:
        FormulaError: it does.
    """
    _refuse_unfollowed(statement, reader)
    for node in walked(statement):
        match node:
            case ast.NamedExpr(target=ast.Name(id=name)):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="update" | "append" | "step")):
                name = owner if _is_computed(owner, reader) else ""
            case ast.Call():
                name = reader.changed_by(node)
            case _:
                continue
        if name and reader.is_used(name):
            hint = "change it in a statement of its own"
            raise reader.error(f"{name} is changed where it is reported", node, hint)


def _is_computed(name: str, reader: PythonReader) -> bool:
    """Whether a name stands for an array that the text computes, and for no log and no optimiser."""
    return not isinstance(reader.values.get(name, Symbol("x")), Symbol)
