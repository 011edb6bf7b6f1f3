"""What branches and loops do to names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from klcli.formula.read.ast_parts import below, is_none, text_of_name, walked
from klcli.formula.read.callee import viewed
from klcli.formula.read.random_calls import noise_kind, noise_parameters
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.syntax_names import stored
from klcli.lint.flow.values_with_parts import normal
from klcli.lint.project.definitions import SourceFunction, parameters
from klcli.names.noise import is_epsilon


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements of each branch."""
    for name in ("body", "orelse"):
        if block := getattr(statement, name, []):
            yield block
    for case in getattr(statement, "cases", []):
        yield case.body


def is_complete(statement: ast.stmt) -> bool:
    """Whether one of the branches is taken in any case."""
    return isinstance(statement, ast.If) and bool(statement.orelse)


# Branches in each other, of functions that are followed again and again.
@lru_cache(maxsize=256)
def assigned(statement: ast.stmt) -> frozenset[str]:
    """The names that are given values somewhere below a statement, or changed in place."""
    found: set[str] = set()
    for node in walked(statement):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For) and not _keeps(node):
            for entry in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found |= stored(entry)
    return frozenset(found)


def set_alike(statement: ast.stmt) -> dict[str, ast.Assign]:
    """The names that all branches give the same value, or the same kind of noise, and how the first does."""
    if not (isinstance(statement, ast.If) and is_complete(statement)):
        return {}
    first, second = _values(statement.body), _values(statement.orelse)
    return {
        name: node
        for name, node in first.items()
        if name in second and _is_same(node.value, second[name].value)
    }


def only_set_in(statement: ast.stmt, block: Sequence[ast.stmt], function: SourceFunction) -> set[str]:
    """The names that only one branch of an ``if`` gives values: where they are used, it was taken.

    None is no value.

    Args:
        statement: the ``if``, or another statement, which has no such names.
        block: the statements of the branch.
        function: that both stand in.
    """
    if not isinstance(statement, ast.If):
        return set()
    everywhere, given = _stores_of(function), parameters(function.node) if function.node else []
    inside = Counter(name for line in block for name in _stores(line))
    return {name for name, count in inside.items() if count == everywhere[name]}.difference(given)


# Functions that are looked at by turns while one file is read.
@lru_cache(maxsize=64)
def _stores_of(function: SourceFunction) -> Counter[str]:
    """How often a function gives each name a value."""
    return Counter(name for line in function.body for name in _stores(line))


def _stores(statement: ast.stmt) -> Iterator[str]:
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield text_of_name(node)
        elif not (isinstance(node, ast.Assign) and is_none(node.value)):
            waiting.extend(below(node))


def still_valid(steps: Iterable[FlowStatement], stale: Collection[str]) -> Iterator[FlowStatement]:
    """The statements of a branch that hold after it: they use nothing that other paths leave as it was.

    Of what cannot be read it does not matter what it uses.
    """
    changed = set(stale)
    for step in steps:
        if changed.isdisjoint(step.targets if step.is_opaque else step.targets | step.uses):
            yield step
        else:
            changed |= step.targets


def _values(body: Sequence[ast.stmt]) -> dict[str, ast.Assign]:
    """The names that a block gives a value once, or in both branches of its only statement."""
    if len(body) == 1 and isinstance(body[0], ast.If):
        return set_alike(body[0])
    counts = Counter(name for line in body for name in stored(line))
    found = {}
    for line in body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)]) if counts[name] == 1:
                found[name] = line
    return found


def _is_same(one: ast.expr, other: ast.expr) -> bool:
    match one, other:
        case (
            ast.Call(func=ast.Attribute(value=first, attr="rsample" | "sample" as drawn)),
            ast.Call(func=ast.Attribute(value=second, attr=again)),
        ) if drawn == again:
            return ast.dump(first) == ast.dump(second)  # samples of another shape
        case ast.Call(), ast.Call() if (p := normal(one)) and (q := normal(other)):
            return all(ast.dump(p.parts[key]) == ast.dump(q.parts[key]) for key in (".loc", ".scale"))
    kinds = [noise_kind(value) if isinstance(value, ast.Call) else None for value in (one, other)]
    if kinds[0] is None or kinds[0] != kinds[1]:
        return ast.dump(one) == ast.dump(other)
    given = [
        {name: ast.dump(part) for name, part in noise_parameters(value).items()}
        for value in (one, other)
        if isinstance(value, ast.Call)
    ]
    return given[0] == given[1]


def up_to(body: Sequence[ast.stmt], last: ast.stmt) -> Sequence[ast.stmt]:
    """The statements up to the one that holds the last."""
    for number, statement in enumerate(body):
        if any(node is last for node in walked(statement)):
            return body[: number + 1]
    return body


def _without_epsilon(value: ast.expr) -> ast.expr:
    match value:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Name(id=name)) if is_epsilon(name):
            return left
        case ast.Call(func=ast.Attribute(attr="add"), args=[left, ast.Name(id=name)]) if is_epsilon(name):
            return left
    return value


def _keeps(node: ast.AST) -> bool:
    """Whether an assignment gives a name what it has, in another place or shape: ``x = x.cuda()``.

    A tiny number that is added changes nothing, either.
    """
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(
            targets
        ) == len(values):
            pairs = zip(targets, values, strict=True)
            return all(_keeps(ast.Assign([target], value)) for target, value in pairs)
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)),
        ):
            return name == owner and attr in ("cuda", "cpu", "to", "float", "double", "detach", "contiguous")
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            found = viewed(_without_epsilon(value))
            return isinstance(found, ast.Name) and found.id == name
    return False
