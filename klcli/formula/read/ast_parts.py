"""Parts of syntax trees: what is below a node, and copies with other parts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from klcli.formula.tree import Axes

_CONTEXTS = frozenset((ast.Load, ast.Store, ast.Del))
_UNWRITTEN = frozenset(("ctx", "kind", "type_comment"))
"""Fields that make no difference to what is computed."""


def below(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node, without what only says whether a name is read or written.

    `ast.iter_child_nodes` takes twice the time.
    """
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            if type(value) not in _CONTEXTS:
                yield value
        elif isinstance(value, list):
            yield from (entry for entry in value if isinstance(entry, ast.AST))


def walked(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, in any order."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(below(found))


def words_in(node: ast.AST) -> set[str]:
    """The names, attributes and keywords below a node: what may say what it is."""
    found: set[str] = set()
    for part in walked(node):
        match part:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.keyword(arg=str(word)):
                found.add(word)
    return found


def names_in(node: ast.AST) -> set[str]:
    """The names below a node, and itself if it is one."""
    return {part.id for part in walked(node) if isinstance(part, ast.Name)}


def names_given(node: ast.AST) -> Iterator[ast.Name]:
    """The names below a node that it gives values."""
    return (part for part in walked(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))


def constants_in(node: ast.expr) -> str:
    """What a subscript adds to a symbol's name: its words and numbers."""
    parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return "_".join(str(part) for part in parts if isinstance(part, str | int))


def text_of_name(node: ast.expr) -> str:
    """A name, an attribute or a subscript as it is written."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner, attr=name):
            return f"{text_of_name(owner)}.{name}"
        case ast.Subscript(value=ast.Name() | ast.Attribute() as owner, slice=ast.Constant(value=int(index))):
            return f"{text_of_name(owner)}[{index}]"
    return ast.unparse(node)


def are_alike(one: object, other: object) -> bool:
    """Whether two nodes, or what stands in their fields, compute the same with the same names."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        fields = (name for name in one._fields if name not in _UNWRITTEN)
        return all(are_alike(getattr(one, name, None), getattr(other, name, None)) for name in fields)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(are_alike, one, other))
    return one == other


def literal(node: ast.expr) -> object:
    """The number, text or sequence that is written, perhaps with a sign; None where something is computed."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def axes_in(arguments: Sequence[ast.expr]) -> Axes:
    """The axes that arguments of a sum name."""
    if all(map(is_none, arguments)):
        return None
    several = [node.elts if isinstance(node, ast.Tuple | ast.List) else [node] for node in arguments]
    named = [(literal(node), node) for nodes in several for node in nodes]
    return tuple(value if isinstance(value, int) else ast.unparse(node) for value, node in named)


def is_all_but_first(node: ast.expr) -> bool:
    """Whether a node gives all axes of an array but the first: ``tuple(range(1, x.dim()))``."""
    match node:
        case ast.Call(func=ast.Name(id="tuple" | "list"), args=[inner], keywords=[]):
            return is_all_but_first(inner)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=1), ast.Call() | ast.Attribute()]):
            return True
    return False


def is_none(node: ast.expr) -> bool:
    """Whether a node is None itself."""
    return isinstance(node, ast.Constant) and node.value is None


def is_true(node: ast.expr) -> bool:
    """Whether a node is True itself."""
    return isinstance(node, ast.Constant) and node.value is True


def rebuilt(node: ast.AST, change: Callable[[ast.AST], ast.AST]) -> ast.AST:
    """A node with changed children; the node itself if no child changes."""
    changes: dict[str, object] = {}
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found = value if type(value) in _CONTEXTS else change(value)
            if found is not value:
                changes[name] = found
        elif isinstance(value, list):
            entries = [change(entry) if isinstance(entry, ast.AST) else entry for entry in value]
            if any(new is not old for new, old in zip(entries, value, strict=True)):
                changes[name] = entries
    if not changes:
        return node
    fields = dict(ast.iter_fields(node)) | changes
    return ast.copy_location(type(node)(**fields), node)
