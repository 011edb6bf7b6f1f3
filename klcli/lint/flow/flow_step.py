"""A statement in a flow of statements, with what its data flow needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import cast

from klcli.formula.read.ast_parts import rebuilt, text_of_name, walked, words_in
from klcli.lint.flow.statement_facts import Facts, facts_of
from klcli.lint.flow.syntax_names import NAMES, stored
from klcli.lint.project.definitions import SourceFunction
from klcli.values import dataclass, field

_ROOTS = frozenset(("sqrt", "sqrt_", "rsqrt", "rsqrt_"))
"""Functions that bend a value and are neither a power nor an exponential."""


@dataclass(eq=False)
class FlowStatement:
    """A statement of a flow.

    Attributes:
        node: the statement, with the names of the flow; its place is the one in the source.
        function: where it stands.
        spelled: what the names of the flow are in the source, where they differ.
        is_written: whether it stands in the source, and not for what a branch or a call did.
        is_untaped: whether it stands under ``torch.no_grad()``: no gradient flows through what it computes.
        passed: for one that stands behind a loop, the statements of a pass through it.
    """

    node: ast.stmt
    function: SourceFunction
    spelled: Mapping[str, str] = field(default_factory=dict)
    is_written: bool = True
    is_untaped: bool = False
    passed: Sequence[FlowStatement] = ()

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

    @property
    def read(self) -> frozenset[str]:
        """The names whose values it reads."""
        return self.uses if isinstance(self.node, ast.AugAssign) else self.facts.read

    @property
    def is_curved(self) -> bool:
        """Whether it computes a power, a root, a logarithm or an exponential."""
        return not self.is_opaque and (
            self.facts.is_transcendental or self.facts.is_square or not _ROOTS.isdisjoint(words_in(self.node))
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its value uses; none where it is not known what it computes."""
        return frozenset() if self.is_opaque else self.uses

    @cached_property
    def is_opaque(self) -> bool:
        """Whether it gives a name what no formula says, as a network does."""
        if isinstance(self.node, ast.Return | ast.Expr):
            return False
        return not self.facts.is_readable or _is_argument(self.node)

    @cached_property
    def is_opaque_to_matrices(self) -> bool:
        """Whether it gives a name what no formula of matrices says either."""
        return not isinstance(self.node, ast.Return | ast.Expr) and not self.facts.is_of_arrays

    @property
    def sums(self) -> int:
        """How many sums and differences it has; none in a statement that is not written."""
        return self.facts.sums if self.is_written else -1

    @property
    def known(self) -> Sequence[ast.stmt]:
        """What is known of what it does: itself, or that it gives names a value."""
        return self.given if self.is_opaque else (self.node,)

    def as_trained(self, node: ast.stmt) -> ast.stmt:
        """A statement in its place, with a value that is stopped where nothing is noted for gradients."""
        value = getattr(node, "value", None)
        if not self.is_untaped or value is None or isinstance(value, ast.Constant | ast.Tuple):
            return node
        stopped = ast.copy_location(ast.Call(ast.Attribute(value, "detach", ast.Load()), [], []), value)
        return cast(ast.stmt, rebuilt(node, lambda child: stopped if child is value else child))

    @cached_property
    def given(self) -> Sequence[ast.stmt]:
        """That it gives names a value, of which nothing is known."""
        nodes = (node for node in walked(self.node) if isinstance(node, NAMES))
        targets = {text_of_name(node): node for node in nodes if isinstance(node.ctx, ast.Store)}
        return [_unknown(targets[name]) for name in sorted(targets)]


def forgotten(name: str, function: SourceFunction) -> FlowStatement:
    """An assignment of something unknown."""
    return FlowStatement(_forgotten(name), function, is_written=False)


def behind_loop(steps: Sequence[FlowStatement], function: SourceFunction) -> FlowStatement:
    """What stands behind a loop: what it did is not known, but how a pass through it adds something up.

    Args:
        steps: the statements of a pass.
        function: where the loop stands.
    """
    return FlowStatement(ast.Pass(), function, is_written=False, passed=steps)


# The names of one file.
@lru_cache(maxsize=1024)
def _forgotten(name: str) -> ast.Assign:
    target = ast.parse(name, mode="eval").body
    assert isinstance(target, NAMES)
    target.ctx = ast.Store()
    return _unknown(target)


def _is_argument(node: ast.stmt) -> bool:
    """Whether a statement names one of several arguments: ``mu = args[2]``; the name says what it is."""
    match node:
        case ast.Assign(
            targets=[ast.Name()],
            value=ast.Subscript(value=ast.Name(id="args" | "kwargs"), slice=ast.Constant()),
        ):
            return True
    return False


def _unknown(target: ast.expr) -> ast.Assign:
    """What stands for what cannot be followed; it gives no number, so that the name is a symbol."""
    return ast.copy_location(ast.Assign([target], ast.Constant(None)), target)


def _changed(call: ast.Call) -> Iterator[str]:
    """The name of the object at the beginning of a chain of methods in place."""
    below: ast.expr = call
    while isinstance(below, ast.Call) and isinstance(below.func, ast.Attribute):
        below = below.func.value
    if isinstance(below, ast.Name | ast.Attribute):
        yield text_of_name(below)
