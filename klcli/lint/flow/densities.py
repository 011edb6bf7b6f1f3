"""What libraries compute of normal distributions, written out: divergences, samples and log densities."""

from __future__ import annotations

import ast
from collections.abc import Callable

from klcli.formula.read.callee import called
from klcli.formula.read.calls.normals import NORMAL_DIVERGENCE, NORMAL_DRAW, NORMAL_LOG_DENSITY
from klcli.formula.read.nodes import rebuilt
from klcli.lint.flow.structures import Structure
from klcli.lint.project.definitions import Definitions

__all__ = ["computed"]

_CHAINER = {
    "gaussian": "m + exp(0.5 * s) * randn()",
    "gaussian_kl_divergence": "0.5 * sum(m ** 2 + exp(s) - s - 1)",
}
_OF_CHAINER = 2


def computed(
    call: ast.Call, distribution: Callable[[ast.expr], Structure | None], here: Definitions
) -> ast.expr | None:
    """What a call of a library computes of normal distributions; None for any other call.

    Args:
        call: the call.
        distribution: gives the normal distribution that an expression stands for.
        here: the module in which it stands.
    """
    if called(call) in _CHAINER and len(call.args) == _OF_CHAINER and _imports_chainer(here):
        return _of_chainer(call)
    match call:
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments) if q := distribution(value):
            return _of(q, name, arguments, call, distribution)
        case ast.Call(
            func=ast.Name(id="kl_divergence") | ast.Attribute(attr="kl_divergence"), args=[one, two, *_]
        ):
            q, p = distribution(one), distribution(two)
            return _divergence(q, p, call) if q and p else None
    return None


def _of_chainer(call: ast.Call) -> ast.expr:
    """Chainer's functions of a mean and a log-variance; the KL is summed unless something else is said."""
    mean, head = call.args
    return _put(_tree(_CHAINER[called(call)], call), {"m": mean, "s": head})


def _imports_chainer(here: Definitions) -> bool:
    return any(source.partition(".")[0] == "chainer" for source, _ in here.imports.values())


def _of(
    q: Structure,
    name: str,
    arguments: list[ast.expr],
    call: ast.Call,
    distribution: Callable[[ast.expr], Structure | None],
) -> ast.expr | None:
    """What a method of a normal distribution gives."""
    match name, arguments:
        case "rsample" | "sample", _:
            return _sample(q, call)
        case "log_prob" | "log_density", [value]:
            return _log_density(q, value, call)
        case "kl_divergence", [other, *_] if p := distribution(other):
            return _divergence(q, p, call)
    return None


def _divergence(q: Structure, p: Structure, at: ast.expr) -> ast.expr:
    """KL(q || p)."""
    return _summed(_written(NORMAL_DIVERGENCE, at, q, p), q)


def _sample(q: Structure, at: ast.expr) -> ast.expr:
    """A reparameterised draw from q."""
    return _written(NORMAL_DRAW, at, q)


def _log_density(q: Structure, value: ast.expr, at: ast.expr) -> ast.expr:
    """log q(value)."""
    found = _written(NORMAL_LOG_DENSITY, at, q)
    return _summed(_put(found, {"x": value}), q)


def _summed(found: ast.expr, q: Structure) -> ast.expr:
    """The sum over the last dimension of what a distribution over all of it gives."""
    return _put(_tree("sum(x, axis=-1)", found), {"x": found}) if q.is_summed else found


def _tree(text: str, at: ast.expr) -> ast.expr:
    """A formula in the place of a call."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        ast.copy_location(node, at)
    return tree


def _written(text: str, at: ast.expr, q: Structure, p: Structure | None = None) -> ast.expr:
    """A formula with the means and scales of distributions, in the place of a call."""
    values = {"m": q.parts[".loc"], "s": q.parts[".scale"]}
    if p:
        values |= {"n": p.parts[".loc"], "t": p.parts[".scale"]}
    return _put(_tree(text, at), values)


def _put(tree: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """A formula with values for its names."""
    found = _changed(tree, values)
    assert isinstance(found, ast.expr)
    return found


def _changed(node: ast.AST, values: dict[str, ast.expr]) -> ast.AST:
    if isinstance(node, ast.Name):
        return values.get(node.id, node)
    return rebuilt(node, lambda child: _changed(child, values))
