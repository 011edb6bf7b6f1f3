"""What gives an array another shape that is written: ``view``, ``reshape``, ``flatten``, ``expand``.

Lengths are followed as they are written, and the judge evaluates them. What an encoder puts out may have any
shape that a text gives it: it is an array of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.ast_parts import literal
from klcli.formula.read.callee import called, measured, whose_shape
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, row
from klcli.formula.read.identifiers import EXAMPLE_COUNT, LATENT_COUNT, ROW_COUNT
from klcli.formula.tree import (
    Call,
    Length,
    Negative,
    Number,
    Operation,
    Reshape,
    Stop,
    Symbol,
    Tree,
    number,
)

_SHAPE_NAMES = ("shape", "newshape", "size")
_HINT = "write it with x.size(0) and x.size(1), or leave it out"


def _viewed(reader: CallReader, call: Invocation) -> Tree | None:
    """``x.view(x.size(0), -1)``, ``tf.reshape(x, [-1])``; only a whole shape stands alone."""
    if not call.arguments:
        return None
    _refuse_keywords(reader, call, *_SHAPE_NAMES)
    operand = reader.tree(call.arguments[0])
    given = _entries([*call.arguments[1:], *keywords_of(call, *_SHAPE_NAMES)])
    if call.name.endswith("_as") and len(given) == 1:
        return Reshape(operand, "view", like=reader.tree(given[0]))
    if len(given) == 1 and (like := _whole_shape(given[0])):
        return Reshape(operand, "view", like=reader.tree(like))
    written = list(map(literal, given))
    if written == [-1]:
        return Reshape(operand, "flatten", 0)
    if _is_output(operand) and _is_own_shape(reader, given):
        return Reshape(operand, "flatten", 0) if len(written) == 1 and written[0] else operand
    return Reshape(operand, "view", lengths=_lengths(reader, call, given))


def _flattened(reader: CallReader, call: Invocation) -> Tree | None:
    """``flatten()`` makes one axis of all, ``flatten(1)`` keeps the batch."""
    if not call.arguments:
        return None
    _refuse_keywords(reader, call, "start_dim", "end_dim")
    operand = reader.tree(call.arguments[0])
    given = list(map(literal, call.arguments[1:]))
    start, end = (*given, *(0, -1)[len(given) :])[:2] if len(given) < 3 else (None, None)
    start = next(map(literal, keywords_of(call, "start_dim")), start)
    end = next(map(literal, keywords_of(call, "end_dim")), end)
    if isinstance(start, int) and start >= 0 and end == -1:
        return Reshape(operand, "flatten", start)
    if _is_output(operand):
        return operand
    raise reader.error(f"this {call.name} is not followed", call.node, "write x.flatten(1), or leave it out")


def _expanded(reader: CallReader, call: Invocation) -> Tree | None:
    """``x.expand(B, d)``, ``expand_as(y)``, ``broadcast_to(x, y.shape)``: entries stand as often as there."""
    if len(call.arguments) < 2:
        return None
    operand, given = reader.tree(call.arguments[0]), _entries(call.arguments[1:])
    like = given[0] if call.name == "expand_as" else _whole_shape(given[0])
    if like and len(given) == 1:
        return Reshape(operand, "expand", like=reader.tree(like))
    return Reshape(operand, "expand", lengths=_lengths(reader, call, given))


def _transposed(reader: CallReader, call: Invocation) -> Tree | None:
    """Two axes exchanged, of an array that has no others."""
    if not call.arguments:
        return None
    places = [literal(entry) for entry in _entries(call.arguments[1:])]
    if call.name == "permute" and places == [0, 1]:
        return reader.tree(call.arguments[0])
    is_pair = sorted(place % 2 for place in places if isinstance(place, int) and -2 <= place < 2) == [0, 1]
    is_plain = not places and call.name == "transpose"
    if is_plain or (len(places) == 2 and is_pair and (call.name != "permute" or places == [1, 0])):
        return Reshape(reader.tree(call.arguments[0]), "transpose")
    return None


def shaped(reader: CallReader, value: Tree, given: Sequence[ast.expr]) -> Tree | None:
    """A number in a shape that is written; None where that is not known for arrays of every size.

    Args:
        reader: of the text.
        value: the number.
        given: its shape.
    """
    entries = _entries(given)
    like = _whole_shape(entries[0]) if len(entries) == 1 else None
    if like and (tree := reader.read(like)):
        return Reshape(value, "expand", like=tree)
    lengths = [reader.read(entry) for entry in entries]
    found = tuple(one for one in lengths if one and _is_followed(one))
    return Reshape(value, "expand", lengths=found) if 0 < len(found) == len(lengths) else None


def lengths_of(reader: CallReader, shape: ast.expr, count: int) -> list[Tree | None]:
    """The lengths that the names of ``B, d = x.shape`` are; none where a value is no shape.

    Of an array of the text's own that has more than two axes only the first is known; the others are None.

    Args:
        reader: of the text.
        shape: what the names are given.
        count: how many names there are.
    """
    array = _whole_shape(shape)
    tree = array and reader.read(array)
    if not tree:
        return []
    known = 1 if count > 2 and _is_output(tree) else count
    return [Length(tree, place) if place < known else None for place in range(count)]


def _refuse_keywords(reader: CallReader, call: Invocation, *known: str) -> None:
    for entry in call.node.keywords:
        if entry.arg not in (*known, "name"):
            raise reader.error(f"{entry.arg or '**'}= is not understood here", call.node)


def _entries(given: Sequence[ast.expr]) -> list[ast.expr]:
    """The lengths of a shape, which may stand in brackets or be those of an array: ``*x.shape``."""
    match given:
        case [ast.Tuple(elts=entries) | ast.List(elts=entries)] | [
            ast.Call(args=[ast.Tuple(elts=entries) | ast.List(elts=entries)], keywords=[])
        ]:
            return _entries(entries)
        case [ast.Starred(value=shape)]:
            return [shape]
    return list(given)


def _whole_shape(node: ast.expr) -> ast.expr | None:
    """The array whose shape is given: y of ``y.shape``, ``y.size()``, ``tf.shape(y)``."""
    match node:
        case ast.Call(args=[array], keywords=[]) if called(node) in ("shape", "int_shape") and measured(node):
            return array
    return whose_shape(node)


def _is_output(tree: Tree) -> bool:
    """Whether a tree is an array of its own and not computed from others."""
    return _is_output(tree.operand) if isinstance(tree, Stop | Reshape) else isinstance(tree, Symbol)


def _is_own_shape(reader: CallReader, given: Sequence[ast.expr]) -> bool:
    """Whether lengths are numbers or names of the text's own, and no number cuts the batch."""
    rows = literal(given[0]) if given else None
    if isinstance(rows, int) and rows > 1 and literal(given[-1]) == -1:
        return False
    return not all(_is_followed(reader.read(entry)) for entry in given)


