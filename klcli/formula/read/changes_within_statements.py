"""Statements that change a value while they use it, where Python's order of evaluation says what is meant.

They are refused: what they compute is no formula of the values before.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.ast_parts import names_in, walked, words_in
from klcli.formula.read.python import PythonReader


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
    for one in nodes:
        if (
            isinstance(one, ast.keyword)
            and one.arg == "out"
            and not names_in(one.value).isdisjoint(reader.values)
        ):
            raise reader.error("a value that is changed by out= is not followed", one.value)
    for name in filter(None, (reader.changed_by(one) for one in nodes if isinstance(one, ast.Call))):
        names = (one for one in nodes if isinstance(one, ast.Name) and one.id == name)
        if sum(isinstance(one.ctx, ast.Load) for one in names) > 1:
            hint = "change it in a statement of its own"
            raise reader.error(f"{name} is changed in place where it is used", statement, hint)


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
    for node in walked(statement):
        match node:
            case ast.NamedExpr(target=ast.Name(id=name)):
                pass
            case ast.Call():
                name = reader.changed_by(node)
            case _:
                continue
        if name in reader.values:
            hint = "change it in a statement of its own"
            raise reader.error(f"{name} is changed where it is reported", node, hint)
