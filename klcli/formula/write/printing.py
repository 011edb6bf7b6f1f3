"""Prints a tree as Unicode, ASCII, LaTeX or Python, in the order in which it was written.

What is printed reads back as the same tree in every notation. Brackets stand where the grammar needs
them, and two more rules keep mathematical text unambiguous: only a number multiplies by standing in
front, and a function takes brackets wherever a reader could ask how far its argument goes.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable
from enum import IntEnum
from typing import Literal, TypeAlias, get_args

from klcli.formula.numeral import decimal_text
from klcli.formula.read.alphabet import FRACTIONS, GREEK, SUBSCRIPTS, SUPERSCRIPTS
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    Length,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
)

__all__ = [
    "NOTATIONS",
    "AsciiPrinter",
    "LatexPrinter",
    "Level",
    "Notation",
    "PythonPrinter",
    "UnicodePrinter",
    "to_text",
]

Notation: TypeAlias = Literal["unicode", "ascii", "latex", "python"]
NOTATIONS: tuple[Notation, ...] = get_args(Notation)

_FRACTION_SIGNS = {value: sign for sign, value in FRACTIONS.items()}


class Level(IntEnum):
    """How tightly a text holds together, the loosest first."""

    SUM = 1
    PRODUCT = 2
    SIGNED = 3
    POWER = 4
    ATOM = 5


def to_text(tree: Tree, notation: Notation = "ascii") -> str:
    """The text of a tree in one of `NOTATIONS`; reading it back gives an equal tree."""
    return _PRINTERS[notation]().show(tree)


class AsciiPrinter:
    """The grammar's own notation; the others override how single parts look."""

    minus = "-"
    times = " * "
    divide = "/"

    def show(self, tree: Tree, level: Level = Level.SUM, tail: bool = False) -> str:
        """The text of `tree`, in brackets if it binds more loosely than `level`.

        `tail` says that something that binds tightly follows, which must not become part of an argument.
        """
        if self.level(tree) < level or (tail and isinstance(tree, Reduction) and self.is_open(tree)):
            return self.brackets(self.show(tree))
        match tree:
            case Number():
                return self.number(tree)
            case Constant(name):
                return self.constant(name)
            case Symbol(name):
                return self.symbol(name)
            case Negative(operand):
                loose = Level.PRODUCT if isinstance(operand, Number) else Level.SIGNED
                return self.minus + self.show(operand, loose, tail)
            case Operation("+" | "-" as sign, left, right):
                shown = self.minus if sign == "-" else "+"
                return f"{self.show(left)} {shown} {self.show(right, Level.PRODUCT)}"
            case Operation("*", left, right):
                return self.product(left, right, tail)
            case Operation("/", left, right):
                return self.quotient(left, right, tail)
            case Operation(_, base, exponent):
                return self.power(self.show(base, Level.ATOM, True), exponent, tail)
            case Call(function, argument):
                return self.call(function, argument, tail)
            case Reduction(kind, index, body):
                return self.reduction(kind, index, self.show(body))
            case Clip():
                return self.clip(tree)
            case MatrixProduct(left, right):
                return f"{self.show(left, Level.PRODUCT, True)} @ {self.show(right, Level.SIGNED, tail)}"
            case MatrixCall("transpose", argument):
                return self.transpose(self.show(argument, Level.ATOM, True))
            case MatrixCall("bars" | "norm" as function, argument):
                return self.bars(function, self.show(argument))
            case MatrixCall(function, argument):
                return self.matrix_call(function, argument)
            case Stop(operand):
                return f"stop_gradient({self.show(operand)})"
            case Reshape(operand):
                return self.show(operand, level, tail)
            case Length(of, axis):
                return f"size({self.show(of)}{'' if axis is None else f', {axis}'})"

    def level(self, tree: Tree) -> Level:
        """How tightly the text of a tree holds together."""
        match tree:
            case Number():
                return Level.PRODUCT if "/" in self.number(tree) else Level.ATOM
            case Negative(operand):
                return min(Level.SIGNED, self.level(operand)) if isinstance(operand, Number) else Level.SIGNED
            case Reshape(operand):
                return self.level(operand)
            case Operation("+" | "-"):
                return Level.SUM
            case Operation("*" | "/") | MatrixProduct():
                return Level.PRODUCT
            case Operation("^") | Call("exp") | MatrixCall("transpose"):
                return Level.POWER
            case Reduction():
                return Level.SIGNED if self.is_open(tree) else Level.ATOM
        return Level.ATOM

    def is_open(self, tree: Reduction) -> bool:
        """Whether what follows would be read as part of the reduction's body."""
        return tree.kind == "sum" and tree.index != ""

    def brackets(self, text: str) -> str:
        return f"({text})"

    def number(self, tree: Number) -> str:
        return tree.spelling or str(tree.value)

    def constant(self, name: str) -> str:
        return name

    def symbol(self, name: str) -> str:
        return name

    def product(self, left: Tree, right: Tree, tail: bool) -> str:
        second = self.show(right, Level.SIGNED, tail)
        coefficient = left.operand if isinstance(left, Negative) else left
        numeric = second[0].isnumeric() or second[0] == "."
        if isinstance(coefficient, Number) and not isinstance(right, Negative) and not numeric:
            return f"{self.show(left, Level.PRODUCT)} {second}"
        return f"{self.show(left, Level.PRODUCT, True)}{self.times}{second}"

    def quotient(self, left: Tree, right: Tree, tail: bool) -> str:
        divisor = self.show(right, Level.POWER, tail)
        return f"{self.show(left, Level.PRODUCT, True)}{self.divide}{divisor}"

    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        if self.level(exponent) is Level.POWER:  # e^σ² in one line is taken for (e^σ)²
            return f"{base}^{self.brackets(self.show(exponent))}"
        shown = self.show(exponent, Level.SIGNED, tail)
        if tail and shown.lstrip(self.minus) == "1":
            shown = self.brackets(shown)  # nobody could tell x^1/2 from x^(1/2)
        return f"{base}^{shown}"

    def call(self, function: str, argument: Tree, tail: bool) -> str:
        if function == "exp":
            return self.power(self.constant("e"), argument, tail)
        bare = not tail and self.stands_alone(argument)
        return f"{function} {self.show(argument)}" if bare else f"{function}({self.show(argument)})"

    def stands_alone(self, argument: Tree) -> bool:
        """Whether an argument needs no brackets: a symbol, perhaps raised to a whole power."""
        match argument:
            case Symbol() | Operation("^", Symbol(), Number()):
                return self.level(argument) >= Level.POWER
        return False

    def reduction(self, kind: str, index: str, body: str) -> str:
        if kind == "E":
            return f"{self.subscripted('E', index)}[{body}]"
        return f"{self.subscripted(kind, index)} ({body})" if index else f"{kind}({body})"

    def subscripted(self, base: str, index: str) -> str:
        return f"{base}_{index}" if index else base

    def matrix_call(self, function: str, argument: Tree) -> str:
        return f"{_MATRIX_NAMES.get(function, function)}({self.show(argument)})"

    def transpose(self, base: str) -> str:
        return f"{base}^T"

    def bars(self, function: str, inner: str) -> str:
        """``|x|`` or ``||x||``; bars within bars stand in brackets, so that it is plain where each ends."""
        bar = "||" if function == "norm" else "|"
        return f"{bar}{self.brackets(inner) if '|' in inner else inner}{bar}"

    def clip(self, tree: Clip) -> str:
        low, high = (None if limit is None else decimal_text(limit) for limit in (tree.low, tree.high))
        limits = ", ".join(limit for limit in (low, high) if limit is not None)
        return f"{self.clip_name(tree)}({self.show(tree.operand)}, {limits})"

    def clip_name(self, tree: Clip) -> str:
        return "min" if tree.low is None else "max" if tree.high is None else "clip"


