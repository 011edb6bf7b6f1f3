"""What gives an array another shape, what an array's shape is, and arrays of one number."""

from __future__ import annotations

import ast
from functools import partial

from klcli.formula.read.ast_parts import is_true, literal, names_in
from klcli.formula.read.callee import is_module
from klcli.formula.read.calls.reshapes import shaped
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, of_first, row
from klcli.formula.read.epsilons import KERAS_EPSILON
from klcli.formula.read.vocabulary import AXIS_NAMES
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Length, Number, Reshape, Stop, Symbol, Tree, number
from klcli.values import replace

_OF_NUMBERS = frozenset(("math", "np", "numpy"))
"""Libraries whose functions have no gradients."""


def axis_length(reader: CallReader, owner: ast.expr, axis: ast.expr) -> Tree:
    """The length of an axis of an array.

    Args:
        reader: of the text.
        owner: the array.
        axis: which of its axes.
    """
    place = _whole_number(axis)
    return reader.named(axis, "length") if place is None else Length(reader.tree(owner), place)


def new_axes(entry: ast.expr) -> list[int]:
    """The axes of length 1 that a subscript puts in, as ``[:, None]`` and ``[..., None]`` do.

    Empty where it takes entries, too, or puts in none. Behind ``...`` they are counted from the end.
    """
    parts = entry.elts if isinstance(entry, ast.Tuple) else [entry]
    kinds = list(map(_kind_of_index, parts))
    if "other" in kinds or kinds.count("rest") > 1:
        return []
    rest = kinds.index("rest") if "rest" in kinds else len(kinds)
    before = [place for place, kind in enumerate(kinds[:rest]) if kind == "new"]
    behind = [place - len(kinds) for place, kind in enumerate(kinds) if kind == "new" and place > rest]
    return before + behind[::-1]


def _kind_of_index(node: ast.expr) -> str:
    """What a part of a subscript does: a new axis, all of an axis, all of the rest, or anything else."""
    match node:
        case ast.Constant(value=None) | ast.Attribute(attr="newaxis"):
            return "new"
        case ast.Constant(value=value) if value is ...:
            return "rest"
        case ast.Slice(lower=None, upper=None, step=None):
            return "all"
    return "other"


def _given(call: Invocation) -> list[ast.expr]:
    return [*call.arguments[1:], *keywords_of(call, *AXIS_NAMES)]


def _unsqueezed(reader: CallReader, call: Invocation) -> Tree | None:
    if not call.arguments:
        return None
    return Reshape(reader.tree(call.arguments[0]), "unsqueeze", _axis(reader, call))


def _squeezed(reader: CallReader, call: Invocation) -> Tree | None:
    if not call.arguments:
        return None
    axis = _axis(reader, call) if _given(call) else None
    return Reshape(reader.tree(call.arguments[0]), "squeeze", axis)


def _axis(reader: CallReader, call: Invocation) -> int:
    """The only axis that a call names.

    Raises:
        FormulaError: it is not written as a number, or there are others.
    """
    places = list(map(_whole_number, _given(call)))
    if len(places) != 1 or places[0] is None:
        raise reader.error(f"the axis of {call.name} is not followed", call.node, "write a single number")
    return places[0]


def _whole_number(node: ast.expr) -> int | None:
    """The integer that is written, perhaps with a sign."""
    value = literal(node)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_counted = of_first(lambda operand: Length(operand, None))


def _library_size(reader: CallReader, call: Invocation) -> Tree | None:
    """``size`` of a library, without an axis: ``np.size(x)``, ``tf.size(x)``."""
    is_all = len(call.arguments) == 1 and is_module(getattr(call.node.func, "value", call.node.func))
    return _counted(reader, call) if is_all else None


def _size(reader: CallReader, call: Invocation) -> Tree | None:
    if not call.arguments:
        return None
    return axis_length(reader, call.arguments[0], (*call.arguments[1:], ast.Constant(0))[0])


def _len(reader: CallReader, call: Invocation) -> Tree | None:
    return axis_length(reader, call.arguments[0], ast.Constant(0)) if call.arguments else None


def _number(value: int) -> CallRow:
    name = ("zeros", "ones")[value]
    names = f"{name} {name}_like new_{name}"
    return row(names, "...", f"{value}", partial(_repeated, number(value)))


def _repeated(value: Tree, reader: CallReader, call: Invocation) -> Tree:
    """A number as often as an array has entries, or as a shape says; alone where that is not followed."""
    like = call.name.endswith("_like") and call.arguments and reader.read(call.arguments[0])
    if like and free_symbols(like):
        return Reshape(value, "expand", like=like)
    given = call.arguments[call.name.startswith("new_") :]
    return shaped(reader, value, [*given, *keywords_of(call, "shape", "size")]) or value


def _filled(reader: CallReader, call: Invocation) -> Tree | None:
    """The number that a tensor is made of; of another tensor it has the values and no gradient.

    One that shall have a gradient is what a text begins with.
    """
    if not call.arguments:
        return None
    tree = reader.tree(_only_entry(call.arguments[0]))
    is_first = isinstance(tree, Symbol) and any(map(is_true, keywords_of(call, "requires_grad")))
    is_number = isinstance(tree, Number) or not names_in(call.arguments[0]).isdisjoint(_OF_NUMBERS)
    return tree if is_number or is_first else Stop(tree)


def _filled_by_method(reader: CallReader, call: Invocation) -> Tree | None:
    return _filled(reader, replace(call, arguments=call.arguments[1:]))


def _only_entry(node: ast.expr) -> ast.expr:
    """The number in a list of one."""
    return node.elts[0] if isinstance(node, ast.List) and len(node.elts) == 1 else node


def _epsilon(_: CallReader, call: Invocation) -> Tree | None:
    return None if call.arguments else KERAS_EPSILON


def _unread(_: CallReader, __: Invocation) -> None:
    """Nothing: the reader of subscripts knows what a shape is asked for."""


SHAPED: tuple[CallRow, ...] = (
    row("epsilon", "", "the small number of Keras", _epsilon),
    row("numel nelement", "x", "the number of entries of x", _counted),
    row("size", "x", "the number of entries of x", _library_size),
    row("size", "x, axis", "the length of an axis of x, without one of the first", _size),
    row("len", "x", "the length of the first axis of x", _len),
    row("shape int_shape get_shape as_list", "x", "the shape of x, of which an entry is read", _unread),
    row("unsqueeze expand_dims", "x, axis", "x with an axis of length 1", _unsqueezed),
    row("squeeze", "x, axis", "x without an axis of length 1, or without all of them", _squeezed),
    row("t", "x", "x transposed", of_first(lambda operand: Reshape(operand, "transpose"))),
    _number(0),
    _number(1),
    row("tensor constant Tensor FloatTensor", "number", "the number", _filled),
    row("new_tensor", "x, number", "the number", _filled_by_method),
)
