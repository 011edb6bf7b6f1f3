"""Subscripts of what is no symbol: lengths of axes, new axes, entries that are taken out."""

from __future__ import annotations

import ast
from functools import reduce

from klcli.formula.read.callee import measured
from klcli.formula.read.calls.row import CallReader
from klcli.formula.read.calls.selections import selected
from klcli.formula.read.calls.shapes import axis_length, new_axes
from klcli.formula.tree import Length, Reshape, Tree


def length_of_entries(reader: CallReader, node: ast.Attribute) -> Tree | None:
    """How many entries a subscript gives: numpy's ``kl[mask].size``, TensorFlow 1's ``x.shape[0].value``.

    Args:
        reader: of the text.
        node: an attribute of what has a subscript.
    """
    match node:
        case ast.Attribute(value=ast.Subscript(value=shape) as length, attr="value") if measured(shape):
            return reader.tree(length)
        case ast.Attribute(value=owner, attr="size"):
            return Length(reader.tree(owner), None)
    return None


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
