"""A statement in a flow of statements, with what its data flow needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from klcli.formula.callee import called
from klcli.formula.calls import is_readable
from klcli.formula.noise import noise_kind, noise_parameters
from klcli.formula.tree import FUNCTIONS
from klcli.lint.project.definitions import Function

__all__ = [
    "UNKNOWN",
    "Step",
    "called",
    "forgotten",
    "names_in",
    "rebuilt",
    "stored",
    "text_of_name",
    "with_value",
]

UNKNOWN = "None"
"""What stands for what cannot be followed; it is no number, so that a name for it is a symbol."""

_TRANSCENDENTAL = frozenset(FUNCTIONS) - {"abs", "sqrt"}
_SQUARES = frozenset(("pow", "power", "square", "mul", "multiply", "addcmul", "dot", "inner"))
_ADDED = frozenset(("add", "sub", "subtract", "addcmul"))
_NOISE = re.compile(r"rand|normal|eps|noise|xi\Z|sample", re.IGNORECASE)
_LOG_SCALE = re.compile(r".*(log|ln)_?(var|std|sig|s2)", re.IGNORECASE)
"""Names whose exponential may have been forgotten."""
_NAMES = (ast.Name, ast.Attribute, ast.Subscript)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one walk over a statement tells."""

    names: frozenset[str]
    is_readable: bool
    is_transcendental: bool
    is_log_scale: bool
    is_square: bool
    is_noisy: bool
    sums: int


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
            case ast.Assign(targets=[ast.Name(id=name)]):
                return frozenset((name,))
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method)) as call) if method.endswith("_"):
                return frozenset(_changed(call))
        return frozenset(stored(self.node))

    @cached_property
    def facts(self) -> _Facts:
        """Its names, calls and signs."""
        return _facts(self.node)

    @property
    def uses(self) -> frozenset[str]:
        """The names that occur in it, whether or not it can be read."""
        return self.facts.names

    @cached_property
    def read(self) -> frozenset[str]:
        """The names whose values it reads."""
        if isinstance(self.node, ast.AugAssign):
            return self.uses
        return _facts(value).names if (value := getattr(self.node, "value", None)) else frozenset()

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


def _facts(statement: ast.AST) -> _Facts:
    names: set[str] = set()
    words: set[str] = set()
    is_readable_, sums, is_square = True, 0, False
    for node in _told(statement):
        match node:
            case ast.Name(id=name):
                names.add(name)
                words.add(name)
            case ast.Attribute(attr=name):
                names.add(text_of_name(node))
                words.add(name)
            case ast.Subscript():
                names.add(ast.unparse(node))
            case ast.Call() if noise_kind(node):
                words.add(called(node))
                if _is_scaled(node):
                    sums, is_square = sums + 1, True
            case ast.Call(func=func):
                is_readable_ = is_readable_ and is_readable(node) and not _is_layer(node)
                sums += getattr(func, "attr", "").removesuffix("_") in _ADDED
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                is_readable_ = is_readable_ and ast.dump(left) == ast.dump(right)
            case ast.BinOp(op=ast.Add() | ast.Sub()) | ast.AugAssign(op=ast.Add() | ast.Sub()):
                sums += 1
            case ast.BinOp(op=ast.Pow() | ast.Mult()) | ast.AugAssign(op=ast.Mult()):
                is_square = True
            case ast.Lambda() | ast.Compare() | ast.BoolOp() | ast.JoinedStr() | ast.IfExp() | ast.Dict():
                is_readable_ = False
    bare = {word.removesuffix("_") for word in words}
    return _Facts(
        frozenset(names),
        is_readable_,
        not _TRANSCENDENTAL.isdisjoint(bare),
        any(map(_LOG_SCALE.match, words)),
        is_square or not _SQUARES.isdisjoint(bare),
        any(map(_NOISE.search, words)),
        sums,
    )


def _told(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a statement, without what says only of what shape random numbers are."""
    yield node
    below: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.Call) and noise_kind(node):
        below = noise_parameters(node).values()
    for child in below:
        yield from _told(child)


def _is_scaled(node: ast.Call) -> bool:
    """Whether random numbers of a tensor library are drawn around a mean, which makes them a sample.

    Those of numpy are data.
    """
    given = noise_parameters(node)
    roots = {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)}
    return (
        len(given) == 2
        and roots.isdisjoint(("np", "numpy", "random", "rng"))
        and not any(isinstance(value, ast.Constant) for value in given.values())
    )


def _is_layer(node: ast.Call) -> bool:
    """Whether a call multiplies a matrix, which a closed form does with one vector only."""
    if called(node) not in ("matmul", "dot", "inner", "vdot", "mm"):
        return False
    owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
    return len({ast.dump(entry) for entry in [*owner, *node.args][-2:]}) != 1


def stored(statement: ast.AST) -> set[str]:
    """The names that are given values somewhere below a statement."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, _NAMES) and isinstance(node.ctx, ast.Store):
            found.add(text_of_name(node))
    return found


def names_in(node: ast.AST) -> set[str]:
    """The names, attributes and subscripts below a node, as they are written."""
    return {text_of_name(below) for below in ast.walk(node) if isinstance(below, _NAMES)}


def forgotten(name: str, function: Function) -> Step:
    """An assignment of something unknown."""
    node = ast.parse(f"{name} = {UNKNOWN}").body[0]
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


def rebuilt(node: ast.AST, change: Callable[[ast.AST], ast.AST]) -> ast.AST:
    """A node with changed children; the node itself if no child changes."""
    changes: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            found = change(value)
            if found is not value:
                changes[name] = found
        elif isinstance(value, list):
            entries = [change(entry) if isinstance(entry, ast.AST) else entry for entry in value]
            if any(new is not old for new, old in zip(entries, value, strict=True)):
                changes[name] = entries
    if not changes:
        return node
    fields = dict(ast.iter_fields(node)) | changes
    return ast.copy_location(type(node)(**fields), node)


def with_value(statement: ast.stmt, value: ast.expr) -> ast.stmt:
    """A statement with another value."""
    changed = copy(statement)
    setattr(changed, "value", value)  # noqa: B010 - only some statements have one
    return changed
