"""Reads Python expressions (torch, Keras, tf, jax, numpy spelling) into a tree; never evaluates them.

The text goes through `ast.parse` and every node is translated by hand: an attribute access, a call of
anything unknown or a string is an error, not an action.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from klcli.formula.alphabet import SUBSCRIPTS, letter
from klcli.formula.syntax import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_EXPONENT,
    FormulaError,
    check_text,
    check_tree,
    clipped,
    nearest,
    stray_symbol,
    too_deep,
)
from klcli.formula.tree import (
    FUNCTIONS,
    MAX_NAME,
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
_OF_TWO: dict[str, Operator] = {
    "add": "+",
    "sub": "-",
    "subtract": "-",
    "mul": "*",
    "multiply": "*",
    "div": "/",
    "divide": "/",
    "true_divide": "/",
    "pow": "^",
    "power": "^",
}
_OF_ONE: dict[str, Callable[[Tree], Tree]] = {
    **{name: partial(Call, name) for name in FUNCTIONS},
    "absolute": partial(Call, "abs"),
    "square": lambda value: operation("^", value, Number(Fraction(2))),
    "reciprocal": lambda value: operation("/", Number(Fraction(1)), value),
    "neg": Negative,
    "negative": Negative,
}
_REDUCTIONS: dict[str, ReductionKind] = {
    "sum": "sum",
    "reduce_sum": "sum",
    "mean": "mean",
    "reduce_mean": "mean",
    "E": "E",
}
_ARRAYS = ("torch", "np", "numpy", "onp", "jnp", "jax", "scipy", "tf", "math", "keras", "K")
_MODULES = frozenset((*_ARRAYS, "F", "nn", "functional", "special", "backend", "ops"))
_SUBSCRIPT = re.compile(rf"[{''.join(SUBSCRIPTS.values())}]+\Z")
_AXES = ("axis", "dim", "keepdim", "keepdims", "dtype")


def parse(text: str) -> Tree:
    """The tree of one Python expression.

    Function and method spelling mean the same (``torch.exp(x)``, ``x.exp()``, ``x.exp_()``); the module in
    front of a function's name says nothing about its meaning and is not read.

    Raises:
        KlcliError: empty or too long.
        FormulaError: not an expression, or one with a part that is no formula, with the text and a caret.
    """
    check_text(text)
    source = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text.strip())
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    _check_nesting(source)
    reader = _Reader(source)
    try:
        tree = reader.tree(reader.syntax())
    except (RecursionError, MemoryError):
        raise too_deep(source) from None
    check_tree(tree, source)
    if stray := stray_symbol(tree):
        place, symbol, index = stray
        problem = f"{symbol.name} is used outside of the sum over {index}"
        raise reader.error(
            problem, reader.symbols[place], "put it inside of the sum, or give it another index"
        )
    return tree


def _check_nesting(text: str) -> None:
    nesting = 0
    for position, sign in enumerate(text):
        nesting += (sign in "([{") - (sign in ")]}")
        if nesting > MAX_DEPTH:
            raise too_deep(text, position)


class _Reader:
    """Translates one syntax tree; keeps the text for messages and for the spelling of numbers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [f"{line}\n" for line in text.split("\n")]
        self.symbols: list[ast.expr] = []
        """Every symbol, in the order of the text."""

    def position(self, line: int, column: int) -> int:
        """The place in the text of a place in the UTF-8 bytes of a line, as `ast` counts."""
        before = sum(map(len, self.lines[: line - 1]))
        return before + len(self.lines[line - 1].encode()[:column].decode())

    def written(self, node: ast.expr) -> str:
        """The text of a node."""
        start = self.position(node.lineno, node.col_offset)
        return self.text[start : self.position(node.end_lineno or 1, node.end_col_offset or 0)]

    def error(self, problem: str, node: ast.expr, hint: str = "") -> FormulaError:
        return FormulaError(problem, self.text, self.position(node.lineno, node.col_offset), hint)

    def syntax(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            raise self.not_python(error) from None

    def not_python(self, error: SyntaxError) -> FormulaError:
        """What Python says of the place; its guesses about what was meant are for programs and left out."""
        reason = re.split(r"\. |; | \(", error.msg)[0]
        before = sum(map(len, self.lines[: (error.lineno or 1) - 1]))
        column = error.offset - 1 if error.offset else len(self.text)  # 0 is the end of the text
        position = min(before + column, len(self.text))
        hint = "a product is written with * and a power with **" if reason.startswith("invalid") else ""
        if re.search(r"(?<![=!<>])=(?!=)", self.text):
            hint = "give the right-hand side only"
        return FormulaError(f"not a Python expression: {reason}", self.text, position, hint)

    def tree(self, node: ast.expr) -> Tree:
        match node:
            case ast.Constant():
                return self.number(node)
            case ast.Name():
                return self.symbol(node)
            case ast.Attribute(value=owner, attr="pi" | "e" as name) if _is_module(owner):
                return Constant(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.tree(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.tree(operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return operation(_OPERATORS[type(operator)], self.tree(left), self.tree(right))
            case ast.Call():
                return self.call(node)
        hint = "a formula has numbers, names, + - * / ** and calls"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            hint = "a power is written with ** in Python"
        raise self.error(f"'{clipped(self.written(node))}' has no place in a formula", node, hint)

    def number(self, node: ast.Constant) -> Tree:
        written = self.written(node).replace("_", "")
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.error(f"{clipped(written)} is no number", node)
        if not re.fullmatch(r"[0-9.]+([eE][+-]?[0-9]+)?", written):
            raise self.error(f"{clipped(written)} is no decimal number", node)
        if len(written) > MAX_DIGITS or abs(int(written.lower().partition("e")[2] or "0")) > MAX_EXPONENT:
            hint = f"at most {MAX_DIGITS} digits and 1e{MAX_EXPONENT} are read"
            raise self.error("this number is too long", node, hint)
        return Number(Fraction(written), "" if written.isdigit() else written)

    def symbol(self, node: ast.Name) -> Tree:
        self.symbols.append(node)
        written = self.written(node)
        name = _plain(written)
        bare = name.removesuffix("_")
        try:
            return Symbol(bare if keyword.iskeyword(bare) else name)
        except ValueError:
            hint = f"a name has at most {MAX_NAME} letters, digits and single '_' between them"
            if name in ("e", "pi"):
                hint = f"for the constant write math.{name}"
            raise self.error(f"'{clipped(written)}' cannot be used as a symbol", node, hint) from None

    def call(self, node: ast.Call) -> Tree:
        name, arguments = self.callee(node)
        name = name.removesuffix("_")  # torch's methods that work in place
        if name in _REDUCTIONS:
            return self.reduction(_REDUCTIONS[name], arguments, node)
        if name not in _OF_ONE and name not in _OF_TWO:
            raise self.unknown_function(name, node)
        if node.keywords:
            raise self.error(f"{node.keywords[0].arg or '**'}= is not understood here", node)
        count = 1 if name in _OF_ONE else 2
        if len(arguments) != count:
            raise self.error(f"{name} takes {count} argument{'s' * (count > 1)}, got {len(arguments)}", node)
        values = [self.tree(argument) for argument in arguments]
        return _OF_ONE[name](*values) if count == 1 else operation(_OF_TWO[name], *values)

    def callee(self, node: ast.Call) -> tuple[str, list[ast.expr]]:
        """The function's bare name and its arguments; a method's object is its first argument."""
        match node.func:
            case ast.Name(id=name):
                return name, node.args
            case ast.Attribute(value=owner, attr=name):
                return name, node.args if _is_module(owner) else [owner, *node.args]
        raise self.error("this call has no name", node)

    def unknown_function(self, name: str, node: ast.Call) -> FormulaError:
        hint = nearest(name, (*_OF_ONE, *_OF_TWO, *_REDUCTIONS))
        if name in ("log2", "log10"):
            hint = f"write log(x)/log({name[3:]})"
        return self.error(f"'{clipped(name)}' is not a known function", node, hint)

    def reduction(self, kind: ReductionKind, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """A sum or mean over any axis, since a formula is read for one example; or E(body, distribution)."""
        unknown = [entry.arg or "**" for entry in node.keywords if entry.arg not in _AXES or kind == "E"]
        if unknown or not arguments:
            raise self.error(f"{kind} does not take {unknown[0]}=" if unknown else f"{kind} of nothing", node)
        body, *others = arguments
        match kind, body, others:
            case "E", _, [ast.Name(id=index)] if re.fullmatch(rf"[A-Za-z]{{1,{MAX_NAME}}}_?", index):
                return Reduction(kind, index.removesuffix("_"), self.tree(body))
            case "sum" | "mean", ast.GeneratorExp(elt=entry, generators=[over]), [] if _is_plain(over):
                index = over.target.id if isinstance(over.target, ast.Name) else ""
                named = kind == "sum" and re.fullmatch("[A-Za-z]", index)
                return Reduction(kind, index if named else "", self.tree(entry))
        if others and (kind == "E" or isinstance(node.func, ast.Name) or not all(map(_is_axis, others))):
            raise self.error(f"{kind} does not take this argument", others[0])
        return Reduction(kind, "", self.tree(body))


def _plain(name: str) -> str:
    """The ASCII name of a symbol in Greek letters and subscripts: ``sigma_j`` for ``σⱼ`` and ``σ_j``."""
    raised = _SUBSCRIPT.sub(lambda found: "_" + unicodedata.normalize("NFKC", found[0]), name)
    parts = re.sub(r"\A([^\x00-\x7f])(?=\d)", r"\1_", raised).split("_")
    return "_".join(letter(part) or part for part in parts)


def _is_module(owner: ast.expr) -> bool:
    """Whether ``owner.function(x)`` names a library's function rather than a method of a value."""
    while isinstance(owner, ast.Attribute):
        if owner.attr in _MODULES:
            return True
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in _MODULES


def _is_plain(over: ast.comprehension) -> bool:
    """Whether a generator just runs an index over something whose length it does not fix."""
    counted = any(isinstance(node, ast.Constant) for node in ast.walk(over.iter))
    return isinstance(over.target, ast.Name) and not over.ifs and not over.is_async and not counted


def _is_axis(node: ast.expr) -> bool:
    """Whether an argument can be an axis: ``1``, ``-1``, ``(1, 2)``, ``None``."""
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, int)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_axis(operand)
        case ast.Tuple(elts=entries) | ast.List(elts=entries):
            return all(map(_is_axis, entries))
    return False
