"""Reads what stands between bars, transposes and determinants.

In a formula of numbers ``|x|`` is the absolute value and ``‖x‖`` the length of a vector. In one of matrices
both are kept as they are written, since it takes the kinds of the symbols to tell a determinant from an
absolute value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction

from klcli.formula.read.ambiguities import Refusals
from klcli.formula.tree import Call, MatrixCall, Number, Reduction, Tree, number, operation

_BARS = {"|": "bars", "‖": "norm"}
_TWO = Number(Fraction(2))


class BarReader(Refusals, ABC):
    """The bars and primes of a parser, which adds the methods that read everything else."""

    @abstractmethod
    def power(self) -> Tree:
        """Read an atom with its exponents."""

    @abstractmethod
    def exponent(self) -> tuple[int, Tree] | None:
        """The minus signs and the atom of an exponent, if there is one."""

    def enclosed(self, bracket: str, tree: Tree) -> Tree:
        """What stands between brackets; between bars, the absolute value or the length of a vector."""
        if bracket not in _BARS:
            return tree
        if self.matrices:
            if bracket == "‖":
                self.of_norm()
            return MatrixCall(_BARS[bracket], tree)
        return Call("abs", tree) if bracket == "|" else self.length(tree)

    def length(self, vector: Tree) -> Tree:
        """The length of a vector, or its square; ``‖x‖_1`` is the sum of absolute values."""
        if self.of_norm() == "1":
            return Reduction("sum", "", Call("abs", vector))
        squares = Reduction("sum", "", operation("^", vector, _TWO))
        begin = self.index
        if self.exponent() != (0, _TWO):
            self.index = begin
            return Call("sqrt", squares)
        self.of_norm()
        return squares

    def of_norm(self) -> str:
        """Take the subscript that says which length is meant, if there is one; the common one is 2."""
        if self.token.kind != "subscript":
            return "2"
        if self.token.name not in ("1", "2"):
            raise self.error("only the norms 1 and 2 are known", "leave the subscript out for the length")
        return self.take().name

    def transposed(self, tree: Tree, first: int) -> Tree:
        """An atom that began at the token `first`, with the primes behind it."""
        while self.token.kind == "transpose":
            if isinstance(tree, Number):
                raise self.error("a number is not transposed", "write (S^-1)^T for a transposed inverse")
            inverted = self.take().name == "inverse"
            tree = MatrixCall("transpose", operation("^", tree, number(-1)) if inverted else tree)
            tree = self.placed(tree, first)
        return tree

    def of_determinants(self, call: Tree) -> Tree:
        """``log|A|/|B|`` and ``log det A / det B`` are logarithms of a quotient: nobody divides by a det."""
        if not (self.at("/") and self._is_determinant()):
            return call
        match call:
            case MatrixCall("det"):
                self.bare = (0, 0, -1)  # det A / det B
            case Call("log", MatrixCall("det" | "bars") as above):
                self.take()
                self.bare = (0, 0, -1)
                return Call("log", operation("/", above, self.power()))
        return call

    def _is_determinant(self) -> bool:
        """Whether a determinant stands behind the operator at hand."""
        following = self.tokens[self.index + 1]
        return following.name in ("|", "det") and following.kind in ("open", "function")
