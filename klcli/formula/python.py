"""Reads Python expressions (torch, Keras, tf, jax, numpy spelling) into a tree; never evaluates them.

The text goes through `ast.parse` and every node is translated by hand: an attribute access, a call of
anything unknown or a string is an error, not an action.
"""

from __future__ import annotations

import ast
import keyword
import warnings
from collections.abc import Callable
from fractions import Fraction

from klcli.formula.syntax import (
    MAX_DIGITS,
    MAX_EXPONENT,
    MAX_NESTING,
    FormulaError,
    check_depth,
    check_text,
    nearest,
)
from klcli.formula.tree import (
    FUNCTIONS,
    Call,
    Constant,
    Negative,
    Number,
    Operator,
    Reduction,
    ReductionKind,
    Symbol,
    Tree,
    operation,
)

__all__ = ["parse"]

_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
}
_SYNONYMS = {"square", "pow", "power"}
_REDUCTIONS: dict[str, ReductionKind] = {
    "sum": "sum",
    "reduce_sum": "sum",
    "mean": "mean",
    "reduce_mean": "mean",
}
_MODULES = frozenset(
    ("torch", "F", "nn", "functional", "np", "numpy", "jnp", "jax", "scipy", "tf", "math", "keras", "K")
    + ("backend", "ops", "special", "onp")
)
_AXES = ("axis", "dim", "keepdim", "keepdims", "dtype")


def parse(text: str) -> Tree:
    """The tree of one Python expression.

    Function and method spelling mean the same (``torch.exp(x)``, ``x.exp()``); the module in front of a
    function's name says nothing about its meaning and is not read.

    Raises:
        KlcliError: empty or too long.
        FormulaError: not an expression, or one with a part that is no formula, with the text and a caret.

    """
    check_text(text)
    _check_nesting(text)
    source = text.strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = getattr(error, "offset", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        raise FormulaError(
            f"not a Python expression: {reason}", source, min(offset - 1, len(source))
        ) from None
    return check_depth(_Reader(source).tree(body), source)


def _check_nesting(text: str) -> None:
    level = 0
    for position, sign in enumerate(text):
        level += (sign in "([{") - (sign in ")]}")
        if level > MAX_NESTING:
            raise FormulaError(
                "the formula is nested too deeply", text, position, f"at most {MAX_NESTING} levels are read"
            )


class _Reader:
    """Translates one syntax tree; keeps the text for messages and for the spelling of numbers."""

    def __init__(self, text: str) -> None:
        self.text = text

    def error(self, problem: str, node: ast.expr, hint: str = "") -> FormulaError:
        line = self.text.splitlines(keepends=True)
        position = sum(len(before) for before in line[: node.lineno - 1]) + node.col_offset
        return FormulaError(problem, self.text, min(position, len(self.text)), hint)

    def tree(self, node: ast.expr) -> Tree:
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                return self._symbol(name, node)
            case ast.Attribute(attr="pi" | "e" as name):
                return Constant(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.tree(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.tree(operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return operation(_OPERATORS[type(operator)], self.tree(left), self.tree(right))
            case ast.Call():
                return self._call(node)
        raise self.error(
            f"{type(node).__name__} has no place in a formula",
            node,
            "a formula has numbers, names, + - * / ** and calls",
        )

    def _number(self, node: ast.Constant) -> Tree:
        written = ast.get_source_segment(self.text, node) or repr(node.value)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or not written.isascii():
            raise self.error(f"{written[:20]} is no number", node)
        try:
            _, _, exponent = written.lower().partition("e")
            if len(written) > MAX_DIGITS or abs(int(exponent or "0")) > MAX_EXPONENT:
                raise self.error("this number is too long", node, f"at most {MAX_DIGITS} digits")
            plain = written.replace("_", "")
            return Number(Fraction(plain), "" if plain.isdigit() else plain)
        except ValueError:
            raise self.error(f"{written} is no decimal number", node) from None

    def _symbol(self, name: str, node: ast.expr) -> Tree:
        plain = name.removesuffix("_")
        try:
            return Symbol(plain if keyword.iskeyword(plain) else name)
        except ValueError:
            hint = "write exp(...), or math.e for the constant" if name == "e" else "give it another name"
            raise self.error(f"'{name}' cannot be used as a symbol", node, hint) from None

    def _call(self, node: ast.Call) -> Tree:
        name, arguments = self._callee(node)
        if name in _REDUCTIONS or name == "E":
            return self._reduction(name, arguments, node)
        self._refuse_keywords(node)
        reader: Callable[[list[Tree]], Tree] | None = None
        if name in FUNCTIONS:
            reader, count = (lambda values: Call(name, values[0])), 1
        elif name == "square":
            reader, count = (lambda values: operation("^", values[0], Number(Fraction(2)))), 1
        elif name in ("pow", "power"):
            reader, count = (lambda values: operation("^", values[0], values[1])), 2
        if reader is None:
            known = (*FUNCTIONS, *_SYNONYMS, *_REDUCTIONS)
            raise self.error(f"'{name}' is not a known function", node, nearest(name, known))
        if len(arguments) != count:
            raise self.error(f"{name} takes {count} argument{'s' * (count > 1)}, got {len(arguments)}", node)
        return reader([self.tree(argument) for argument in arguments])

    def _callee(self, node: ast.Call) -> tuple[str, list[ast.expr]]:
        """The function's bare name and its arguments; a method's object is its first argument."""
        match node.func:
            case ast.Name(id=name):
                return name, node.args
            case ast.Attribute(value=owner, attr=name):
                return name, node.args if _is_module(owner) else [owner, *node.args]
        raise self.error("this call has no name", node)

    def _refuse_keywords(self, node: ast.Call) -> None:
        if node.keywords:
            raise self.error(f"{node.keywords[0].arg or '**'}= is not understood here", node)

    def _reduction(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """A sum or mean; over which axis does not matter, since a formula is read for one example."""
        unknown = [keyword.arg for keyword in node.keywords if keyword.arg not in _AXES]
        if unknown or not arguments:
            raise self.error(f"{name} does not take {unknown[0]}=" if unknown else f"{name} of nothing", node)
        if name == "E":
            index = arguments[1].id if len(arguments) > 1 and isinstance(arguments[1], ast.Name) else ""
            return Reduction("E", index, self.tree(arguments[0]))
        kind = _REDUCTIONS[name]
        match arguments[0]:
            case ast.GeneratorExp(
                elt=body, generators=[ast.comprehension(target=ast.Name(id=index), ifs=[])]
            ):
                return Reduction(kind, index, self.tree(body))
        return Reduction(kind, "", self.tree(arguments[0]))


def _is_module(owner: ast.expr) -> bool:
    """Whether ``owner.function(x)`` names a library's function rather than a method of a value."""
    while isinstance(owner, ast.Attribute):
        if owner.attr in _MODULES:
            return True
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in _MODULES
