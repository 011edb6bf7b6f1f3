"""Casts: what gives its argument back in another type or place, without its gradient, or cut to integers."""

from __future__ import annotations

import ast
from functools import partial

from klcli.formula.read.ast_parts import is_true, literal
from klcli.formula.read.callee import is_learned
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, keywords_of, of_first, row
from klcli.formula.traversal import unshaped
from klcli.formula.tree import Call, Number, Stop, Symbol, Tree
from klcli.lazy_regex import regex

_INTEGER_TYPE = regex(r"u?int(8|16|32|64|_|c|p)?|long(long)?|short|u?byte|[iu][1248]")
"""The types of integers in numpy, torch and TensorFlow; a cast to one of them cuts a number off."""
_OTHER_TYPE = regex(r"bool(_|ean)?|[b?]1?|qu?int\w+|c(omplex|float|double|half)\w*|c(8|16)|str_?|object_?")
"""Types in which a number is no number of its own size any more."""
_WITHOUT_GRADIENTS = frozenset(("np", "numpy", "math"))
"""Libraries that have no gradients: a number made of what they compute has none to lose."""
_WITH_GRADIENTS = frozenset(("torch", "th", "F", "nn", "tf", "tensorflow", "jax", "jnp", "keras", "K"))


def has_integer_type(arguments: list[ast.expr], node: ast.Call) -> bool:
    """Whether a cast is one to integers: ``x.to(torch.int32)``, ``tf.cast(x, "int64")``."""
    return any(_INTEGER_TYPE.fullmatch(word) for word in _types(arguments, node))


def keeps_no_number(arguments: list[ast.expr], node: ast.Call) -> bool:
    """Whether a cast is one to bool, to complex numbers or to words."""
    return any(map(_OTHER_TYPE.fullmatch, _types(arguments, node)))


def _types(arguments: list[ast.expr], node: ast.Call) -> list[str]:
    """The words that may be a type among the arguments of a call."""
    types = [*arguments, *(entry.value for entry in node.keywords if entry.arg in ("dtype", "type"))]
    words = [getattr(part, "attr", getattr(part, "id", getattr(part, "value", ""))) for part in types]
    return [word for word in words if isinstance(word, str)]


_cut = of_first(partial(Call, "trunc"))


def _cast(reader: CallReader, call: Invocation) -> Tree | None:
    """A type may be a word, which is no label here: ``tf.cast(x, "int64")``."""
    types = [entry for entry in call.node.args if entry not in call.arguments[:1]]
    return _cut(reader, call) if has_integer_type(types, call.node) else None


def _same(reader: CallReader, call: Invocation) -> Tree | None:
    """The first argument; of TensorFlow's variables it is only what they begin with."""
    if not call.arguments or is_learned(call.node):
        return None
    if keeps_no_number(call.arguments[1:], call.node):
        raise reader.error("a cast to this type keeps no number", call.node, "leave the cast out")
    return reader.tree(call.arguments[0])


def _number(reader: CallReader, call: Invocation) -> Tree | None:
    """Python's own ``float(x)``, a number without a gradient; that of an array of numpy never had one."""
    if not isinstance(call.node.func, ast.Name) or len(call.arguments) != 1:
        return None
    names = reader.source.names
    is_bare = not names.isdisjoint(_WITHOUT_GRADIENTS) and names.isdisjoint(_WITH_GRADIENTS)
    tree = reader.tree(call.arguments[0])
    return tree if is_bare or isinstance(tree, Number) else Stop(tree)


def _requiring(reader: CallReader, call: Invocation) -> Tree | None:
    """``x.requires_grad_(False)`` is x without a gradient."""
    flags = [*call.arguments[1:], *keywords_of(call, "requires_grad")]
    if len(call.arguments) > 2 or not all(isinstance(literal(flag), bool) for flag in flags):
        return None
    tree = reader.tree(call.arguments[0])
    return tree if all(map(is_true, flags)) else Stop(tree)


def _copied(reader: CallReader, call: Invocation) -> Tree | None:
    return reader.tree(call.arguments[1]) if len(call.arguments) == 2 else None


def _variable(reader: CallReader, call: Invocation) -> Tree | None:
    """``Variable(x)`` of torch: what a text begins with, or else x without its gradient."""
    if not call.arguments or is_learned(call.node):
        return None
    tree = reader.tree(call.arguments[0])
    return tree if isinstance(unshaped(tree), Symbol | Number) else Stop(tree)


SAME = row(
    "asarray as_tensor astype cast clone contiguous convert_to_tensor copy cpu cuda double "
    "float from_numpy identity nan_to_num to type type_as batch_flatten "
    "half array",
    "x, ...",
    "x in another shape, type or place",
    _same,
)
TYPED: tuple[CallRow, ...] = (
    row("copy_", "x, y", "y, which x becomes", _copied),
    row("detach stop_gradient sg item tolist numpy", "x", "x without a gradient", of_first(Stop)),
    row("Variable", "x", "x without a gradient", _variable),
    row("float", "x", "x without a gradient", _number, is_sure=False),
    row("requires_grad", "x, flag", "x, without a gradient if it shall have none", _requiring, is_sure=False),
    row("int long trunc fix", "x", "x cut to an integer", _cut),
    row(
        "to type astype cast asarray as_tensor convert_to_tensor array",
        "x, type",
        "x cut to an integer, if the type is one of integers",
        _cast,
    ),
    SAME,
)
