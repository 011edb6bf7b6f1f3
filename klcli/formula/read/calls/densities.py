"""Log-probabilities that a distribution computes of a sample: symbols, named after whose they are."""

from __future__ import annotations

import ast

from klcli.formula.read.callee import is_module
from klcli.formula.read.calls.row import CallReader, CallRow, Invocation, row
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree


def _log_probability(reader: CallReader, call: Invocation) -> Tree | None:
    """``q.log_prob(z)`` is a value of its own, called ``q_log_prob``; None for a function of that name."""
    match call.node.func, call.node.args:
        case ast.Attribute(value=owner), [_] if not (is_module(owner) or call.node.keywords):
            return reader.named(call.node, f"{_whose(reader, owner)}_log_prob")
    return None


def _whose(reader: CallReader, owner: ast.expr) -> str:
    """The name of a distribution; one that is written out is q, or p if all its parameters are numbers.

    So a posterior beside ``Normal(0, 1)`` is told from its prior.
    """
    match owner:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(args=values, keywords=named):
            return (
                "q"
                if any(_varies(reader, one) for one in (*values, *(entry.value for entry in named)))
                else "p"
            )
    return ""


def _varies(reader: CallReader, parameter: ast.expr) -> bool:
    """Whether a parameter has symbols, as ``zeros_like(mu)`` has none; what cannot be read may have some."""
    try:
        return bool(free_symbols(reader.tree(parameter)))
    except FormulaError:
        return any(isinstance(node, ast.Name) for node in ast.walk(parameter))


DENSITIES: tuple[CallRow, ...] = (
    row("log_prob", "q, z", "a log-probability, which is a symbol", _log_probability, is_sure=False),
)
