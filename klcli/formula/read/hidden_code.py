"""Code that may change any name of a text without naming it: it keeps the whole text from being read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from klcli.formula.read.ast_parts import walked
from klcli.formula.read.callee import called, is_module
from klcli.formula.read.syntax_errors import Complaint
from klcli.formula.read.vocabulary import LIBRARIES, MODULES

_RUNNING = frozenset(
    ("exec", "eval", "globals", "locals", "vars", "setattr", "delattr", "__import__", "execfile")
)
"""Functions of Python that run text, or give names and attributes other values."""
_PATCHING = frozenset(("patch", "__setattr__", "__setitem__", "__delattr__"))
_INNER = frozenset(("__dict__", "__globals__", "__code__", "__builtins__", "__class__", "__defaults__"))
"""Attributes by which names, attributes and functions are changed."""
_HINT = "leave it out, and give the lines that compute the KL"


def refuse_hidden(statements: Sequence[ast.stmt], complaint: Complaint) -> None:
    """Refuse code that may change what any name of a text means, also where it stands behind the KL.

    Args:
        statements: of the text, all of them.
        complaint: makes the error for a problem at a node.

    Raises:
        FormulaError: there is some.
    """
    nodes = [node for statement in statements for node in walked(statement)]
    options, contexts = set(_options(nodes)), set(_contexts(nodes))
    owners = {owner.id for owner in _owners(nodes)}
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _RUNNING | _PATCHING:
                raise complaint(f"what {name}() changes is not followed", node, _HINT)
            case ast.Call(func=ast.Attribute(attr=name)) if name in _PATCHING or _is_patch(node):
                raise complaint(f"what {called(node)}() changes is not followed", node, _HINT)
            case ast.Call() if called(node) == "set_grad_enabled" and node not in contexts:
                raise complaint("from where on there are gradients is not followed", node, _HINT)
            case ast.Attribute(attr=name) if name in _INNER:
                raise complaint(f"what is done through {name} is not followed", node, _HINT)
            case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()) if (
                node not in options and _is_of_library(owner)
            ):
                raise complaint(f"{ast.unparse(node)} is given another meaning", node, _HINT)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in owners:
                if name in MODULES and not _is_module_of(value):
                    raise complaint(f"{name} is given another meaning", node, "give it another name")


def _owners(nodes: Sequence[ast.AST]) -> Iterator[ast.Name]:
    """The names whose functions or methods are called."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner)):
                yield owner


def _options(nodes: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """What is given a constant: ``torch.backends.cudnn.benchmark = True``."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=ast.Constant()):
                yield target


def _contexts(nodes: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """What stands behind ``with``, or decorates a function: it holds only within."""
    for node in nodes:
        match node:
            case ast.withitem(context_expr=around):
                yield around
            case ast.FunctionDef(decorator_list=decorators):
                yield from decorators


def _is_patch(node: ast.Call) -> bool:
    """Whether a call is ``patch.object(torch, "exp", ...)``."""
    return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "patch"


def _is_of_library(owner: ast.expr) -> bool:
    """Whether an attribute belongs to a library whose functions are read: ``torch.Tensor.exp``."""
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return isinstance(owner, ast.Name) and is_module(owner)


def _is_module_of(value: ast.expr) -> bool:
    """Whether a value is a module, or one of two: ``np = jnp if on_gpu else numpy``."""
    match value:
        case ast.IfExp(body=body, orelse=other):
            return _is_module_of(body) and _is_module_of(other)
        case ast.Name() | ast.Attribute():
            return is_module(value) or getattr(value, "id", getattr(value, "attr", "")) in LIBRARIES
        case ast.Call():
            return called(value) in ("import_module", "try_import")
    return False
