"""Follows the statements of Python code in their order: assignments, methods in place, a return.

Two names can stand for one object, and a method in place changes it for both. What cannot be followed safely
is an error; what a network computes is a symbol, a new one after each assignment.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from klcli.formula.entrywise_form import entry
from klcli.formula.read.aside_statements import only_reports
from klcli.formula.read.ast_parts import names_given, text_of_name, walked
from klcli.formula.read.callee import called, same_object, stops_gradients, viewed
from klcli.formula.read.calls.reshapes import lengths_of
from klcli.formula.read.changes_within_statements import check_order, refuse_change, refuse_unread_change
from klcli.formula.read.decorators import refuse_changing
from klcli.formula.read.entry_assignments import entries_of, refuse_entries, refuse_filling
from klcli.formula.read.matrix_attributes import is_decomposition, parts_of
from klcli.formula.read.parameter_defaults import numbers_by_default
from klcli.formula.read.python import PythonReader
from klcli.formula.read.returned_values import bare, formula_among
from klcli.formula.read.shared_entries import kept_by
from klcli.formula.read.syntax_errors import FormulaError, check_size
from klcli.formula.tree import Number, Stop, Symbol, Tree
from klcli.lazy_regex import regex

_Objects: TypeAlias = tuple[int | None, Sequence[str]]
"""The object that a value is, and the names of those whose entries it may share."""
_NO_OBJECTS: _Objects = (None, ())
_INGREDIENT = regex("log|exp|softplus")
"""What is in the name of a function that is an ingredient of a KL."""


class Statements:
    """The state of the names between statements.

    Attributes:
        reader: reads expressions, with the values of the names.
        left: the name that the last statement gives a value; empty if it gives none.
        helpers: the formulas that names were given which are not just another name, in their order.
        unread: why symbols are not what was assigned to them: it could not be read, though it has a logarithm
            or an exponential.
        defaults: the numbers that parameters are unless they are given.
        opaque: names that stay symbols whatever is assigned to them.
    """

    def __init__(self, reader: PythonReader, opaque: frozenset[str] = frozenset()) -> None:
        self.reader = reader
        self.opaque = opaque
        self.left = ""
        self.helpers: dict[str, Tree] = {}
        self.unread: dict[str, FormulaError] = {}
        self.defaults: dict[str, Fraction] = {}
        self._unknown: dict[str, FormulaError] = {}
        """The same for all symbols whose value could not be read."""
        self._is_stopped = False
        self._problem: FormulaError | None = None
        """Why the statement before could not be read, if it could not."""

    def result(self, statements: Sequence[ast.stmt]) -> Tree:
        """What the first return computes, or else the last statement.

        Raises:
            FormulaError: a statement that is no formula, or nothing is computed at the end.
        """
        tree, last = self._computed(statements)
        if tree is not None and isinstance(bare := self._entry(tree), Symbol) and bare.name in self._unknown:
            raise self._unknown[bare.name]
        if tree is None and self._problem:
            raise self._problem
        if tree is None and last is None:
            raise FormulaError("there is no formula in this text", self.reader.source.text, 0)
        if tree is None:
            raise self.reader.error(
                "the last statement is no formula", last or statements[-1], "end with the KL term"
            )
        return tree

    def _computed(self, statements: Sequence[ast.stmt]) -> tuple[Tree | None, ast.stmt | None]:
        """What the first return or else the last statement computes, if it does, and that statement."""
        tree: Tree | None = None
        last: ast.stmt | None = None
        for last in statements:
            if only_reports(last):
                refuse_change(last, self.reader)
                for owner, others in kept_by(last):
                    self.reader.keep(owner, others)
                continue
            tree = self._run(last)
            if isinstance(last, ast.Return):
                break
        return tree, last

    def _run(self, statement: ast.stmt) -> Tree | None:
        """Follow one statement; the value that it computes, if it does."""
        self._problem = None
        self.left = ""
        check_order(statement, self.reader)
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass() | ast.Import() | ast.ImportFrom():
                return None
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="backward"))):
                return self.reader.tree(owner)
            case (
                ast.Return(value=ast.Tuple(elts=[_, *_] as parts))
                | ast.Expr(value=ast.Tuple(elts=[_, *_] as parts))
            ):
                return formula_among(parts, self.reader)
            case ast.Return(value=ast.Dict(values=[_, *_] as parts)):
                return formula_among(parts, self.reader)
            case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
                return self.reader.tree(value)
            case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)], value=value):
                self._unpack(targets, value)
                return None
            case ast.Assign(targets=[ast.Name() as table], value=ast.Dict() as words) if (
                entries := entries_of(table, words)
            ):
                self._fill(table, words, entries)
                return None
            case ast.Assign(targets=[target], value=value):
                return self._assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assign(target, value)
            case ast.AugAssign(target=target, op=operator, value=value):
                return self._change(target, ast.copy_location(ast.BinOp(target, operator, value), statement))
            case ast.FunctionDef(body=body, decorator_list=decorators):
                self.defaults |= numbers_by_default(statement)
                refuse_changing(decorators, self.reader.error)
                return self._within(decorators, body)
            case ast.With(items=items, body=body):
                for item in items:
                    for target in names_given(item):
                        self._forget(target, self._objects_of(item.context_expr))
                return self._within([item.context_expr for item in items], body)
        hint = "assignments, a return and the formula itself are read"
        raise self.reader.error("this statement has no place in a formula", statement, hint)

    def _within(self, around: Sequence[ast.expr], body: Sequence[ast.stmt]) -> Tree | None:
        """What a block or a function computes; no gradient flows through what is computed without one."""
        stops = any(map(stops_gradients, around))
        before, self._is_stopped = self._is_stopped, self._is_stopped or stops
        try:
            found, _ = self._computed(body)
            return Stop(found) if found and stops else found
        finally:
            self._is_stopped = before

    def _assign(self, target: ast.expr, value: ast.expr) -> Tree | None:
        refuse_entries(target, self.reader)
        name = self._name_of(target)
        self.left = text_of_name(target)
        objects = self._objects_of(value)
        try:
            tree = self.reader.tree(value)
        except FormulaError as error:
            if error.is_of_whole_text or (self.reader.matrices and is_decomposition(value)):
                raise
            refuse_unread_change(value, self.reader)
            self._forget(target, objects)
            self._note_entries(target)
            self.reader.unread[name] = value
            symbol = getattr(self.reader.values.get(name), "name", name)
            self._unknown[symbol] = self._problem = error
            if any(isinstance(one, ast.Call) and _INGREDIENT.search(called(one)) for one in walked(value)):
                self.unread[symbol] = error
            return None
        if name in self.opaque:
            self._forget(target, objects)
            return None
        refuse_filling(target, tree, self.reader)
        self._bind(target, tree, objects)
        self._note_entries(target)
        return tree

    def _fill(self, table: ast.Name, words: ast.Dict, entries: Sequence[tuple[ast.expr, ast.expr]]) -> None:
        """A table that is written out, whose entries get their values one by one."""
        self._forget(table, self._objects_of(words))
        for target, value in entries:
            self._assign(target, value)

    def _change(self, target: ast.expr, joined: ast.expr) -> Tree | None:
        """``x *= 2``, which changes the object that other names may stand for, too."""
        refuse_entries(target, self.reader)
        name = self._name_of(target)
        tree = self.reader.tree(joined)
        tree = Stop(tree) if self._is_stopped else tree
        self.helpers[name] = self._entry(tree)
        self.reader.change(text_of_name(target), tree)
        if isinstance(target, ast.Subscript):
            for shared in self.reader.sources_of(target.value):
                self.reader.objects.note_change(shared)
        self._note_entries(target)
        return tree

    def _note_entries(self, target: ast.expr) -> None:
        """Other values for entries change the array, and what shares its entries.

        A word between the brackets names an entry of a table of results, as in `refuse_entries`; that of the
        same table by another name is not followed.
        """
        match target:
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Constant(value=str()) as word):
                for name in self.reader.objects.names_of(self.reader.objects.number_of(table)):
                    if name != table and name.isidentifier():
                        owner = ast.copy_location(ast.Name(name, ast.Load()), target)
                        same = ast.copy_location(ast.Subscript(owner, word, ast.Store()), target)
                        self._forget(same, _NO_OBJECTS)
            case ast.Subscript(slice=ast.Constant(value=str())) | ast.Name():
                return
            case ast.Subscript(value=owner) | ast.Attribute(value=owner, attr="data"):
                for name in self.reader.sources_of(owner):
                    self.reader.objects.note_change(name)
                if array := same_object(viewed(owner)):
                    self._forget(array, _NO_OBJECTS)

    def _unpack(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        """All values are computed before any name gets one."""
        if lengths := lengths_of(self.reader, value, len(targets)):
            for target, length in zip(targets, lengths, strict=True):
                if length:
                    self._bind(target, length, _NO_OBJECTS)
                else:
                    self._forget(target, _NO_OBJECTS)
            return
        parts = parts_of(value, of_matrices=self.reader.matrices)
        if len(parts) != len(targets):
            if self.reader.matrices and is_decomposition(value):
                raise self.reader.error("this decomposition is not followed", value, "write cholesky(S)")
            for target in targets:
                self._forget(target, self._objects_of(value))
            return
        pairs = [(self.reader.read(part), self._objects_of(part)) for part in parts]
        for target, (tree, objects) in zip(targets, pairs, strict=True):
            if tree is None or self._name_of(target) in self.opaque:
                self._forget(target, objects)
            else:
                self._bind(target, tree, objects)

    def _objects_of(self, value: ast.expr) -> _Objects:
        """The object that an expression is, if it has a name, and those whose entries it may share."""
        same = same_object(value)
        number = self.reader.objects.number_of(text_of_name(same)) if same else None
        return number, self.reader.sources_of(value)

    def _bind(self, target: ast.expr, tree: Tree, objects: _Objects) -> None:
        name = self._name_of(target)
        check_size(tree, self.reader.source)
        if self._is_stopped:
            tree = Stop(tree)
        if not isinstance(own := self._entry(tree), Symbol):
            self.helpers[name] = own
        self.reader.values[name] = tree
        is_computed = not isinstance(bare(own), Symbol | Number)
        self.reader.objects.bind(text_of_name(target), *objects, is_computed=is_computed)

    def _entry(self, tree: Tree) -> Tree:
        return entry(tree, of_matrices=self.reader.matrices)

    def _forget(self, target: ast.expr, objects: _Objects) -> None:
        """A value that is not known: a symbol that was not used before."""
        name = self._name_of(target)
        self.reader.objects.bind(text_of_name(target), sources=objects[1])
        self.reader.values.pop(name, None)
        if fresh := self.reader.fresh_symbol(name):
            self.reader.values[name] = fresh

    def _name_of(self, target: ast.expr) -> str:
        """The name under which the reader looks a value up."""
        if isinstance(target, ast.Name):
            return target.id
        symbol = self.reader.atom(target) if isinstance(target, ast.Attribute | ast.Subscript) else None
        if symbol is None:
            raise self.reader.error("only names, attributes and subscripts are given values", target)
        return symbol.name
