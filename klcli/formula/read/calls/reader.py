"""Reads calls in Python code, functions and methods, by the table of calls."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from klcli.errors import clipped, nearest
from klcli.formula.read.callee import is_module, viewed
from klcli.formula.read.calls.matrices import MATRIX_ROWS
from klcli.formula.read.calls.row import Invocation
from klcli.formula.read.calls.table import KNOWN, rows_of
from klcli.formula.read.identifiers import OTHER_TERM
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.vocabulary import MODULES
from klcli.formula.traversal import spanning
from klcli.formula.tree import Symbol, Tree


class Calls(ABC):
    """The calls of a reader, which adds what reads everything else.

    Attributes:
        source: what is read.
        matrices: whether the text is about matrices.
        values: the trees that names stand for, where statements before gave them one.
        losses: what symbols compute that stand for other losses, where it is known.
        unread: what was assigned to names and could not be read.
    """

    source: SourceText | SourceNodes
    matrices: bool
    values: dict[str, Tree]
    losses: dict[str, Tree]
    unread: dict[str, ast.expr]

    @abstractmethod
    def change(self, name: str, tree: Tree) -> None:
        """Give an object another value, under all of its names."""

    @abstractmethod
    def tree(self, node: ast.expr) -> Tree:
        """The tree of an expression, with its place."""

    def read(self, node: ast.expr) -> Tree | None:
        """The tree of an expression; None for what is no formula."""
        try:
            return self.tree(node)
        except FormulaError:
            return None

    @abstractmethod
    def named(self, node: ast.expr, wish: str) -> Symbol:
        """A symbol for a value that is not followed, always the same for the same text."""

    def error(self, problem: str, node: ast.expr | ast.stmt, hint: str = "") -> FormulaError:
        """An error at a node.

        Args:
            problem: what is wrong, in words.
            node: where.
            hint: what to write instead; empty where that is not known.
        """
        return self.source.error(problem, self.source.place(node), hint)

    def call(self, node: ast.Call) -> Tree:
        """The tree of a call; a method in place gives its object the value, too."""
        tree = self._applied(self._invocation(node))
        if changed := self.changed_by(node):
            self.change(changed, spanning(tree, *self.source.place(node)))
        return tree

    def changed_by(self, node: ast.Call) -> str:
        """The name of the object that a call changes, as x in ``x.mul_(2)`` and ``torch.exp_(x)``."""
        if not isinstance(node.func, ast.Attribute) or not node.func.attr.endswith("_"):
            return ""
        owner: ast.expr = node.func.value
        if is_module(owner):
            owner = node.args[0] if node.args else owner
        owner = viewed(owner)
        if isinstance(owner, ast.Call):
            return self.changed_by(owner)
        return owner.id if isinstance(owner, ast.Name) and owner.id not in MODULES else ""

    def _invocation(self, node: ast.Call) -> Invocation:
        """The call with the function's bare name, and the object of a method before the arguments."""
        arguments = node.args
        match node.func:
            case ast.Name(id=written):
                pass
            case ast.Attribute(value=owner, attr=written):
                arguments = arguments if is_module(owner) else [owner, *arguments]
            case _:
                raise self.error("this call has no name", node)
        name = written if written == "copy_" else written.removesuffix("_")  # torch's methods in place
        if name.startswith("k_") and rows_of(name[2:]) and not _counts_axes_from_one(node):
            name = name[2:]  # those of Keras in R
        labelled = [*arguments[:1], *(entry for entry in arguments[1:] if not _is_label(entry))]
        return Invocation(name, labelled, node)

    def _applied(self, call: Invocation) -> Tree:
        rows = rows_of(call.name)
        if self.matrices:
            rows = (*MATRIX_ROWS.get(call.name, ()), *rows)
        for row in rows:
            if tree := row.read(self, call):
                return tree
        if OTHER_TERM.says(call.name):
            return self.named(call.node, call.name)
        raise self._unknown_function(call.name, call.node)

    def _unknown_function(self, name: str, node: ast.Call) -> FormulaError:
        hint = nearest(name, KNOWN)
        if name in ("kl_divergence", "kl_loss", "kl_div"):
            hint = "the library computes that itself; give the formula of a KL"
        return self.error(f"'{clipped(name)}' is not a known function", node, hint)


def _counts_axes_from_one(node: ast.Call) -> bool:
    """Whether a call has an axis that R counts from 1; those from the end are counted alike."""
    axes = [entry.value for entry in node.keywords if entry.arg == "axis"]
    return any(not isinstance(axis, ast.UnaryOp) for axis in axes)


def _is_label(node: ast.expr) -> bool:
    """Whether an argument is TensorFlow's name of an operation."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
