"""What functions do to their arguments, from how they are built: which take logarithms, square, or add."""

from __future__ import annotations

from collections.abc import Callable

from klcli.formula.read.calls.table import CALLS
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Call, MatrixProduct, Operation, Symbol, Tree

_ALGEBRAIC = ("abs", "sqrt", "trunc")
"""Functions without a logarithm or an exponential."""
_ARGUMENTS = tuple(map(Symbol, "xyz"))


def _is_curved(node: Tree) -> bool:
    match node:
        case Call(function):
            return function not in _ALGEBRAIC
        case Operation("^", base, power):
            return bool(free_symbols(power)) and not free_symbols(base)
    return False


def _multiplies(node: Tree) -> bool:
    match node:
        case Operation("*", left, right):
            return bool(free_symbols(left) and free_symbols(right))
        case Operation("^", base):
            return bool(free_symbols(base))
    return isinstance(node, MatrixProduct)


def _adds(node: Tree) -> bool:
    match node:
        case Operation("+" | "-", left, right):
            return bool(free_symbols(left) and free_symbols(right))
    return False


def _with(has: Callable[[Tree], bool]) -> frozenset[str]:
    """The names of functions whose formulas have such a node in them."""
    return frozenset(
        name
        for row in CALLS
        if row.build is not None
        if any(map(has, walk(row.build(*_ARGUMENTS[: row.arguments.count(",") + 1]))))
        for name in row.names
    )


CURVED = _with(_is_curved)
"""Functions that take a logarithm or an exponential, which every KL has in it."""
MULTIPLYING = _with(_multiplies)
"""Functions that square, or multiply two values."""
ADDING = _with(_adds)
"""Functions that add or subtract two values."""
