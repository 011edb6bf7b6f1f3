"""A function that is being followed: what its names mean, and what they are called in the flow."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from klcli.formula.read.ast_parts import below, rebuilt, walked
from klcli.formula.read.callee import stops_gradients
from klcli.formula.read.calls.table import OPERATIONS
from klcli.formula.read.vocabulary import DISTRIBUTIONS, MODULES
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.syntax_names import LATER
from klcli.lint.flow.values_with_parts import Structure
from klcli.lint.project.definitions import Definitions, SourceFunction, parameters
from klcli.lint.project.files import Project
from klcli.lint.project.scoping import Scope
from klcli.values import dataclass, field, replace

LIBRARY = "xp"
"""What any library of arrays is called in the flow."""
_OWN_NAMES = {"torch": "torch", "numpy": "np"}
"""Those with a name of their own, as their random numbers have arguments of their own."""
_LIBRARIES = frozenset(
    (
        *("torch", "numpy", "tensorflow", "keras", "jax", "theano"),
        *("mxnet", "chainer", "scipy", "autograd", "paddle", "math"),
    )
)
_PARTS = (None, "numpy", "functional", "backend", "nd", "ops")
"""What is imported of a library to compute with: all of it, or ``from jax import numpy``."""
_REMEMBERED = 256
"""Functions whose names are remembered: most are followed more than once."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a function gives back.

    Attributes:
        value: an expression with the names of the flow.
        sometimes: whether a branch decides that it does.
        steps: what was computed before, in that branch too.
        structure: the parts of the value that are known.
        entries: those of the names that are given back as entries of a tuple.
    """

    value: ast.expr
    sometimes: bool
    steps: Sequence[FlowStatement]
    structure: Structure | None
    entries: Mapping[str, Structure]


@dataclass(slots=True)
class Frame:
    """A function that is being followed.

    Attributes:
        scope: what its names mean.
        names: what its names are in the flow, where they differ.
        owner: what its first parameter stands for, for a method of another object.
        depth: how many calls lie above it.
        steps: what was computed before.
        returns: what it gives back.
        is_untaped: whether nothing is noted for gradients, as under ``torch.no_grad()``.
    """

    scope: Scope
    names: dict[str, str]
    owner: ast.expr | None
    depth: int
    steps: list[FlowStatement]
    returns: list[Returned] = field(default_factory=list)
    is_untaped: bool = False

    @property
    def function(self) -> SourceFunction:
        """The function."""
        return self.scope.function

    @property
    def spelled(self) -> Mapping[str, str]:
        """What the names of the flow are in the source."""
        return {new: old for old, new in self.names.items() if new != old}

    def branch(self) -> Frame:
        """The same function in a branch, in which other things are computed."""
        return replace(self, steps=list(self.steps))

    def within(self, items: Sequence[ast.withitem]) -> Frame:
        """The same function within contexts, which may keep gradients from being noted."""
        stops = any(stops_gradients(item.context_expr) for item in items)
        return replace(self, is_untaped=True) if stops else self

    def step(self, node: ast.stmt) -> FlowStatement:
        """A statement of the function, in the names of the flow."""
        return FlowStatement(node, self.function, self.spelled, is_untaped=self.is_untaped)

    def renamed(self, node: ast.expr) -> ast.expr:
        """An expression with the names of the flow."""
        found = self._with_names(node)
        return found if isinstance(found, ast.expr) else node

    def _with_names(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name):
            if self.owner is not None and node.id == self.scope.own:
                return self.owner
            if node.id in self.names and self.names[node.id] != node.id:
                return ast.copy_location(ast.Name(self.names[node.id], node.ctx), node)
            return node
        return rebuilt(node, self._with_names)


def libraries(here: Definitions, project: Project) -> dict[str, str]:
    """The names by which a module calls numerical libraries, their functions and distributions."""
    imports = {**project.starred(here), **here.imports}
    renamed = {
        name: part
        for name, (source, part) in imports.items()
        if name != part and part and (part in DISTRIBUTIONS or (part in OPERATIONS and _is_library(source)))
    }
    return renamed | {
        name: _OWN_NAMES.get(source, LIBRARY)
        for name, (source, part) in imports.items()
        if name not in MODULES and "." not in name and _is_library(source)
        if name[:1].islower() and part in _PARTS
    }


def _is_library(source: str) -> bool:
    """Whether a module is one of a numerical library, whose functions have the names of mathematics."""
    return source.partition(".")[0] in _LIBRARIES


@lru_cache(maxsize=_REMEMBERED)
def local_names(function: SourceFunction) -> frozenset[str]:
    """The names that belong to a function: its parameters and what it assigns."""
    found = {
        node.id
        for line in function.body
        for node in _own_nodes(line)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    if function.node is not None:
        arguments = function.node.args
        found |= {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        found |= {one.arg for one in (arguments.vararg, arguments.kwarg) if one}
    return frozenset(found)


@lru_cache(maxsize=_REMEMBERED)
def all_names(function: SourceFunction) -> frozenset[str]:
    """The names that occur in a function."""
    return frozenset(node.id for line in function.body for node in walked(line) if isinstance(node, ast.Name))


def own_name(function: SourceFunction) -> str:
    """The name of a method's object."""
    if function.owner is None or function.node is None:
        return ""
    decorators = [getattr(entry, "id", "") for entry in getattr(function.node, "decorator_list", [])]
    names = parameters(function.node)
    return names[0] if names and "staticmethod" not in decorators else ""


def _own_nodes(statement: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a statement, without those of functions and classes in it."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, LATER):
            yield node
            waiting.extend(below(node))
