"""Trees in the operators and calls of Python."""

from __future__ import annotations

import keyword

from klcli.formula.tree import (
    Call,
    Clip,
    MatrixCall,
    Reduction,
    Tree,
)
from klcli.formula.write.ascii import AsciiPrinter, Level

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
