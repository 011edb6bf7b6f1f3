"""What a call calls, and on what: functions of libraries, methods, what only shows a value anew."""

from __future__ import annotations

import ast

from klcli.formula.read.vocabulary import MODULES, SUBMODULES, VIEWS

_VIEWING = frozenset(("T", "mT", "H", "data", "real"))
"""Attributes of an array that are views of it."""
STOPPING = frozenset(("no_grad", "inference_mode", "stop_recording"))
"""Contexts in which nothing is noted for gradients."""


def called(node: ast.Call) -> str:
    """The bare name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def stops_gradients(around: ast.expr) -> bool:
    """Whether nothing is noted for gradients within ``torch.no_grad()`` or ``set_grad_enabled(False)``.

    Nothing is stopped by ``torch.inference_mode(False)``.

    Args:
        around: a context, or a decorator.
    """
    match around:
        case ast.Call(args=arguments, keywords=keywords):
            given = [*arguments, *(entry.value for entry in keywords)]
            is_off = any(getattr(one, "value", None) is False for one in given)
            name = called(around)
            return is_off if name == "set_grad_enabled" else name in STOPPING and not is_off
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in STOPPING
    return False


def is_module(owner: ast.expr) -> bool:
    """Whether ``owner.function(x)`` names a library's function rather than a method of a value."""
    while isinstance(owner, ast.Attribute):
        if owner.attr in SUBMODULES:
            return True
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in MODULES


def viewed(node: ast.expr) -> ast.expr:
    """What an expression shows in another shape without copying it: x for ``x.view(-1)`` and ``x.data``."""
    while True:
        match node:
            case ast.Attribute(value=owner, attr="data" | "T" | "mT"):
                node = owner
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in VIEWS and not is_module(
                owner
            ):
                node = owner
            case _:
                return node


def same_object(node: ast.expr) -> ast.expr | None:
    """The name or attribute that an expression is, if it stands for the same object; None for any other.

    Args:
        node: what is given a name.
    """
    match node:
        case ast.Name(id=name) if name not in MODULES:
            return node
        case ast.Attribute(value=owner, attr=name) if name not in _VIEWING and same_object(owner):
            return node
    return None


def changed_in_place(node: ast.Call) -> ast.expr | None:
    """What a method in place is called of, without what only takes it out of its gradients; or None.

    Args:
        node: the call: ``x.mul_(2)``, ``torch.exp_(x)``.
    """
    if not called(node).endswith("_"):
        return None
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if owner is None or is_module(owner):
        owner = node.args[0] if node.args else None
    return owner.value if isinstance(owner, ast.Attribute) and owner.attr == "data" else owner


def whose_shape(node: ast.expr) -> ast.expr | None:
    """The array whose whole shape an expression gives: x for ``x.shape`` and ``x.size()``; or None."""
    match node:
        case ast.Attribute(value=owner, attr="shape"):
            return owner
        case ast.Call(func=ast.Attribute(value=owner, attr="size" | "get_shape"), args=[], keywords=[]):
            return owner
    return None


def measured(node: ast.expr) -> ast.expr | None:
    """The array whose lengths something gives: x of ``x.shape``, ``x.size()``, ``tf.shape(x)``."""
    match node:
        case ast.Attribute(value=owner, attr="shape"):
            return owner
        case ast.Call(func=ast.Attribute(value=owner, attr="as_list")):
            return measured(owner)
        case ast.Call(func=ast.Attribute(value=owner, attr="size" | "get_shape")) if not is_module(owner):
            return owner
        case ast.Call(func=ast.Attribute(attr="size" | "shape" | "int_shape"), args=[owner, *_]):
            return owner
    return None


def is_learned(node: ast.Call) -> bool:
    """Whether a call makes what is learned, whose argument is only what it begins with: ``tf.Variable(x)``.

    A ``Variable`` of torch and of Chainer has the values of its argument, as has a parameter that is held
    still.
    """
    match node.func:
        case ast.Attribute(value=ast.Name(id="tf" | "tensorflow"), attr="Variable"):
            return True
        case ast.Name(id="Parameter") | ast.Attribute(attr="Parameter"):
            return not node.keywords
    return False
