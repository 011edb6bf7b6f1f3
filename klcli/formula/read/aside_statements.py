"""Statements of a pasted text that have nothing to do with its KL: they stand behind it and do not use it.

A KL is known by the name that it is given. What follows it where it is copied from, the sample or another
term, is no part of it; a loss that it is in is, and so is everything that changes it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from copy import copy

from klcli.formula.read.ast_parts import literal, walked
from klcli.formula.read.callee import called
from klcli.formula.read.vocabulary import MODULES
from klcli.lazy_regex import regex

_KL = regex(r"(?:.*_)?(?:d?kl|kld)(?:d|div|s)?(?:_.*)?|kl(?:loss|div|term).*|latent_loss")
"""The name of a KL, in small letters."""
_OF_A_KL = regex(r".*(?:weight|coe?f|beta|lambda|anneal|factor|scale|target|thres|warm|start|max|min|mask).*")
"""The name of a number beside it."""
_SQUARES = frozenset(("pow", "power", "square", "norm", "addcmul"))


def without_what_follows(statements: Sequence[ast.stmt]) -> tuple[list[ast.stmt], str]:
    """The statements up to the last one that uses the KL among them, and what that is called.

    They are all of them, and the name is empty, where none is called one or nothing follows it. What has a
    square in it, and two names that the KL is made of, may be another KL: then the last statement is meant.

    Args:
        statements: of a text, in their order.
    """
    names: dict[str, None] = {}
    made_of: set[str] = set()
    last = 0
    for place, statement in enumerate(statements, 1):
        mentioned = set(_mentioned(statement))
        own = dict.fromkeys(name for name in _given(statement) if _is_kl(name))
        if own or not names.keys().isdisjoint(mentioned) or any(map(_is_kl, mentioned)):
            names |= own | dict.fromkeys(_given(statement))
            made_of |= mentioned
            last = place
        elif _has_square(statement) and len(made_of.difference(names, MODULES) & mentioned) > 1:
            return list(statements), ""
    found = list(statements[: last or None])
    behind = next(iter(names), "") if len(found) < len(statements) else ""
    match found:
        case [*before, (ast.FunctionDef() | ast.With()) as block]:
            changed = copy(block)
            changed.body, within = without_what_follows(block.body)
            return [*before, changed], within or behind
    return found, behind


def _has_square(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Pow) or (isinstance(node, ast.Call) and called(node).strip("_") in _SQUARES)
        for node in walked(statement)
    )


def _is_kl(name: str) -> bool:
    word = name.lower()
    return _KL.fullmatch(word) is not None and not _OF_A_KL.fullmatch(word)


def _given(statement: ast.stmt) -> Iterator[str]:
    """The names, attributes and entries that a statement gives values."""
    for node in walked(statement):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Store())
                | ast.FunctionDef(name=name)
            ):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name


def _mentioned(statement: ast.stmt) -> Iterator[str]:
    """The names, attributes and words in a statement that may be those of what has a value."""
    for node in walked(statement):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant() if isinstance(word := literal(node), str):
                yield word
