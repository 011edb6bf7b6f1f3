"""Functions that are computed entry by entry: one formula in their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial

from klcli.formula.read.callee import is_module
from klcli.formula.read.calls.row import LABEL_NAMES, Build, CallReader, CallRow, Invocation
from klcli.formula.read.vocabulary import LOGISTIC
from klcli.formula.symbol_names import FUNCTIONS
from klcli.formula.traversal import unshaped
from klcli.formula.tree import Call, Negative, Number, Operator, Tree, operation

_ZERO, _ONE, _TWO = (Number(Fraction(value)) for value in range(3))
_OPERATORS: Mapping[Operator, str] = {
    "+": "add",
    "-": "sub subtract",
    "*": "mul multiply",
    "/": "div divide true_divide truediv",
    "^": "pow power",
}


def _logarithm(base: int) -> Callable[[Tree], Tree]:
    return lambda value: operation("/", Call("log", value), Call("log", Number(Fraction(base))))


def _of(build: Build, count: int) -> Callable[[CallReader, Invocation], Tree]:
    """Reads a call of a function of so many arguments."""

    def read(reader: CallReader, call: Invocation) -> Tree:
        arguments = call.arguments
        keywords = [entry for entry in call.node.keywords if entry.arg not in LABEL_NAMES]
        if count == 2 and len(arguments) == 1 and [entry.arg for entry in keywords] == ["exponent"]:
            arguments = [*arguments, keywords[0].value]
        elif keywords:
            raise reader.error(f"{keywords[0].arg or '**'}= is not understood here", call.node)
        if len(arguments) != count:
            takes = f"{call.name} takes {count} argument{'s' * (count > 1)}"
            error = reader.error(f"{takes}, got {len(arguments)}", call.node)
            # The text cannot run, or the last argument is what numpy writes to; log(x, 2) is one of Python.
            is_certain = is_module(getattr(call.node.func, "value", call.node.func)) and call.name != "log"
            raise error.of_whole_text() if is_certain else error
        return build(*map(reader.tree, arguments))

    return read


def _row(names: str, arguments: str, meaning: str, build: Build) -> CallRow:
    return CallRow(tuple(names.split()), arguments, meaning, _of(build, arguments.count(",") + 1), build)


def _hypotenuse(one: Tree, other: Tree) -> Tree:
    return Call("sqrt", operation("+", operation("^", one, _TWO), operation("^", other, _TWO)))


def _log_of_sum(one: Tree, other: Tree) -> Tree:
    """log(e^x + e^y), which is softplus where one of the two is 0."""
    if _ZERO in (unshaped(one), unshaped(other)):
        return Call("softplus", one if unshaped(other) == _ZERO else other)
    return Call("log", operation("+", Call("exp", one), Call("exp", other)))


ELEMENTWISE: tuple[CallRow, ...] = (
    *(_row(name, "x", f"the function {name}", partial(Call, name)) for name in FUNCTIONS),
    *(_row(name, "x", f"{name}, of the logistic function", build) for name, build in LOGISTIC.items()),
    _row("log2", "x", "log x / log 2", _logarithm(2)),
    _row("log10", "x", "log x / log 10", _logarithm(10)),
    _row("exp2", "x", "2^x", partial(operation, "^", _TWO)),
    _row("absolute", "x", "|x|", partial(Call, "abs")),
    _row("square sqr", "x", "x^2", lambda x: operation("^", x, _TWO)),
    _row("reciprocal", "x", "1/x", partial(operation, "/", _ONE)),
    _row("rsqrt", "x", "1/sqrt(x)", lambda x: operation("/", _ONE, Call("sqrt", x))),
    _row("hypot", "x, y", "the root of x^2 + y^2", _hypotenuse),
    _row("xlogy", "x, y", "x log y", lambda x, y: operation("*", x, Call("log", y))),
    _row("logaddexp", "x, y", "log(e^x + e^y)", _log_of_sum),
    _row("neg negative", "x", "-x", Negative),
    *(_row(names, "x, y", f"x {sign} y", partial(operation, sign)) for sign, names in _OPERATORS.items()),
    _row("squared_difference", "x, y", "(x - y)^2", lambda x, y: operation("^", operation("-", x, y), _TWO)),
)
"""Functions of one and of two arguments; a library's operators have functions of their own."""
