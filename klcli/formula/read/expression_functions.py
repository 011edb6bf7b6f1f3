"""Functions that are one expression of their parameters, and what that is with the arguments of a call."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from klcli.formula.read.ast_parts import rebuilt, walked
from klcli.formula.read.vocabulary import MODULES
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class ExpressionFunction:
    """A function that is one expression of its parameters.

    Attributes:
        arguments: its parameters with their defaults.
        body: what it gives back.
    """

    arguments: ast.arguments
    body: ast.expr

    @property
    def is_closed(self) -> bool:
        """Whether it depends on nothing but its arguments."""
        own = {one.arg for one in (*self.arguments.posonlyargs, *self.arguments.args)}
        functions = {node.func for node in walked(self.body) if isinstance(node, ast.Call)}
        names = (node for node in walked(self.body) if isinstance(node, ast.Name) and node not in functions)
        return all(node.id in own | MODULES for node in names)

    def given(self, call: ast.Call) -> dict[str, ast.expr] | None:
        """The arguments of a call by the names of the parameters; None where that is not known."""
        arguments = self.arguments
        names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        spread = any(isinstance(one, ast.Starred) for one in call.args)
        if arguments.vararg or arguments.kwarg or spread or len(call.args) > len(names):
            return None
        defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            names.append(one.arg)
            defaults |= {one.arg: default} if default else {}
        given = {**defaults, **dict(zip(names, call.args, strict=False))}
        given |= {one.arg or "": one.value for one in call.keywords}
        return given if set(given) == set(names) else None


def put_in(body: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    """An expression with the values of names in their place.

    Args:
        body: the expression.
        values: by the names for which they are put in.
    """

    def put(node: ast.AST) -> ast.AST:
        return values.get(node.id, node) if isinstance(node, ast.Name) else rebuilt(node, put)

    found = put(body)
    assert isinstance(found, ast.expr)
    return found
