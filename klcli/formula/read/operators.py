"""Sums, products, signs and powers of a formula, loosest first: what joins the atoms."""

from __future__ import annotations

from abc import ABC, abstractmethod

from klcli.formula.read.ambiguities import STARTS_FACTOR
from klcli.formula.read.bars import BarReader
from klcli.formula.read.token_stream import Token
from klcli.formula.traversal import spanning
from klcli.formula.tree import MatrixProduct, Negative, Number, Symbol, Tree, operation


def _negative(tree: Tree, signs: int) -> Tree:
    for _ in range(signs):
        tree = Negative(tree)
    return tree


class Operators(BarReader, ABC):
    """The operators of a parser, which adds what reads an atom."""

    @abstractmethod
    def atom(self) -> Tree:
        """Read a number, a symbol, a function with its argument, or what stands in brackets."""

    @abstractmethod
    def named(self, name: str, token: Token) -> Symbol:
        """The symbol of that name, or an error at the token."""

    def placed(self, tree: Tree, first: int) -> Tree:
        """The tree with its place: from the token `first` to the one before that at hand."""
        return spanning(tree, self.tokens[first].start, self.tokens[self.index - 1].end)

    def sum(self) -> Tree:
        first = self.index
        tree = self.product()
        while self.at("+", "-"):
            operator = self.take().name
            joined = operation("+" if operator == "+" else "-", tree, self.product())
            tree = self.placed(joined, first)
        return tree

    def product(self) -> Tree:
        first = self.index
        tree = self.signed()
        divisor = -1  # the place of a divisor that might reach over a factor beside it
        while True:
            if self.at("*", "/", "@"):
                if self.at("/") and self.index == self.bare[-1]:
                    raise self.ambiguous_argument()
                operator = self.take().name
                divisor = self.index if operator == "/" else -1
                tree = self.placed(self.joined(operator, tree, self.signed()), first)
            elif self.token.kind in STARTS_FACTOR:
                self.check_juxtaposition(first, divisor)
                divisor = -1
                tree = self.placed(operation("*", tree, self.signed()), first)
            else:
                return tree

    def joined(self, operator: str, left: Tree, right: Tree) -> Tree:
        """A product or a quotient.

        Args:
            operator: ``*``, ``/``, or ``@`` for a product of matrices.
            left: the first operand.
            right: the second.
        """
        if operator == "@":
            return MatrixProduct(left, right)
        return operation("*" if operator == "*" else "/", left, right)

    def signs(self) -> int:
        """Take signs; the number of minus signs among them."""
        negative = 0
        while self.at("-", "+"):
            negative += self.take().name == "-"
        return negative

    def signed(self) -> Tree:
        first = self.index
        signs = self.signs()
        return self.placed(_negative(self.power(), signs), first)

    def power(self) -> Tree:
        """A tower is read in a loop and joined from the top: ``a^-b^c`` is ``a^(-(b^c))``."""
        base = self.index
        tower = [(0, self.atom())]
        while exponent := self.exponent():
            tower.append(exponent)
            self.check_exponent(base)
        if self.token.kind == "subscript":
            tower[0] = (0, self.late_subscript(base))
        signs, tree = tower.pop()
        tree = _negative(tree, signs)
        while tower:
            signs, lower = tower.pop()
            tree = _negative(operation("^", lower, tree), signs)
        return self.placed(tree, base)

    def exponent(self) -> tuple[int, Tree] | None:
        """The minus signs and the atom of an exponent, if there is one."""
        if self.token.kind == "power":
            value = self.take().value
            return int(value < 0), Number(abs(value))
        if not self.at("^"):
            return None
        self.take()
        return self.signs(), self.atom()

    def late_subscript(self, base: int) -> Symbol:
        r"""The symbol of a power whose subscript stands after its exponent, as in ``\sigma^2_1``."""
        if self.tokens[base].kind != "symbol":
            raise self.unexpected("an operator")
        return self.named(f"{self.tokens[base].name}_{self.take().name}", self.tokens[base])
