"""The numbers that parameters of a function are unless they are given: ``eps=1e-8``."""

from __future__ import annotations

import ast
from fractions import Fraction
from math import isfinite

from klcli.formula.read.ast_parts import literal, walked
from klcli.formula.read.plain_names import plain_name


def numbers_by_default(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> dict[str, Fraction]:
    """The numbers that are the defaults of parameters, by the symbols of these.

    A parameter that gets another value in the function is left out.

    Args:
        node: the function.
    """
    arguments = node.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    found: list[tuple[str, ast.expr | None]] = list(
        zip(reversed(names), reversed(arguments.defaults), strict=False)
    )
    found += zip([one.arg for one in arguments.kwonlyargs], arguments.kw_defaults, strict=True)
    values = {plain_name(name): number for name, default in found if (number := _number(default)) is not None}
    if not values:
        return {}
    body = [node.body] if isinstance(node.body, ast.expr) else node.body
    names_within = (one for line in body for one in walked(line) if isinstance(one, ast.Name))
    changed = {plain_name(one.id) for one in names_within if isinstance(one.ctx, ast.Store)}
    return {name: number for name, number in values.items() if name not in changed}


def _number(default: ast.expr | None) -> Fraction | None:
    """The number that is written; None for anything else, or what is no finite number."""
    value = literal(default) if default else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return Fraction(str(value))
