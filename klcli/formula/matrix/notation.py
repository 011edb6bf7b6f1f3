r"""Reads formulas of matrices as people write them in mathematics.

The grammar is that of `klcli.formula.notation` with more atoms: ``tr``, ``det``, ``logdet`` and the like are
functions, ``'`` and ``^T`` and ``^\top`` transpose, ``|x|`` and ``||x||`` are kept as they are written, since
it takes the kinds of the symbols to tell a determinant from an absolute value. So is a product: ``*`` or
nothing between two factors is one of matrices where both are.
"""

from __future__ import annotations

from klcli.formula.matrix.tokens import MatrixLexer
from klcli.formula.notation import Parser
from klcli.formula.scanner import Token
from klcli.formula.syntax import check_text, check_tree
from klcli.formula.tree import (
    MATRIX_FUNCTIONS,
    Call,
    MatrixCall,
    MatrixProduct,
    Number,
    Tree,
    number,
    operation,
)

__all__ = ["parse"]

_BARS = {"|": "bars", "‖": "norm"}


def parse(text: str) -> Tree:
    """The tree of a formula of matrices in ASCII, Unicode or LaTeX spelling.

    Raises:
        KlcliError: empty or too long.
        FormulaError: what was expected, with the text and a caret.
    """
    check_text(text)
    parser = _MatrixParser(text)
    tree = check_tree(parser.formula(), text)
    parser.check_sums(tree)
    return tree


class _MatrixParser(Parser):
    def tokenized(self, text: str) -> list[Token]:
        return MatrixLexer(text).all()

    def joined(self, operator: str, left: Tree, right: Tree) -> Tree:
        return MatrixProduct(left, right) if operator == "@" else super().joined(operator, left, right)

    def applied(self, function: str, argument: Tree) -> Tree:
        return (MatrixCall if function in MATRIX_FUNCTIONS else Call)(function, argument)

    def enclosed(self, bracket: str, tree: Tree) -> Tree:
        if bracket == "‖":
            self.of_norm()
        return MatrixCall(_BARS[bracket], tree) if bracket in _BARS else tree

    def atom(self) -> Tree:
        first = self.index
        tree = super().atom()
        while self.token.kind == "transpose":
            if isinstance(tree, Number):
                raise self.error("a number is not transposed", "write (S^-1)^T for a transposed inverse")
            inverted = self.take().name == "inverse"
            tree = MatrixCall("transpose", operation("^", tree, number(-1)) if inverted else tree)
            tree = self.placed(tree, first)
        return tree

    def application(self, token: Token) -> Tree:
        """``log|A|/|B|`` and ``log det A / det B`` are logarithms of a quotient: nobody divides by a det."""
        call = super().application(token)
        if isinstance(call, MatrixCall) and call.function == "det" and self.at("/") and self._is_det():
            self.bare = (0, 0, -1)  # det A / det B
        match call:
            case Call("log", MatrixCall("det" | "bars") as above) if self.at("/") and self._is_det():
                self.take()
                self.bare = (0, 0, -1)
                return Call("log", operation("/", above, self.power()))
        return call

    def _is_det(self) -> bool:
        """Whether a determinant stands behind the operator at hand."""
        following = self.tokens[self.index + 1]
        return following.name in ("|", "det") and following.kind in ("open", "function")

    def check_exponent(self, base: int) -> None:
        r"""``S^-1(...)`` and ``Σ^-1Σ`` are products: the exponent of an inverse is -1 and no more."""
        signs = [self.tokens[place].name for place in (self.index - 3, self.index - 2, self.index - 1)]
        if signs == ["^", "-", "1"] and not self.at("/"):
            return
        super().check_exponent(base)
