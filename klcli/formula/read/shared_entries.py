"""Which arrays an expression may share its entries with, and which ones a call may change."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from klcli.formula.read.ast_parts import below, literal, walked
from klcli.formula.read.callee import called, changed_in_place, is_module, same_object
from klcli.formula.read.calls.reshapes import EXPANDED, RESHAPED
from klcli.formula.read.calls.table import rows_of
from klcli.formula.read.calls.types import SAME
from klcli.formula.read.vocabulary import MODULES, VIEWS

_SHARING = (
    VIEWS
    | {name for one in (SAME, *RESHAPED, *EXPANDED) for name in one.names}
    | {"expand_dims", "t", "stop_gradient", "sg", "numpy", "requires_grad", "bool"}
) - {"clone", "copy", "nan_to_num", "array"}
"""Known functions that may give back the same entries."""
_LISTS = (ast.List, ast.Tuple)
_OF_SHAPES = frozenset(("shape", "dtype", "device", "ndim", "size", "numel", "dim", "requires_grad"))
_CHANGING = frozenset(
    (
        # Of numpy and its arrays.
        *("copyto", "put", "place", "putmask", "put_along_axis", "fill_diagonal", "shuffle"),
        *("fill", "sort", "partition", "itemset", "setfield", "byteswap", "resize", "setflags"),
        # Of Python's module operator.
        *("iadd", "isub", "imul", "itruediv", "ipow", "imatmul", "iconcat", "setitem", "delitem"),
    )
)
"""Calls that change an argument and are no formula."""
_KEEPING = frozenset(
    (
        # Of Python: what has other objects in it.
        *("dict", "list", "tuple", "set", "zip", "reversed", "iter", "next", "deque", "OrderedDict"),
        *("SimpleNamespace", "Namespace"),
        # Of torch and numpy: views of several arrays, or of one as strings or numbers say.
        *("broadcast_tensors", "broadcast_arrays", "as_strided", "einsum"),
    )
)
"""Functions whose result may have the entries of all of their arguments."""
_OF_GRADIENTS = frozenset(("register_hook", "register_post_accumulate_grad_hook"))
"""Methods that change a gradient on its way, also of what is used only later."""


def sharing(node: ast.expr, *, of_unknown: bool = True) -> Iterator[ast.expr]:
    """The names, attributes and subscripts whose entries an expression may have.

    What is computed has entries of its own; so has what a function makes of several arrays.

    Args:
        node: what is given a name.
        of_unknown: whether functions that are not known may give their argument back.
    """
    below_it = partial(sharing, of_unknown=of_unknown)
    match node:
        case ast.Name(id=name):
            if name not in MODULES:
                yield node
        case ast.Attribute(attr=name) if name in _OF_SHAPES:
            return
        case ast.Attribute(value=owner) | ast.Subscript(value=owner):
            if isinstance(owner, ast.Name | ast.Attribute | ast.Subscript):
                yield node
            yield from below_it(owner)
        case ast.Call():
            for argument in _given_back(node, of_unknown=of_unknown):
                yield from below_it(argument)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            yield from below_it(operand)
        case ast.ListComp(elt=entry, generators=loops) | ast.GeneratorExp(elt=entry, generators=loops):
            if any(True for _ in below_it(entry)):
                for loop in loops:
                    yield from below_it(loop.iter)
        case ast.BinOp(left=left, right=right) if isinstance(left, _LISTS) or isinstance(right, _LISTS):
            yield from below_it(left)
            yield from below_it(right)
        case ast.BinOp() | ast.UnaryOp() | ast.Compare() | ast.Lambda() | ast.Constant():
            return
        case _:
            for child in below(node):
                if isinstance(child, ast.expr):
                    yield from below_it(child)


def _given_back(node: ast.Call, *, of_unknown: bool) -> list[ast.expr]:
    """The arguments that a call may give back: the first, or the only one of a function that is not known.

    A list, or an object of a class that is not known, may have all of them.
    """
    written = called(node)
    if written in _KEEPING or (written[:1].isupper() and not rows_of(written)):
        return [*node.args, *(entry.value for entry in node.keywords)]
    is_known = bool(rows_of(written.removesuffix("_")))
    if is_known and written not in _SHARING and not written.endswith("_"):
        return []
    arrays = [one for one in [*_owner(node), *node.args] if not _is_written(one)]
    return arrays[:1] if is_known or (of_unknown and len(arrays) == 1) else []


def _is_written(node: ast.expr) -> bool:
    """Whether an argument is a constant or a list of them, and no array."""
    return isinstance(node, ast.Constant) or literal(node) is not None


def _owner(node: ast.Call) -> list[ast.expr]:
    """What a method is called of, if that may be an array."""
    match node.func:
        case ast.Attribute(value=ast.Name(id="self") | ast.Attribute(value=ast.Name(id="self"))):
            return []
        case ast.Attribute(value=owner) if not is_module(owner):
            return [owner]
    return []


def kept_by(statement: ast.AST) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """The objects that calls of a statement put others into, and these: ``kls.append(kl)``.

    Args:
        statement: that only reports.
    """
    for node in walked(statement):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="append" | "update")):
                yield owner, [*node.args, *(entry.value for entry in node.keywords)]


def changing_calls(node: ast.AST) -> Iterator[tuple[ast.Call, list[ast.expr], bool]]:
    """The calls below a node that change an argument in a way that is not followed.

    Each comes with what it may change, and whether that matters even where it was not used before.
    """
    for call in walked(node):
        if not isinstance(call, ast.Call):
            continue
        name, owner = called(call), changed_in_place(call)
        outs = [entry.value for entry in call.keywords if entry.arg == "out"]
        if (
            outs
            or name in _CHANGING
            or name in _OF_GRADIENTS
            or (name.startswith("__i") and name.endswith("__"))
        ):
            yield call, outs or [*_owner(call), *call.args], name in _OF_GRADIENTS
        elif owner and not same_object(owner) and not _is_in_place(owner):
            yield call, [owner], True  # a view of something


def _is_in_place(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and changed_in_place(node) is not None
