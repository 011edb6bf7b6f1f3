"""Expressions of a flow: names, parts of values, attributes set elsewhere, and calls put in."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from klcli.formula.read.ast_parts import rebuilt, text_of_name
from klcli.formula.read.callee import is_learned
from klcli.formula.read.calls.table import is_readable
from klcli.formula.read.random_calls import noise_kind
from klcli.formula.read.vocabulary import VIEWS
from klcli.lint.flow import normal_distributions
from klcli.lint.flow.branches import up_to
from klcli.lint.flow.frames import LIBRARY, Frame
from klcli.lint.flow.inlining import DEEPEST, enter, followed, inlined
from klcli.lint.flow.state import State
from klcli.lint.flow.syntax_names import stored
from klcli.lint.flow.values_with_parts import is_normal, part
from klcli.lint.project.call_targets import Callee, target
from klcli.lint.project.classes import class_of, setters
from klcli.lint.project.definitions import SourceFunction
from klcli.values import replace

_TELLING = frozenset(
    (
        *(
            "exp",
            "log",
            "sqrt",
            "square",
            "pow",
            "softplus",
            "sigmoid",
            "mul",
            "Normal",
            "MultivariateNormalDiag",
        ),
        *("random_normal", "randn", "randn_like", "normal", "Independent"),
    )
)


def translated(state: State, node: ast.expr, frame: Frame) -> ast.expr:
    """An expression with the names of the flow, and with what is called put in.

    Args:
        state: of the flow.
        node: an expression as it is written in a function.
        frame: of that function, with what its names are called in the flow.
    """
    found = _translate(state, node, frame)
    return found if isinstance(found, ast.expr) else node


def _translate(state: State, node: ast.AST, frame: Frame) -> ast.AST:
    if isinstance(node, ast.ListComp | ast.GeneratorExp) and len(node.generators) == 1:
        return _each(state, node, frame)
    if isinstance(node, ast.Name | ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp):
        return frame.renamed(node)
    found = rebuilt(node, lambda child: _translate(state, child, frame))
    match found:
        case ast.Attribute(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()):
            return _part(state, found, frame)
        case ast.Call() if isinstance(node, ast.Call):
            return _call(state, node, found, frame)
    return found


def _each(state: State, node: ast.ListComp | ast.GeneratorExp, frame: Frame) -> ast.expr:
    """A comprehension, whose variables have names that nothing else has."""
    (over,) = node.generators
    fresh = {name: state.known.fresh(name) for name in stored(over.target)}
    inner = replace(frame, names=frame.names | fresh)
    source = translated(state, over.iter, frame)
    target = inner.renamed(over.target)
    state.known.bind(target, source)
    entry = translated(state, node.elt, inner)
    tests = [inner.renamed(test) for test in over.ifs]
    made = ast.comprehension(target, source, tests, over.is_async)
    return ast.copy_location(type(node)(entry, [made]), node)


def _part(state: State, node: ast.Attribute | ast.Subscript, frame: Frame) -> ast.expr:
    """The entry of a tuple or a dictionary, the scale of a distribution, an attribute set elsewhere."""
    key = part(node)
    if isinstance(node.value, ast.Name | ast.Attribute | ast.Tuple | ast.Dict | ast.Call) and key:
        known = state.known.structure(node.value)
        if known and key in known.parts:
            return known.parts[key]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        if (computed := _property(state, node, frame)) is not None:
            return computed
        _pull(state, node, frame)
    return node


def _property(state: State, node: ast.Attribute, frame: Frame) -> ast.expr | None:
    """What a property of an object of the project computes."""
    if state.is_relevant is None or frame.depth >= DEEPEST:
        return None
    kind = class_of(node.value, frame.scope)
    method = kind.methods.get(node.attr) if kind else None
    decorators = getattr(method.node, "decorator_list", []) if method else []
    if (
        method is None
        or method in state.stack
        or not any(getattr(one, "id", "") == "property" for one in decorators)
    ):
        return None
    call = ast.copy_location(ast.Call(node, [], []), node)
    return inlined(state, Callee(method, node.value, []), call, frame)


def _pull(state: State, node: ast.Attribute, frame: Frame) -> None:
    """What another method gave an attribute, if one method sets it."""
    name = text_of_name(node)
    if state.is_relevant is None or name in state.pulled or frame.depth >= DEEPEST:
        return
    state.pulled.add(name)
    kind = class_of(node.value, frame.scope)
    where = setters(kind, node.attr, state.project) if kind else ()
    found = _always_set(where)
    if found is None or any(name in step.targets for step in frame.steps):
        return
    method, statement = found
    value = getattr(statement, "value", None)
    if method in state.stack or not isinstance(value, ast.expr):
        return
    inner = enter(state, method, node.value, frame)
    if not (_is_followed(value) or (isinstance(value, ast.Call) and followed(state, value, inner))):
        return
    state.stack.append(method)
    offered, state.excerpts = state.excerpts, []
    inner.steps = []
    state.follow(state, up_to(inner.function.body, statement), inner, False)
    state.excerpts = offered
    state.stack.pop()
    known = {target for step in frame.steps for target in step.targets}
    frame.steps.extend(step for step in inner.steps if known.isdisjoint(step.targets))


def _call(state: State, source: ast.Call, node: ast.Call, frame: Frame) -> ast.expr:
    node = _spread(state, node, frame)
    found = normal_distributions.computed(node, state.known.distribution, frame.scope.here)
    if found is not None:
        return found
    where = followed(state, source, frame)
    if where is None:
        return node.args[0] if _moves_noise(node) else _of_library(node, frame)
    where = Callee(where.function, where.owner and frame.renamed(where.owner), node.args)
    if _takes_itself(source, frame):
        where = Callee(where.function, node.args[0], node.args[1:])
    return inlined(state, where, node, frame)


def _spread(state: State, node: ast.Call, frame: Frame) -> ast.Call:
    """A call with the entries of a starred argument: known ones, or the two of a distribution."""
    match node.args:
        case [*first, ast.Starred(value=value)]:
            known = state.known.structure(value)
            count = len(known.parts) if known else 2 if is_normal(node) and not first else 0
        case _:
            return node
    entries = [
        ast.copy_location(ast.Subscript(value, ast.Constant(number), ast.Load()), value)
        for number in range(count)
    ]
    if not entries:
        return node
    arguments_ = [*first, *(_part(state, entry, frame) for entry in entries)]
    return ast.copy_location(ast.Call(node.func, arguments_, node.keywords), node)


def _always_set(where: Sequence[tuple[SourceFunction, ast.stmt]]) -> tuple[SourceFunction, ast.stmt] | None:
    """The last place where the only method that sets an attribute does it whatever the branch."""
    if len(where) == 1:
        return where[0]
    if len({method for method, _ in where}) != 1:
        return None
    always = [found for found in where if found[1] in found[0].body]
    return always[-1] if always else None


def _is_followed(value: ast.expr) -> bool:
    """Whether it tells anything to know what an attribute was set to."""
    words = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(value)}
    return not words.isdisjoint(_TELLING)


def _moves_noise(node: ast.Call) -> bool:
    """Whether a function that is not known gets random numbers only, and puts them elsewhere."""
    if len(node.args) != 1 or is_readable(node) or is_learned(node):
        return False
    noise = node.args[0]
    return isinstance(noise, ast.Call) and noise_kind(noise) is not None


def _of_library(node: ast.Call, frame: Frame) -> ast.Call:
    """A call by the name that libraries have, for what another module gives in another shape."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), args=[_, *_]) if (
            name in VIEWS and owner in frame.scope.here.imports and owner not in frame.scope.local
        ):
            function = ast.copy_location(ast.Attribute(ast.Name(LIBRARY, ast.Load()), name, ast.Load()), node)
            return ast.copy_location(ast.Call(function, node.args, node.keywords), node)
    return node


def _takes_itself(source: ast.Call, frame: Frame) -> bool:
    """Whether a method is called on its class, with the object as the first argument."""
    found = target(source, frame.scope)
    return (
        found is not None
        and found.arguments is not source.args
        and len(found.arguments) == len(source.args) - 1
    )