_MATRIX_NAMES = {"trace": "tr", "inverse": "inv", "diagonal": "diag", "cholesky": "chol"}


class UnicodePrinter(AsciiPrinter):
    """Greek letters, raised and lowered digits, fraction signs."""

    minus = "−"
    times = " · "

    def number(self, tree: Number) -> str:
        return tree.spelling or _FRACTION_SIGNS.get(tree.value, str(tree.value))

    def constant(self, name: str) -> str:
        return "π" if name == "pi" else name

    def symbol(self, name: str) -> str:
        base, _, index = name.partition("_")
        looks_like_sum = base == "Sigma" and index[:1] in ("i", "j", "k")
        if (len(base) > 1 and base not in GREEK) or looks_like_sum:
            return name
        return self.subscripted(GREEK.get(base, base), index)

    def subscripted(self, base: str, index: str) -> str:
        if index in GREEK:
            return f"{base}_{GREEK[index]}"
        if index and all(sign in SUBSCRIPTS for sign in index):
            return base + "".join(SUBSCRIPTS[sign] for sign in index)
        return super().subscripted(base, index)

    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        match exponent:
            case Number(value, "") | Negative(Number(value, "")) if value.denominator == 1:
                digits = f"{'-' * isinstance(exponent, Negative)}{value}"
                if len(digits) <= 4 and digits != "-0":  # a raised number is one number, and 0 has no sign
                    return base + "".join(SUPERSCRIPTS[digit] for digit in digits)
        return super().power(base, exponent, tail)

    def transpose(self, base: str) -> str:
        return f"{base}ᵀ"

    def reduction(self, kind: str, index: str, body: str) -> str:
        if kind == "sum" and index:
            return f"{self.subscripted('∑', index)} ({body})"
        return super().reduction(kind, index, body)


