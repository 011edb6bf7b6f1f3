"""What a look at a statement tells of it, before anything is read as a formula."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from klcli.formula.callee import called
from klcli.formula.calls import is_readable
from klcli.formula.noise import noise_kind, noise_parameters
from klcli.formula.tree import FUNCTIONS
from klcli.lint.flow.nodes import text_of_name

__all__ = ["Facts", "facts_of"]

_TRANSCENDENTAL = frozenset(FUNCTIONS) - {"abs", "sqrt"}
_SQUARES = frozenset(("pow", "power", "square", "mul", "multiply", "addcmul", "dot", "inner"))
_ADDED = frozenset(("add", "sub", "subtract", "addcmul"))
_NOISE = re.compile(r"rand|normal|eps|noise|xi\Z|sample", re.IGNORECASE)
_LOG_SCALE = re.compile(r".*(log|ln)_?(var|std|sig|s2)", re.IGNORECASE)
"""Names whose exponential may have been forgotten."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one walk over a statement tells.

    Attributes:
        names: the names, attributes and subscripts in it.
        is_readable: whether all of it can be part of a formula.
        is_transcendental: whether it takes a logarithm or an exponential.
        is_log_scale: whether a name in it is that of the logarithm of a scale.
        is_square: whether it multiplies or squares anything.
        is_noisy: whether it draws or names random numbers.
        sums: how many sums and differences it has.
    """

    names: frozenset[str]
    is_readable: bool
    is_transcendental: bool
    is_log_scale: bool
    is_square: bool
    is_noisy: bool
    sums: int


def facts_of(statement: ast.AST) -> Facts:
    """The facts of a statement or an expression."""
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
    return Facts(
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
