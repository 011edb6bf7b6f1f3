"""Which names of a text are those of modules that it does not import."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence

from klcli.formula.read.ast_parts import walked
from klcli.formula.read.calls.table import OF_ONE
from klcli.formula.read.vocabulary import MODULES


def names_of_modules(statements: Sequence[ast.stmt]) -> Mapping[str, ast.expr]:
    """Names that can only be modules, though no import says so: that of ``t.exp(x)``, if nothing else has it.

    A method of ``t`` would have no argument. One that is called as a statement may write a log.

    Args:
        statements: of the text.
    """
    nodes = [node for statement in statements for node in walked(statement)]
    used = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    found: dict[str, ast.expr] = {}
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="log"))):
                used[name] += 1
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr=function), args=args):
                used[name] -= 1
                if function in OF_ONE and len(args) == 1 and name not in MODULES and name != "self":
                    found[name] = ast.copy_location(ast.Name("np", ast.Load()), owner)
    return {name: module for name, module in found.items() if not used[name]}
