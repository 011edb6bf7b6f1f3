"""Contexts and decorators by names of a text's own: ``off = torch.no_grad()``, a function called ``jit``.

What they do is known by the names of libraries; another name may hide that nothing is noted for gradients,
and a text's own function may make another of what it decorates.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from klcli.formula.read.ast_parts import walked
from klcli.formula.read.callee import STOPPING, called, is_module, stops_gradients
from klcli.formula.read.decorators import is_plain
from klcli.formula.read.syntax_errors import Complaint


def refuse_own(statements: Sequence[ast.stmt], complaint: Complaint) -> None:
    """Refuse contexts that may stop gradients under another name, and decorators that a text makes itself.

    Args:
        statements: of a text, all of them.
        complaint: makes the error for a problem at a node.

    Raises:
        FormulaError: there is one.
    """
    nodes = [node for statement in statements for node in walked(statement)]
    meanings = list(_meanings(nodes))
    for node in nodes:
        match node:
            case ast.withitem(context_expr=around):
                if any(map(_may_stop, [*_parts(around), *_meanings_of(around, meanings)])):
                    problem = f"whether there are gradients within {ast.unparse(around)} is not followed"
                    raise complaint(problem, around, "write with torch.no_grad():, or leave it out")
            case ast.FunctionDef(decorator_list=decorators):
                for one in decorators:
                    for meaning in _meanings_of(one, meanings):
                        if not (isinstance(meaning, ast.expr) and is_plain(meaning)) or _may_stop(meaning):
                            problem = f"what @{ast.unparse(one)} makes of this function is not followed"
                            raise complaint(problem, one, "leave it out, or write what it stands for")


def _meanings(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """The names that a text gives a value itself, and that value; of what is imported its own name."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
                    yield from ((_word(part), value) for part in parts)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield _word(target), value
            case ast.NamedExpr(target=target, value=value):
                yield _word(target), value
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.arguments(args=names, defaults=[_, *_] as values):
                own_names = [one.arg for one in names[-len(values) :]]
                yield from zip(own_names, values, strict=True)
            case ast.alias(name=own, asname=str(name)):
                yield name, ast.Name(own.split(".")[-1], ast.Load())


def _meanings_of(around: ast.expr, meanings: Sequence[tuple[str, ast.AST]]) -> list[ast.AST]:
    """What the name of a context or a decorator stands for, where the text says it."""
    own = _word(around.func if isinstance(around, ast.Call) else around)
    return [value for name, value in meanings if own and name == own]


def _word(node: ast.expr) -> str:
    """The name of what a text may give a value itself: off for ``off``, ``self.off`` and ``off[0]``."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name) if not is_module(owner):
            return name
        case ast.Subscript(value=owner) | ast.Starred(value=owner):
            return _word(owner)
    return ""


def _parts(around: ast.expr) -> list[ast.AST]:
    """What a context is made of, if it is no call or name that says by itself whether it stops gradients."""
    is_direct = isinstance(around, ast.Call) and called(around) in STOPPING
    return [] if is_direct or stops_gradients(around) else [around]


def _may_stop(node: ast.AST) -> bool:
    """Whether what stops gradients is named below a node."""
    return any(
        getattr(one, "id", getattr(one, "attr", "")) in STOPPING
        or (isinstance(one, ast.Call) and stops_gradients(one))
        for one in ast.walk(node)
    )
