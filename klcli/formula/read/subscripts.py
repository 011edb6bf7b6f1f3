"""Subscripts of what is no symbol: lengths of axes, new axes, entries that are taken out."""

from __future__ import annotations

import ast
from functools import reduce

from klcli.formula.read.callee import measured
from klcli.formula.read.calls.row import CallReader
from klcli.formula.read.calls.selections import selected
from klcli.formula.read.calls.shapes import axis_length, new_axes
from klcli.formula.tree import Reshape, Tree


def subscripted(reader: CallReader, node: ast.Subscript) -> Tree | None:
    """What a subscript gives; None for an entry or a part of an array, which is a symbol.

    Args:
        reader: of the text.
        node: what has the subscript.

    Raises:
        FormulaError: a part of what was computed is taken that is not followed.
    """
    if array := measured(node.value):
        return axis_length(reader, array, node.slice)
    if places := new_axes(node.slice):
        return reduce(lambda tree, place: Reshape(tree, "unsqueeze", place), places, reader.tree(node.value))
    return selected(reader, node)