def _is_followed(tree: Tree | None) -> bool:
    """Whether a length is known for arrays of every size."""
    match tree:
        case Number(value):
            return value == 1
        case Negative(operand):
            return _is_followed(operand)
        case Length():
            return True
        case Symbol(name):
            return EXAMPLE_COUNT.says(name) or LATENT_COUNT.says(name)
        case Operation(_, left, right):
            return _is_followed(left) and _is_followed(right)
        case Call("trunc", operand):
            return _is_followed(operand)
    return False


def _lengths(reader: CallReader, call: Invocation, given: Sequence[ast.expr]) -> tuple[Tree, ...]:
    """The lengths of a shape, as far as they are known for arrays of every size.

    Raises:
        FormulaError: one is not.
    """
    found = []
    for place, entry in enumerate(given):
        value, tree = literal(entry), reader.read(entry)
        if place == 0 and isinstance(tree, Symbol) and ROW_COUNT.says(tree.name):
            tree = reader.named(entry, "batch_size")
        is_whole = isinstance(value, int) and (value in (-1, 1) or call.name.startswith(("expand", "broad")))
        if not is_whole and not _is_followed(tree):
            raise reader.error(
                f"the length {ast.unparse(entry)} of a new shape is not followed", entry, _HINT
            )
        found.append(number(value) if is_whole and isinstance(value, int) else tree or number(1))
    return tuple(found)


RESHAPED: tuple[CallRow, ...] = (
    row("view reshape view_as reshape_as", "x, shape", "x in another shape", _viewed),
    row("flatten ravel", "x, axis", "x with its axes from one on made one", _flattened),
    row("transpose swapaxes permute", "x, axis, axis", "x transposed", _transposed, is_sure=False),
)
"""Before the casts: what only changes a shape."""
EXPANDED: tuple[CallRow, ...] = (
    row("expand expand_as broadcast_to", "x, shape", "x in a larger shape", _expanded),
)
"""Behind the masks, whose shape is that of an array which they are spread over."""
