"""Trees in the commands of LaTeX."""

from __future__ import annotations

from klcli.formula.character_tables import GREEK
from klcli.formula.tree import (
    Clip,
    Number,
    Operation,
    Reduction,
    Tree,
)
from klcli.formula.write.ascii import MATRIX_NAMES, AsciiPrinter, Level

_BACKSLASH = "\\"
"""By name: before Python 3.12 none may stand between the braces of an f-string."""


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
            return rf"\mathrm{{{name.replace('_', _BACKSLASH + '_')}}}"
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
            return rf"{self.subscripted(_BACKSLASH + 'mathbb{E}', index)}\left[ {body} \right]"
        name = r"\sum" if kind == "sum" else rf"\operatorname{{{kind}}}"
        return f"{self.subscripted(name, index)} {self.brackets(body)}"

    def matrix_call(self, function: str, argument: Tree) -> str:
        name = r"\det" if function == "det" else rf"\operatorname{{{MATRIX_NAMES.get(function, function)}}}"
        return f"{name} {self.brackets(self.show(argument))}"

    def transpose(self, base: str) -> str:
        return rf"{base}^{{\top}}"

    def bars(self, function: str, inner: str) -> str:
        bar = r"\|" if function == "norm" else "|"
        shown = self.brackets(inner) if "|" in inner else inner
        return rf"\left{bar} {shown} \right{bar}"

    def clip_name(self, tree: Clip) -> str:
        return rf"\operatorname{{{super().clip_name(tree)}}}"
