"""Reads calls in Python code, functions and methods, by the table of calls."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from klcli.errors import clipped, nearest
from klcli.formula.read.ast_parts import text_of_name
from klcli.formula.read.callee import changed_in_place, is_module, same_object
from klcli.formula.read.calls.matrices import MATRIX_ROWS
from klcli.formula.read.calls.row import Invocation
from klcli.formula.read.calls.table import KNOWN, rows_of
from klcli.formula.read.identifiers import OTHER_TERM
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.syntax_errors import FormulaError
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
    def call_it(self, name: str, tree: Tree) -> None:
        """Say what the value of a name is, under all names of its object, without changing it."""

    @abstractmethod
    def tree(self, node: ast.expr) -> Tree:
        """The tree of an expression, with its place."""

    def read(self, node: ast.expr) -> Tree | None:
        """The tree of an expression; None for what is no formula."""
        try:
            return self.tree(node)
        except FormulaError as error:
            if error.is_of_whole_text:
                raise
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
        changed = self.changed_by(node)
        try:
            tree = self._applied(self._invocation(node))
        except FormulaError as error:
            if changed:
                error.of_whole_text()
            raise
        if changed:
            self.change(changed, spanning(tree, *self.source.place(node)))
        return tree

    def changed_by(self, node: ast.Call) -> str:
        """The object that a call changes, as it is written: x for ``x.mul_(2)`` and ``torch.exp_(x)``."""
        owner = changed_in_place(node)
        if isinstance(owner, ast.Call):
            return self.changed_by(owner)
        return text_of_name(owner) if owner and same_object(owner) else ""

    def _invocation(self, node: ast.Call) -> Invocation:
        """The call with the function's bare name, and the object of a method before the arguments."""
        arguments = node.args
        match node.func:
            case ast.Name(id=written):
                if written.endswith("_") and rows_of(written[:-1]) and not rows_of(written):
                    problem = f"what {written} changes is not followed"
                    raise self.error(problem, node, "write the method: x.exp_()").of_whole_text()
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
