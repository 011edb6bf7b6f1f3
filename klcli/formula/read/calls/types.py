"""Casts: what gives its argument back in another type or place, without its gradient, or cut to integers."""

from __future__ import annotations

import ast
from functools import partial

from klcli.formula.read.callee import is_learned
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, of_first, row
from klcli.formula.tree import Call, Stop, Tree
from klcli.lazy_regex import regex

_INTEGER_TYPE = regex(r"u?int(8|16|32|64)?|long|short")
"""The types of integers in numpy, torch and TensorFlow; a cast to one of them cuts a number off."""


def has_integer_type(arguments: list[ast.expr], node: ast.Call) -> bool:
    """Whether a cast is one to integers: ``x.to(torch.int32)``, ``tf.cast(x, "int64")``."""
    types = [*arguments, *(entry.value for entry in node.keywords if entry.arg == "dtype")]
    words = [getattr(part, "attr", getattr(part, "id", getattr(part, "value", ""))) for part in types]
    return any(isinstance(word, str) and _INTEGER_TYPE.fullmatch(word) for word in words)


_cut = of_first(partial(Call, "trunc"))


def _cast(reader: CallReader, call: Invocation) -> Tree | None:
    """A type may be a word, which is no label here: ``tf.cast(x, "int64")``."""
    types = [entry for entry in call.node.args if entry not in call.arguments[:1]]
    return _cut(reader, call) if has_integer_type(types, call.node) else None


def _same(reader: CallReader, call: Invocation) -> Tree | None:
    """The first argument; of TensorFlow's variables it is only what they begin with."""
    if not call.arguments or is_learned(call.node):
        return None
    return reader.tree(call.arguments[0])


def _copied(reader: CallReader, call: Invocation) -> Tree | None:
    return reader.tree(call.arguments[1]) if len(call.arguments) == 2 else None


SAME = row(
    "asarray as_tensor astype cast clone contiguous convert_to_tensor copy cpu cuda double expand expand_as "
    "float from_numpy identity nan_to_num numpy requires_grad Variable to type type_as view_as batch_flatten "
    "half",
    "x, ...",
    "x in another shape, type or place",
    _same,
)
TYPED: tuple[CallRow, ...] = (
    row("copy_", "x, y", "y, which x becomes", _copied),
    row("detach stop_gradient sg item tolist", "x", "x without a gradient", of_first(Stop)),
    row("int long trunc fix", "x", "x cut to an integer", _cut),
    row(
        "to type astype cast asarray as_tensor convert_to_tensor",
        "x, type",
        "x cut to an integer, if the type is one of integers",
        _cast,
    ),
    SAME,
)
