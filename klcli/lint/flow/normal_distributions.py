"""What libraries compute of normal distributions, written out: divergences, samples and log densities."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache

from klcli.formula.read.callee import called
from klcli.formula.read.calls.normal_methods import NORMAL_DIVERGENCE, NORMAL_DRAW, NORMAL_LOG_DENSITY
from klcli.lint.flow.values_with_parts import Structure
from klcli.lint.project.definitions import Definitions

_CHAINER = {
    "gaussian": "m + exp(0.5 * s) * randn()",
    "gaussian_kl_divergence": "0.5 * sum(m ** 2 + exp(s) - s - 1)",
}
_OF_CHAINER = 2
"""Arguments of these functions: a mean and a log-variance."""


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
    return _put(_CHAINER[called(call)], call, {"m": mean, "s": head})


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
    values = _parts(q, "m", "s") | _parts(p, "n", "t")
    return _summed(_put(NORMAL_DIVERGENCE, at, values), q)


def _sample(q: Structure, at: ast.expr) -> ast.expr:
    """A reparameterised draw from q."""
    return _put(NORMAL_DRAW, at, _parts(q, "m", "s"))


def _log_density(q: Structure, value: ast.expr, at: ast.expr) -> ast.expr:
    """log q(value)."""
    return _summed(_put(NORMAL_LOG_DENSITY, at, _parts(q, "m", "s") | {"x": value}), q)


def _summed(found: ast.expr, q: Structure) -> ast.expr:
    """The sum over the last dimension of what a distribution over all of it gives."""
    return _put("sum(x, axis=-1)", found, {"x": found}) if q.is_summed else found


def _parts(q: Structure, mean: str, scale: str) -> dict[str, ast.expr]:
    """The mean and the scale of a distribution, by their names in a formula."""
    return {mean: q.parts[".loc"], scale: q.parts[".scale"]}


@cache
def _formula(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _put(text: str, at: ast.expr, values: dict[str, ast.expr]) -> ast.expr:
    """A formula with values for its names, in the place of a call."""

    def put(node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name) and node.id in values:
            return values[node.id]
        fields = {name: _each(put, value) for name, value in ast.iter_fields(node)}
        return ast.copy_location(type(node)(**fields), at)

    found = put(_formula(text))
    assert isinstance(found, ast.expr)
    return found


def _each(put: Callable[[ast.AST], ast.AST], field: object) -> object:
    if isinstance(field, list):
        return [_each(put, entry) for entry in field]
    return put(field) if isinstance(field, ast.AST) else field
