"""Numbers of a run that the program makes of a typed one and a weight: ``-0.5 * beta * (1 + s - ...)``.

Python multiplies the numbers first, so that of -0.5 and a beta of 4 the run has -2 alone. Where the line has
the factor that a KL needs, and multiplies by something else besides, that is a weight: no factor is lost.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import isclose

from klcli.trace.recording import Place

_CLOSE = 1e-9
"""Relative: the rounding of a product of doubles."""


def is_weighed(place: Place | None, needed: float) -> bool:
    """Whether the products of a line have a typed factor, and are multiplied by what is not typed, too.

    Of several products in a line every one has to, as nothing tells which of them it was.

    Args:
        place: of the product.
        needed: the factor, without its sign.
    """
    products = _products(place.path, place.line) if place else ()
    return bool(products) and all(isclose(one, needed, rel_tol=_CLOSE) for one in products)


@lru_cache(maxsize=64)  # lines of one program that hold a loss or a KL
def _products(path: str, line: int) -> tuple[float, ...]:
    """What is typed in the outermost products of a line that have two factors and more that are not typed."""
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return ()
    around = [one for one in ast.walk(tree) if isinstance(one, ast.stmt) and _has(one, line)]
    # The innermost statement begins last, and has no statements inside.
    innermost = max(around, key=lambda one: (one.lineno, -(one.end_lineno or 0)), default=None)
    return tuple(_typed(innermost)) if innermost is not None and not hasattr(innermost, "body") else ()


def _has(one: ast.stmt, line: int) -> bool:
    return one.lineno <= line <= (one.end_lineno or one.lineno)


def _typed(node: ast.AST) -> Iterator[float]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        numbers, others = _factors(node)
        if others > 1:
            yield float(numbers)
            return
    for child in ast.iter_child_nodes(node):
        yield from _typed(child)


def _factors(node: ast.expr) -> tuple[Fraction, int]:
    """What is typed in a product, without its sign, and how many other factors it has."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return abs(Fraction(value)), 0
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _factors(operand)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as sign, right=right):
            (one, before), (other, behind) = _factors(left), _factors(right)
            is_quotient = isinstance(sign, ast.Div)
            found = one * other if not is_quotient else one / other if other else Fraction(0)
            return found, before + behind
    return Fraction(1), 1
