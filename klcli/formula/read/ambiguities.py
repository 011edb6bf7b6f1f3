"""What a reader of mathematics refuses although it could guess, with the readings to choose from.

Every refusal reads on, only to be able to quote whole texts: what a hint tells to write can be read.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from klcli.errors import nearest
from klcli.formula.character_tables import GREEK
from klcli.formula.read.cursor import Cursor
from klcli.formula.read.syntax_errors import FormulaError, stray_symbol
from klcli.formula.read.token_stream import Token, TokenKind
from klcli.formula.symbol_names import FUNCTIONS
from klcli.formula.tree import Tree

STARTS_FACTOR: frozenset[TokenKind] = frozenset(
    ("symbol", "constant", "function", "open", "frac", "reduction", "clip")
)
"""What multiplies by standing behind a factor."""


class Refusals(Cursor, ABC):
    """The refusals of a parser, which adds the methods that read."""

    def __init__(self, text: str, *, matrices: bool = False) -> None:
        super().__init__(text, matrices=matrices)
        self.bare = (0, 0, -1)
        """The last function without brackets: its place, that of its innermost argument, and its end."""

    @abstractmethod
    def product(self) -> Tree:
        """Read a product."""

    @abstractmethod
    def placed(self, tree: Tree, first: int) -> Tree:
        """The tree with its place: from the token `first` to the one before that at hand."""

    @abstractmethod
    def signed(self) -> Tree:
        """Read a factor with its signs."""

    @abstractmethod
    def bracketed(self, opening: Token) -> Tree:
        """Read what stands in brackets, after the opening one."""

    def factor(self, *, all_beside: bool = False) -> str:
        """Read the factor at hand, or all that stand beside each other, only to show them."""
        first = self.index
        self.signed()
        words = {"function", "reduction", "clip"}
        while all_beside and self.index != self.bare[-1] and self.token.kind in STARTS_FACTOR - words:
            self.signed()
        return self.shown(first, self.index)

    def brackets(self) -> str:
        """Read the brackets at hand, only to show them."""
        first = self.index
        self.bracketed(self.take())
        return self.shown(first, self.index)

    def unexpected(self, expected: str, hint: str = "") -> FormulaError:
        """An error for the token at hand, where something else was expected."""
        if self.token.kind == "subscript":
            return self.error(
                f"what does the subscript {self.found()} belong to?", r"for example '\sigma_1^2'"
            )
        return self.error(f"expected {expected}, found {self.found()}", hint)

    def glued(self) -> bool:
        """Whether a word touches the number before it, as in ``1/2s`` and ``e^2s``."""
        return self.touching() and self.token.kind in ("symbol", "function", "constant")

    def check_juxtaposition(self, first: int, divisor: int) -> None:
        """Refuse ``log 2 s`` and ``a/2 b``; a plain fraction in front, as in ``1/2 s``, is a coefficient.

        Args:
            first: where the product begins.
            divisor: where its divisor begins, or -1.
        """
        if self.index == self.bare[-1] and self.token.kind not in ("function", "reduction"):
            raise self.ambiguous_argument()
        if divisor >= 0 and (self.glued() or not self._is_plain_fraction(first, divisor)):
            here, end = self.token, self.index
            factor = self.factor(all_beside=True)
            raise self.error(
                f"is '{factor}' divided, too?",
                f"write '({self.shown(first, end)}) {factor}' "
                f"or '{self.shown(first, divisor)}({self.shown(divisor, end)} {factor})'",
                here,
            )

    def _is_plain_fraction(self, first: int, divisor: int) -> bool:
        """Whether the product so far is just ``1/2``, perhaps signed."""
        while self.tokens[first].kind == "operator" and first < divisor:
            first += 1
        numbers = self.tokens[first].kind == self.tokens[divisor].kind == "number"
        return numbers and first + 2 == divisor and self.index == divisor + 1

    def ambiguous_argument(self) -> FormulaError:
        """An error for ``log s/2``, where the divisor or factor at hand may belong to the argument."""
        function, argument, end = self.bare
        here, between = self.token, " "
        if self.at("/"):
            between = self.take().name
        factor = self.factor(all_beside=between == " ")
        name, value = self.shown(function, argument), self.shown(argument, end)
        return self.error(
            f"where does the argument of '{name}' end?",
            f"write '({name} {value}){between}{factor}' or '{name}({value}{between}{factor})'",
            here,
        )

    def signed_argument(self, function: Token) -> FormulaError:
        """An error for ``exp -x``."""
        here, begin, name = self.token, self.index, self.written(function)
        self.product()
        hint = f"write '{name}({self.shown(begin, self.index)})'"
        return self.error(f"the argument of '{name}' needs brackets", hint, here)

    def inverse(self, function: int, argument: int) -> FormulaError:
        """An error for ``log^-1 s``, whose argument has been read."""
        name = self.shown(function, function + 1)
        exponent, value = self.shown(function + 1, argument), self.shown(argument, self.index)
        hint = f"write '({name} {value}){exponent}' for the reciprocal"
        return self.error("is this a reciprocal or an inverse function?", hint, self.tokens[function])

    def check_exponent(self, base: int) -> None:
        r"""Refuse a bare number where more may belong to the exponent: ``e^2s``, ``s^1/2``, ``\sigma^10``.

        Args:
            base: where the power begins whose exponent has been read.
        """
        if self.matrices and self._ends_inverse() and not self.at("/"):
            return  # S^-1(...) and Σ^-1Σ are products: the exponent of an inverse is -1 and no more
        number = sign = self.index - 1
        while self.tokens[sign - 1].name in ("+", "-"):
            sign -= 1
        if self.tokens[number].kind != "number" or self.tokens[sign - 1].name != "^":
            return
        here, power, digits = self.token, self.shown(base, sign), self.written(self.tokens[number])
        if "\\" in self.text and len(digits) > 1 and digits.isdigit():
            hint = f"write '{power}{{{digits}}}'"
            raise self.error(f"LaTeX raises only the first digit of {digits}", hint, self.tokens[number])
        glued = self.glued() and not self.is_command(here)
        if glued or (digits == "1" and self.at("/")):
            between = " " if glued else self.take().name
            exponent, factor = self.shown(sign, number + 1), self.factor()
            raise self.error(
                f"does '{factor}' belong to the exponent?",
                f"write '{power}({exponent}{between}{factor})' or '({power}{exponent}){between}{factor}'",
                here,
            )

    def _ends_inverse(self) -> bool:
        """Whether the exponent that has been read is -1."""
        return [token.name for token in self.tokens[max(0, self.index - 3) : self.index]] == ["^", "-", "1"]

    def unknown_function(self, token: Token) -> FormulaError:
        """An error for a name that touches the brackets at hand."""
        name, argument = self.written(token), self.brackets()
        if name == "e":
            return self.error("e is no function", f"write 'e^{argument}' or 'e * {argument}'", token)
        hint = f"for a product write '{name} * {argument}'"
        # E, or E with what it is taken over: E_q.
        if re.fullmatch("E(_[A-Za-z]+)?", name):
            hint = f"an expectation has square brackets: '{name}[{argument[1:-1]}]'"
        elif len(name) > 1 and token.name not in GREEK:
            hint = f"{nearest(name, (*FUNCTIONS, 'ln', 'sum', 'mean'))} {hint}".lstrip()
        return self.error(f"'{name}' is not a known function", hint, token)

    def ambiguous_sigma(self, token: Token) -> FormulaError:
        """An error for a capital sigma before a bracket."""
        written = self.written(token)
        summed = written.replace("\\Sigma", "\\sum").replace("Σ", "∑")
        times = "\\cdot" if self.is_command(token) else "*"
        hint = f"write '{summed} (...)' for a sum, '{written} {times} (...)' for a product"
        return self.error(f"is '{written}' a sum or a symbol here?", hint, token)

    def ambiguous_mean(self, token: Token) -> FormulaError:
        """An error for ``mean x``."""
        factor = self.factor()
        hint = f"write 'mean({factor})' or 'mean * {factor}'"
        return self.error("is 'mean' an average or a symbol here?", hint, token)

    def ambiguous_sum(self, sign: int) -> FormulaError:
        """An error for ``sum_j mu^2 + 1``, whose first summand has been read."""
        here, summand = self.token, self.shown(sign, self.index)
        while self.at("+", "-"):
            self.take()
            self.product()
        hint = f"{self._all_summed(sign, self.index)}, '({summand})' if not"
        return self.error("how far does the sum reach?", hint, here)

    def _all_summed(self, sign: int, end: int) -> str:
        body = self.shown(sign + 1, end)
        return f"write '{self.shown(sign, sign + 1)} ({body})' if all of that is summed"

    def check_sums(self, tree: Tree) -> None:
        """Refuse a symbol with a sum's index outside of that sum."""
        if not (stray := stray_symbol(tree)):
            return
        symbol, index = stray
        start = symbol.span[0] if symbol.span else 0
        token = next(token for token in self.tokens if token.start == start)
        hint = f"put it inside of the sum, or give it another index than {index}"
        for sign, opening in enumerate(self.tokens):
            before = opening.name == "sum" and opening.index == index and opening.start < token.start
            if before and token.start < self.tokens[end := self.level_end(sign)].start:
                hint = self._all_summed(sign, end)
        raise self.error(f"{symbol.name} is used outside of the sum over {index}", hint, token)
