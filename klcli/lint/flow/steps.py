"""A statement in a flow of statements, with what its data flow needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from klcli.lint.flow.facts import Facts, facts_of
from klcli.lint.flow.nodes import stored, text_of_name
from klcli.lint.project.definitions import SourceFunction
from klcli.values import dataclass, field

__all__ = ["UNKNOWN", "FlowStatement", "forgotten"]

UNKNOWN = "None"
"""What stands for what cannot be followed; it is no number, so that a name for it is a symbol."""


@dataclass(eq=False)
class FlowStatement:
    """A statement of a flow.

    Attributes:
        node: the statement, with the names of the flow; its place is the one in the source.
        function: where it stands.
        spelled: what the names of the flow are in the source, where they differ.
        is_written: whether it stands in the source, and not for what a branch or a call did.
    """

    node: ast.stmt
    function: SourceFunction
    spelled: Mapping[str, str] = field(default_factory=dict)
    is_written: bool = True

    @cached_property
    def targets(self) -> frozenset[str]:
        """The names that it gives values, as they are written; or changes in place."""
        match self.node:
            case ast.Assign(targets=[ast.Name(id=name)]):
                return frozenset((name,))
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method)) as call) if method.endswith("_"):
                return frozenset(_changed(call))
        return frozenset(stored(self.node))

    @cached_property
    def facts(self) -> Facts:
        """Its names, calls and signs."""
        return facts_of(self.node)

    @property
    def uses(self) -> frozenset[str]:
        """The names that occur in it, whether or not it can be read."""
        return self.facts.names

    @cached_property
    def read(self) -> frozenset[str]:
        """The names whose values it reads."""
        if isinstance(self.node, ast.AugAssign):
            return self.uses
        return facts_of(value).names if (value := getattr(self.node, "value", None)) else frozenset()

    @property
    def is_curved(self) -> bool:
        """Whether it computes a power, a root, a logarithm or an exponential."""
        return not self.is_opaque and (
            self.facts.is_transcendental or self.facts.is_square or "sqrt" in self.text
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its value uses; none where it is not known what it computes."""
        return frozenset() if self.is_opaque else self.uses

    @cached_property
    def is_opaque(self) -> bool:
        """Whether it gives a name what no formula says, as a network does."""
        return not isinstance(self.node, ast.Return | ast.Expr) and not self.facts.is_readable

    @property
    def sums(self) -> int:
        """How many sums and differences it has; none in a statement that is not written."""
        return self.facts.sums if self.is_written else -1

    @cached_property
    def text(self) -> str:
        """Its source, written anew."""
        if self.is_opaque:
            return "\n".join(f"{name} = {UNKNOWN}" for name in sorted(self.targets))
        return ast.unparse(self.node)


def forgotten(name: str, function: SourceFunction) -> FlowStatement:
    """An assignment of something unknown."""
    node = ast.parse(f"{name} = {UNKNOWN}").body[0]
    return FlowStatement(node, function, is_written=False)


def _changed(call: ast.Call) -> Iterator[str]:
    """The name of the object at the beginning of a chain of methods in place."""
    below: ast.expr = call
    while isinstance(below, ast.Call) and isinstance(below.func, ast.Attribute):
        below = below.func.value
    if isinstance(below, ast.Name | ast.Attribute):
        yield text_of_name(below)