class LatexPrinter(AsciiPrinter):
    """The commands of LaTeX."""

    times = r" \cdot "

    def level(self, tree: Tree) -> Level:
        match tree:
            case Number():
                shown = self.number(tree)
                return Level.POWER if "frac" in shown else Level.PRODUCT if "times" in shown else Level.ATOM
            case Operation("/"):
                return Level.POWER
        return super().level(tree)

    def is_open(self, tree: Reduction) -> bool:
        return tree.kind == "sum"

    def brackets(self, text: str) -> str:
        return rf"\left( {text} \right)"

    def number(self, tree: Number) -> str:
        written = super().number(tree)
        if "/" in written:
            numerator, denominator = written.split("/")
            return rf"\frac{{{numerator}}}{{{denominator}}}"
        mantissa, _, exponent = written.lower().partition("e")
        return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else written

    def constant(self, name: str) -> str:
        return r"\pi" if name == "pi" else name

    def symbol(self, name: str) -> str:
        base, _, index = name.partition("_")
        if (len(base) > 1 and base not in GREEK) or "_" in index:
            return rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"
        return self.subscripted(rf"\{base}" if base in GREEK else base, index)

    def subscripted(self, base: str, index: str) -> str:
        shown = rf"\{index}" if index in GREEK else index
        return f"{base}_{{{shown}}}" if index else base

    def quotient(self, left: Tree, right: Tree, tail: bool) -> str:
        return rf"\frac{{{self.show(left)}}}{{{self.show(right)}}}"

    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        return f"{base}^{{{self.show(exponent)}}}"

    def call(self, function: str, argument: Tree, tail: bool) -> str:
        shown = self.show(argument)
        if function == "exp":
            return f"e^{{{shown}}}"
        if function == "sqrt":
            return rf"\sqrt{{{shown}}}"
        name = r"\log" if function == "log" else rf"\operatorname{{{function}}}"
        return f"{name} {shown if not tail and self.stands_alone(argument) else self.brackets(shown)}"

    def reduction(self, kind: str, index: str, body: str) -> str:
        if kind == "E":
            return rf"{self.subscripted(chr(92) + 'mathbb{E}', index)}\left[ {body} \right]"
        name = r"\sum" if kind == "sum" else rf"\operatorname{{{kind}}}"
        return f"{self.subscripted(name, index)} {self.brackets(body)}"

    def matrix_call(self, function: str, argument: Tree) -> str:
        name = r"\det" if function == "det" else rf"\operatorname{{{_MATRIX_NAMES.get(function, function)}}}"
        return f"{name} {self.brackets(self.show(argument))}"

    def transpose(self, base: str) -> str:
        return rf"{base}^{{\top}}"

    def bars(self, function: str, inner: str) -> str:
        bar = r"\|" if function == "norm" else "|"
        shown = self.brackets(inner) if "|" in inner else inner
        return rf"\left{bar} {shown} \right{bar}"

    def clip_name(self, tree: Clip) -> str:
        return rf"\operatorname{{{super().clip_name(tree)}}}"


_PYTHON_NAMES = {"inverse": "inv", "diagonal": "diag"}


class PythonPrinter(AsciiPrinter):
    """Operators and calls of Python."""

    times = " * "
    divide = " / "

    def level(self, tree: Tree) -> Level:
        return Level.ATOM if isinstance(tree, Call | Reduction | MatrixCall) else super().level(tree)

    def matrix_call(self, function: str, argument: Tree) -> str:
        return f"{_PYTHON_NAMES.get(function, function)}({self.show(argument)})"

    def transpose(self, base: str) -> str:
        return f"{base}.T"

    def bars(self, function: str, inner: str) -> str:
        return f"{'norm' if function == 'norm' else 'det'}({inner})"

    def clip_name(self, tree: Clip) -> str:
        return "minimum" if tree.low is None else "maximum" if tree.high is None else "clip"

    def is_open(self, tree: Reduction) -> bool:
        return False

    def constant(self, name: str) -> str:
        return f"math.{name}"

    def symbol(self, name: str) -> str:
        return f"{name}_" if keyword.iskeyword(name) else name

    def product(self, left: Tree, right: Tree, tail: bool) -> str:
        return f"{self.show(left, Level.PRODUCT)}{self.times}{self.show(right, Level.SIGNED)}"

    def power(self, base: str, exponent: Tree, tail: bool) -> str:
        return f"{base}**{self.show(exponent, Level.SIGNED)}"

    def call(self, function: str, argument: Tree, tail: bool) -> str:
        return f"{function}({self.show(argument)})"

    def reduction(self, kind: str, index: str, body: str) -> str:
        if kind == "E":
            return f"E({body}, {self.symbol(index)})" if index else f"E({body})"
        return f"{kind}({body} for {index} in indices)" if index else f"{kind}({body})"


_PRINTERS: dict[Notation, Callable[[], AsciiPrinter]] = {
    "unicode": UnicodePrinter,
    "ascii": AsciiPrinter,
    "latex": LatexPrinter,
    "python": PythonPrinter,
}
