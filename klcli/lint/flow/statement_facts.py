"""What a look at a statement tells of it, before anything is read as a formula."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import cast

from klcli.formula.read.ast_parts import below, text_of_name, words_in
from klcli.formula.read.callee import called
from klcli.formula.read.calls.function_properties import ADDING, CURVED, MULTIPLYING
from klcli.formula.read.calls.matrices import DETERMINANTS, MATRIX_ROWS
from klcli.formula.read.calls.table import is_readable
from klcli.formula.read.random_calls import noise_kind, noise_parameters
from klcli.lint.flow.syntax_names import names_in
from klcli.names.log_ratios import LOG_PROBABILITY
from klcli.names.means_and_spreads import LOG_SCALE
from klcli.names.noise import RANDOM_WORD
from klcli.values import dataclass

_NOT_READ = frozenset((ast.Lambda, ast.Compare, ast.BoolOp, ast.JoinedStr, ast.IfExp, ast.Dict))


@dataclass(frozen=True, slots=True)
class Facts:
    """What one walk over a statement tells.

    Attributes:
        names: the names, attributes and subscripts in it.
        read: those in the value that a statement computes.
        is_readable: whether all of it can be part of a formula.
        is_of_arrays: whether all of it can be part of a formula of matrices.
        is_transcendental: whether it takes a logarithm or an exponential.
        is_log_scale: whether a name in it is that of the logarithm of a scale.
        is_log_ratio: whether a name in it is that of a log-probability, or of a ratio of probabilities.
        is_square: whether it multiplies or squares anything.
        has_determinant: whether it takes a determinant, or the diagonal of a matrix.
        is_noisy: whether it draws or names random numbers.
        sums: how many sums and differences it has.
    """

    names: frozenset[str]
    read: frozenset[str]
    is_readable: bool
    is_of_arrays: bool
    is_transcendental: bool
    is_log_scale: bool
    is_log_ratio: bool
    is_square: bool
    has_determinant: bool
    is_noisy: bool
    sums: int


def facts_of(statement: ast.AST) -> Facts:
    """The facts of a statement or an expression."""
    look = _Look()
    value = getattr(statement, "value", None) if isinstance(statement, ast.stmt) else None
    if value is not None:
        look.over(value)
    read = frozenset(look.names)
    look.over(statement, value)
    return look.facts(read)


class _Look:
    """What was seen so far of a statement."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.words: set[str] = set()
        self.is_readable = self.is_of_arrays = True
        self.is_square, self.sums = False, 0

    def over(self, whole: ast.AST, known: ast.AST | None = None) -> None:
        """A node and what is below it, but for what is known."""
        waiting = [whole]
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if node is known:
                continue
            if kind is ast.Name:
                self.name(cast(ast.Name, node).id)
            elif kind is ast.Call:
                waiting.extend(self.call(cast(ast.Call, node)))
            elif kind is ast.Slice:
                self.names |= names_in(node)  # what is computed there is no value
            else:
                self.at(node, kind)
                waiting.extend(below(node))

    def name(self, name: str) -> None:
        self.names.add(name)
        self.words.add(name)

    def call(self, node: ast.Call) -> Iterable[ast.AST]:
        """A call, and what below it tells anything: not what says only of what shape random numbers are."""
        if noise_kind(node):
            self.words.add(called(node))
            if _is_scaled(node):
                self.sums, self.is_square = self.sums + 1, True
            return noise_parameters(node).values()
        is_known = is_readable(node)
        self.is_readable = self.is_readable and is_known and not _is_layer(node)
        self.is_of_arrays = self.is_of_arrays and (is_known or called(node) in MATRIX_ROWS)
        self.sums += getattr(node.func, "attr", "").removesuffix("_") in ADDING
        return below(node)

    def at(self, node: ast.AST, kind: type[ast.AST]) -> None:
        """Any other node."""
        if kind is ast.Attribute:
            self.names.add(text_of_name(cast(ast.Attribute, node)))
            self.words.add(cast(ast.Attribute, node).attr)
        elif kind is ast.Subscript:
            self.names.add(text_of_name(cast(ast.Subscript, node)))
        elif kind in (ast.BinOp, ast.AugAssign):
            self._operate(cast(ast.BinOp | ast.AugAssign, node))
        elif kind in _NOT_READ:
            self.is_readable = self.is_of_arrays = False

    def _operate(self, node: ast.BinOp | ast.AugAssign) -> None:
        if isinstance(node.op, ast.Add | ast.Sub):
            self.sums += 1
        elif isinstance(node.op, ast.Mult) or (isinstance(node.op, ast.Pow) and isinstance(node, ast.BinOp)):
            self.is_square = True
        elif isinstance(node.op, ast.MatMult) and isinstance(node, ast.BinOp):
            self.is_readable = self.is_readable and ast.dump(node.left) == ast.dump(node.right)

    def facts(self, read: frozenset[str]) -> Facts:
        """What was seen, with the names in the value of the statement."""
        bare = {word.removesuffix("_") for word in self.words}
        return Facts(
            frozenset(self.names),
            read,
            self.is_readable,
            self.is_of_arrays,
            not CURVED.isdisjoint(bare),
            any(map(LOG_SCALE.says, self.words)),
            any(map(LOG_PROBABILITY.says, self.words)),
            self.is_square or not MULTIPLYING.isdisjoint(bare),
            not DETERMINANTS.isdisjoint(self.words),
            any(map(RANDOM_WORD.says, self.words)),
            self.sums,
        )


def _is_scaled(node: ast.Call) -> bool:
    """Whether random numbers of a tensor library are drawn around a mean, which makes them a sample.

    Those of numpy are data, unless they are scaled by what is called the logarithm of a scale.
    """
    given = noise_parameters(node)
    if len(given) == 2 and any(map(LOG_SCALE.says, words_in(given["scale"]))):
        return True
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
