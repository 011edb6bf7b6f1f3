"""Values for entries: those of a table by words, ``losses["kl"]``, and others of what was computed.

The latter are not followed: ``kl[kl < 0.5] = 0.5``.
"""

from __future__ import annotations

import ast

from klcli.formula.entrywise_form import entry
from klcli.formula.read.ast_parts import names_in, text_of_name
from klcli.formula.read.callee import same_object, viewed
from klcli.formula.read.python import PythonReader
from klcli.formula.read.returned_values import bare
from klcli.formula.tree import Number, Symbol, Tree


def entries_of(table: ast.Name, value: ast.Dict) -> list[tuple[ast.expr, ast.expr]]:
    """The entries of a table that is written out, each with its value; none if they are not known one by one.

    Args:
        table: the name that it is given.
        value: the table.
    """
    words = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    # What the table had before is used in its values; of two alike the last one counts.
    if len(set(words)) < len(value.keys) or table.id in names_in(value):
        return []
    return [
        (ast.copy_location(ast.Subscript(table, ast.Constant(word), ast.Store()), one), one)
        for word, one in zip(words, value.values, strict=True)
    ]


def refuse_entries(target: ast.expr, reader: PythonReader) -> None:
    """Refuse other values for entries of what was computed, as in ``kl[kl < 0.5] = 0.5``.

    A word between the brackets names an entry of a table of results, which changes no other.

    Args:
        target: what is given a value.
        reader: with the values so far.

    Raises:
        FormulaError: they are such entries.
    """
    match target:
        case ast.Subscript(slice=ast.Constant(value=str())):
            return
        case ast.Subscript(value=owner) | ast.Attribute(value=owner, attr="data"):
            array = viewed(owner)
            name = array.id if isinstance(array, ast.Name) else ""
            known = reader.value_of(text_of_name(array)) if same_object(array) else None
            is_computed = known and not isinstance(_of_one_entry(known, reader), Symbol | Number)
            if is_computed or name in names_in(getattr(target, "slice", ast.Pass())):
                problem = f"entries of {text_of_name(array)} are given other values"
                raise reader.error(problem, target, "leave that out, or write a clamp for it")


def refuse_filling(target: ast.expr, tree: Tree, reader: PythonReader) -> None:
    """Refuse an array of zeros or ones whose entries are given a formula: it is followed no more.

    Args:
        target: what is given a value.
        tree: that value.
        reader: with the values so far.

    Raises:
        FormulaError: it is such an array.
    """
    array = same_object(viewed(target.value)) if isinstance(target, ast.Subscript) else None
    known = reader.value_of(text_of_name(array)) if array else None
    is_number = known and isinstance(_of_one_entry(known, reader), Number)
    if array and is_number and not isinstance(_of_one_entry(tree, reader), Symbol | Number):
        problem = f"entries of {text_of_name(array)} are given other values"
        raise reader.error(problem, target, "give the array its value in one assignment")


def _of_one_entry(tree: Tree, reader: PythonReader) -> Tree:
    return bare(entry(tree, of_matrices=reader.matrices))
