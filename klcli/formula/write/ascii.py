"""Trees as text in the grammar's own notation, and how tightly the parts of a text hold together."""

from __future__ import annotations

from enum import IntEnum

from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    KeptEntries,
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

MATRIX_NAMES = {"trace": "tr", "inverse": "inv", "diagonal": "diag", "cholesky": "chol"}
"""What functions of matrices are called in mathematics, where it is not what the tree calls them."""


class Level(IntEnum):
    """How tightly a text holds together, the loosest first."""

    SUM = 1
    PRODUCT = 2
    SIGNED = 3
    POWER = 4
    ATOM = 5


class AsciiPrinter:
    """The grammar's own notation; the others override how single parts look."""

    minus = "-"
    times = " * "
    divide = "/"

    def show(self, tree: Tree, level: Level = Level.SUM, tail: bool = False) -> str:
        """The text of a tree.

        Args:
            tree: what to write.
            level: the text is in brackets if the tree binds more loosely.
            tail: whether something that binds tightly follows, which must not become part of an argument.
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
            case MatrixCall(function, argument):
                return self.of_matrix(function, argument)
            case Reshape(operand):
                return self.show(operand, level, tail)
            case Stop() | KeptEntries() | Length():
                return self.of_array(tree)

    def of_array(self, tree: Stop | KeptEntries | Length) -> str:
        """What only arrays have: no gradient, entries that a mask keeps, lengths."""
        match tree:
            case Stop(operand):
                return f"stop_gradient({self.show(operand)})"
            case KeptEntries(operand, mask):
                return f"{self.show(operand, Level.ATOM)}[{self.show(mask)}]"
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

    def of_matrix(self, function: str, argument: Tree) -> str:
        if function == "transpose":
            return self.transpose(self.show(argument, Level.ATOM, True))
        if function in ("bars", "norm"):
            return self.bars(function, self.show(argument))
        return self.matrix_call(function, argument)

    def matrix_call(self, function: str, argument: Tree) -> str:
        return f"{MATRIX_NAMES.get(function, function)}({self.show(argument)})"

    def transpose(self, base: str) -> str:
        return f"{base}^T"

    def bars(self, function: str, inner: str) -> str:
        """``|x|`` or ``||x||``; bars within bars stand in brackets, so that it is plain where each ends."""
        bar = "||" if function == "norm" else "|"
        return f"{bar}{self.brackets(inner) if '|' in inner else inner}{bar}"

    def clip(self, tree: Clip) -> str:
        limits = ", ".join(map(self.show, tree.limits))
        return f"{self.clip_name(tree)}({self.show(tree.operand)}, {limits})"

    def clip_name(self, tree: Clip) -> str:
        return "min" if tree.low is None else "max" if tree.high is None else "clip"
