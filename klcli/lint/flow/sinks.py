"""Where something is minimised: the end of what a KL is added to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from klcli.formula.read.ast_parts import walked
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.project.definitions import SourceFunction
from klcli.names.losses import GAIN, LOSS_FUNCTION
from klcli.values import dataclass

_DESCENDED = frozenset(
    ("minimize", "gradient", "gradients", "add_loss", "manual_backward", "compute_gradients")
)


@dataclass(frozen=True, slots=True, eq=False)
class Sink:
    """A place where something is minimised.

    Attributes:
        value: what is minimised, with the names of the flow.
        before: the statements of the flow before it are the first `count` of these.
        count: how many.
        is_certain: whether a gradient is taken there; a function that is called a loss only should be one.
    """

    value: ast.expr
    before: Sequence[FlowStatement]
    count: int
    is_certain: bool


def sinks_in(
    statement: ast.stmt, function: SourceFunction, before: Sequence[FlowStatement]
) -> Iterator[Sink]:
    """What a statement minimises.

    Args:
        statement: in the names of the flow.
        function: that it stands in.
        before: the statements of the flow before it.
    """
    count = len(before)
    for node in walked(statement):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="backward"), args=[]) if not _is_scaler(value):
                yield Sink(value, before, count, True)
            case ast.Call(func=ast.Attribute(attr="backward"), args=[value]):
                yield Sink(value, before, count, True)
            case ast.Call(func=ast.Attribute(attr=name), args=[value, *_]) if name in _DESCENDED:
                yield Sink(value, before, count, True)
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(attr="scale"), args=[value]), attr="backward"
                )
            ):
                yield Sink(value, before, count, True)
    if (
        isinstance(statement, ast.Return)
        and statement.value is not None
        and (_is_loss(function) or isinstance(statement.value, ast.Dict))
    ):
        yield from (Sink(value, before, count, False) for value in _returned(statement.value))


def _is_scaler(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "scale"


def _is_loss(function: SourceFunction) -> bool:
    name = function.name.rpartition(".")[2]
    return LOSS_FUNCTION.says(name) and not GAIN.says(name)


def _returned(value: ast.expr) -> Iterator[ast.expr]:
    """The loss among what is given back: the first of several, or the entry of that name."""
    match value:
        case ast.Tuple(elts=[first, *_]):
            yield first
        case ast.Dict(keys=keys, values=values):
            for key, entry in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "loss":
                    yield entry
        case _:
            yield value
