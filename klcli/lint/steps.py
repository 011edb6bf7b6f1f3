"""A statement in a flow of statements, with what its data flow needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from klcli.formula.calls import is_readable
from klcli.formula.tree import FUNCTIONS
from klcli.lint.definitions import Function

__all__ = ["UNKNOWN", "Step", "forgotten", "stored", "text_of_name"]

UNKNOWN = "unknown_"
"""The function that stands for what cannot be followed."""

_TRANSCENDENTAL = frozenset(FUNCTIONS) - {"abs", "sqrt"} | {"exp_", "log_"}
_NAMES = (ast.Name, ast.Attribute, ast.Subscript)


@dataclass(eq=False)
class Step:
    """A statement of a flow.

    Attributes:
        node: the statement, with the names of the flow; its place is the one in the source.
        function: where it stands.
        spelled: what the names of the flow are in the source, where they differ.
        is_written: whether it stands in the source, and not for what a branch or a call did.
    """

    node: ast.stmt
    function: Function
    spelled: Mapping[str, str] = field(default_factory=dict)
    is_written: bool = True

    @cached_property
    def targets(self) -> frozenset[str]:
        """The names that it gives values, as they are written; or changes in place."""
        match self.node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method)) as call) if method.endswith("_"):
                return frozenset(_changed(call))
        return frozenset(stored(self.node))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its value uses; none where it is not known what it computes."""
        if self.is_opaque:
            return frozenset()
        return self.uses

    @cached_property
    def uses(self) -> frozenset[str]:
        """The names that occur in it, whether or not it can be read."""
        return frozenset(text_of_name(node) for node in ast.walk(self.node) if isinstance(node, _NAMES))

    @cached_property
    def is_opaque(self) -> bool:
        """Whether it computes something that no formula says, as a network does."""
        if isinstance(self.node, ast.Return | ast.Expr):
            return False
        return not all(is_readable(node) for node in ast.walk(self.node) if isinstance(node, ast.Call))

    @cached_property
    def is_transcendental(self) -> bool:
        """Whether it calls a logarithm or an exponential."""
        words = (getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(self.node))
        return not _TRANSCENDENTAL.isdisjoint(words)

    @cached_property
    def sums(self) -> int:
        """How many sums and differences it has; none in a statement that is not written."""
        if not self.is_written:
            return -1
        signs = (getattr(node, "op", None) for node in ast.walk(self.node))
        return sum(isinstance(sign, ast.Add | ast.Sub) for sign in signs)

    @cached_property
    def text(self) -> str:
        """Its source, written anew."""
        if self.is_opaque:
            return "\n".join(f"{name} = {UNKNOWN}()" for name in sorted(self.targets))
        return ast.unparse(self.node)


def stored(statement: ast.AST) -> set[str]:
    """The names that are given values somewhere below a statement."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, _NAMES) and isinstance(node.ctx, ast.Store):
            found.add(text_of_name(node))
    return found


def forgotten(name: str, function: Function) -> Step:
    """An assignment of something unknown."""
    node = ast.parse(f"{name} = {UNKNOWN}()").body[0]
    return Step(node, function, is_written=False)


def text_of_name(node: ast.expr) -> str:
    """A name, an attribute or a subscript as it is written."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
    return ast.unparse(node)


def _changed(call: ast.Call) -> Iterator[str]:
    """The name of the object at the beginning of a chain of methods in place."""
    below: ast.expr = call
    while isinstance(below, ast.Call) and isinstance(below.func, ast.Attribute):
        below = below.func.value
    if isinstance(below, ast.Name | ast.Attribute):
        yield text_of_name(below)
