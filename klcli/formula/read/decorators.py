"""Decorators: those that leave what a function computes as it is, by their names; any other may change it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.errors import clipped
from klcli.formula.read.callee import stops_gradients
from klcli.formula.read.identifiers import REGISTERING
from klcli.formula.read.syntax_errors import Complaint

_PLAIN = frozenset(
    (
        # Of Python: how a function is found and called, and what is kept of it.
        *("staticmethod", "classmethod", "property", "setter", "cached_property", "cache", "lru_cache"),
        *("abstractmethod", "override", "final", "overload", "wraps", "no_type_check", "deprecated"),
        # Of checks: of types and shapes, of time.
        *("beartype", "typechecked", "typecheck", "jaxtyped", "profile", "record_function"),
        # Of frameworks: the same computed faster, in another type or place, with less memory, or found by a
        # name.
        *("jit", "filter_jit", "njit", "function", "compile", "script", "script_method"),
        *("script_if_tracing", "export", "ignore", "unused", "disable", "allow_in_graph", "recompute_grad"),
        *("checkpoint", "remat", "named_scope", "named_call", "name_scope", "with_name_scope"),
        *("do_not_convert", "autocast", "custom_fwd", "enable_grad", "compact", "nowrap", "transparent"),
        *("implements", "RegisterKL", "dispatch", "singledispatch", "assert_max_traces", "auto_move_data"),
        *("force_fp32", "auto_fp16"),
    )
)
"""Decorators whose function computes what it computes without them."""


def refuse_changing(decorators: Sequence[ast.expr], complaint: Complaint) -> None:
    """Refuse a decorator that may make a function compute something else.

    Args:
        decorators: of a function.
        complaint: makes the error for a problem at a node.

    Raises:
        FormulaError: there is one.
    """
    for one in decorators:
        if not is_plain(one):
            problem = (
                f"what the decorator @{clipped(ast.unparse(one))} makes of this function is not followed"
            )
            raise complaint(problem, one, "leave it out if the function computes the same without it")


def maps_rows(decorator: ast.expr) -> bool:
    """Whether a decorator applies a function to each row of all of its arguments: ``@jax.vmap``."""
    return not isinstance(decorator, ast.Call) and _word(decorator) == "vmap"


def is_plain(one: ast.expr) -> bool:
    """Whether what a decorator makes of a function is known.

    Args:
        one: the decorator.
    """
    name = _word(one)
    return name in _PLAIN or REGISTERING.says(name) or stops_gradients(one) or maps_rows(one)


def _word(one: ast.expr) -> str:
    """The bare name of a decorator: jit for ``@partial(jax.jit, static_argnums=0)``."""
    match one:
        case ast.Call(func=ast.Name(id="partial") | ast.Attribute(attr="partial"), args=[inner, *_]):
            return _word(inner)
        case ast.Call(func=function):
            return _word(function)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
