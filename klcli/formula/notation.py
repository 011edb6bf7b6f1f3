"""Reads mathematics as people type it: ASCII, Unicode, a LaTeX subset.

The grammar, loosest first; juxtaposition multiplies::

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/" | "") signed)*
    signed   = ("-" | "+")* power
    power    = atom exponent* [subscript]
    exponent = "^" ("-" | "+")* atom | superscript
    atom     = number | symbol | function [exponent] argument | bracketed | frac | reduction

Where mathematicians disagree about a text (``log s/2``, ``a/2 b``, ``e^2s``) it is refused with both
readings spelled out: a verifier must not guess what it is asked about.
"""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.alphabet import GREEK
from klcli.formula.cursor import Cursor
from klcli.formula.syntax import (
    MAX_DEPTH,
    FormulaError,
    check_text,
    check_tree,
    nearest,
    stray_symbol,
    too_deep,
)
from klcli.formula.tokens import Token
from klcli.formula.tree import (
    FUNCTIONS,
    MAX_NAME,
    Call,
    Constant,
    Negative,
    Number,
    Reduction,
    ReductionKind,
    Symbol,
    Tree,
    carries,
    free_symbols,
    operation,
)

__all__ = ["parse"]

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_KINDS: dict[str, ReductionKind] = {"sum": "sum", "mean": "mean", "E": "E"}
_STARTS_FACTOR = frozenset(("symbol", "constant", "function", "open", "frac", "reduction"))


def parse(text: str) -> Tree:
    """The tree of a formula in ASCII, Unicode or LaTeX spelling.

    Raises:
        KlcliError: empty or too long.
        FormulaError: what was expected, with the text and a caret.
    """
    check_text(text)
    parser = _Parser(text)
    tree = check_tree(parser.formula(), text)
    parser.check_sums(tree)
    return tree


def _negative(tree: Tree, signs: int) -> Tree:
    for _ in range(signs):
        tree = Negative(tree)
    return tree


class _Parser(Cursor):
    """Recursive descent over the tokens; one method for each line of the grammar."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.nesting = 0
        self.symbols: list[Token] = []
        """Every symbol, in the order of the text."""
        self.bare = (0, 0, -1)
        """The last function without brackets: its place, that of its innermost argument, and its end."""

    def formula(self) -> Tree:
        tree = self.sum()
        match self.token.kind:
            case "end":
                return tree
            case "close":
                raise self.error(f"{self.found()} closes no bracket")
            case "subscript":
                raise self.lone_subscript()
        raise self.error(f"expected an operator, found {self.found()}", "a product is written with '*'")

    def sum(self) -> Tree:
        tree = self.product()
        while self.at("+", "-"):
            operator = self.take().name
            tree = operation("+" if operator == "+" else "-", tree, self.product())
        return tree

    def product(self) -> Tree:
        first = self.index
        tree = self.signed()
        divisor = -1  # the place of a divisor that might reach over a factor beside it
        while True:
            if self.at("*", "/"):
                if self.at("/") and self.index == self.bare[-1]:
                    raise self.ambiguous_argument()
                operator = self.take().name
                divisor = self.index if operator == "/" else -1
                tree = operation("*" if operator == "*" else "/", tree, self.signed())
            elif self.token.kind in _STARTS_FACTOR:
                self.check_juxtaposition(first, divisor)
                divisor = -1
                tree = operation("*", tree, self.signed())
            else:
                return tree

    def check_juxtaposition(self, first: int, divisor: int) -> None:
        """Refuse ``log 2 s`` and ``a/2 b``; a plain fraction in front, as in ``1/2 s``, is a coefficient."""
        if self.index == self.bare[-1] and self.token.kind not in ("function", "reduction"):
            raise self.ambiguous_argument()
        if divisor >= 0 and (self.glued() or not self.is_plain_fraction(first, divisor)):
            here, end = self.token, self.index
            factor = self.factor(all_beside=True)
            raise self.error(
                f"is '{factor}' divided, too?",
                f"write '({self.shown(first, end)}) {factor}' "
                f"or '{self.shown(first, divisor)}({self.shown(divisor, end)} {factor})'",
                here,
            )

    def glued(self) -> bool:
        """Whether a word touches the number before it, as in ``1/2s`` and ``e^2s``."""
        return self.touching() and self.token.kind in ("symbol", "function", "constant")

    def is_plain_fraction(self, first: int, divisor: int) -> bool:
        """Whether the product so far is just ``1/2``, perhaps signed."""
        while self.tokens[first].kind == "operator" and first < divisor:
            first += 1
        numbers = self.tokens[first].kind == self.tokens[divisor].kind == "number"
        return numbers and first + 2 == divisor and self.index == divisor + 1

    def ambiguous_argument(self) -> FormulaError:
        """Both readings of a function without brackets and of the divisor or factor that follows it."""
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

    def factor(self, *, all_beside: bool = False) -> str:
        """Read the factor at hand, or all that stand beside each other, only to show them."""
        first = self.index
        self.signed()
        while all_beside and self.token.kind in _STARTS_FACTOR - {"function", "reduction"}:
            self.signed()
        return self.shown(first, self.index)

    def signs(self) -> int:
        """Take signs; the number of minus signs among them."""
        negative = 0
        while self.at("-", "+"):
            negative += self.take().name == "-"
        return negative

    def signed(self) -> Tree:
        signs = self.signs()
        return _negative(self.power(), signs)

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
        return tree

    def exponent(self) -> tuple[int, Tree] | None:
        """The minus signs and the atom of an exponent, if there is one."""
        if self.token.kind == "power":
            value = self.take().value
            return int(value < 0), Number(abs(value))
        if not self.at("^"):
            return None
        self.take()
        return self.signs(), self.atom()

    def check_exponent(self, base: int) -> None:
        r"""Refuse a bare number where more may belong to the exponent: ``e^2s``, ``s^1/2``, ``\sigma^10``."""
        number = self.index - 1
        sign = number
        while self.tokens[sign - 1].name in ("+", "-"):
            sign -= 1
        if self.tokens[number].kind != "number" or self.tokens[sign - 1].name != "^":
            return
        digits, power = self.written(self.tokens[number]), self.shown(base, sign)
        if "\\" in self.text and len(digits) > 1 and digits.isdigit():
            hint = f"write '{power}{{{digits}}}'"
            raise self.error(f"LaTeX raises only the first digit of {digits}", hint, self.tokens[number])
        here = self.token
        glued = self.glued() and not self.is_command(here)
        if glued or (digits == "1" and self.at("/")):
            between = " " if glued else self.take().name
            exponent, factor = self.shown(sign, number + 1), self.factor()
            raise self.error(
                f"does '{factor}' belong to the exponent?",
                f"write '{power}({exponent}{between}{factor})' or '({power}{exponent}){between}{factor}'",
                here,
            )

    def late_subscript(self, base: int) -> Symbol:
        r"""The symbol of a power whose subscript stands after its exponent, as in ``\sigma^2_1``."""
        if self.tokens[base].kind != "symbol":
            raise self.lone_subscript()
        return self.named(f"{self.tokens[base].name}_{self.take().name}", self.tokens[base])

    def lone_subscript(self) -> FormulaError:
        return self.error(f"what does the subscript {self.found()} belong to?", r"for example '\sigma_1^2'")

    def atom(self) -> Tree:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise too_deep(self.text, self.token.start)
        token = self.take()
        tree: Tree
        match token.kind:
            case "number":
                tree = Number(token.value, token.spelling)
            case "constant":
                tree = self.constant(token)
            case "symbol":
                tree = self.symbol(token)
            case "function":
                tree = self.application(token)
            case "open":
                tree = self.bracketed(token)
            case "frac":
                tree = operation("/", self.group(), self.group())
            case "reduction":
                tree = self.reduction(token)
            case _:
                self.index -= 1
                problem = f"expected a number, a symbol, a function or a bracket, found {self.found()}"
                raise self.lone_subscript() if token.kind == "subscript" else self.error(problem)
        self.nesting -= 1
        return tree

    def constant(self, token: Token) -> Constant:
        if token.name == "pi":
            return Constant("pi")
        if self.token.kind == "open" and self.touching():
            argument = self.brackets()
            raise self.error("e is no function", f"write 'e^{argument}' or 'e * {argument}'", token)
        return Constant("e")

    def brackets(self) -> str:
        """Read the brackets at hand, only to show them."""
        first = self.index
        self.bracketed(self.take())
        return self.shown(first, self.index)

    def symbol(self, token: Token) -> Symbol:
        called = self.token.kind == "open" and self.touching()
        if called and self.text[token.start].isascii() and not self.is_command(token):
            raise self.unknown_function(token)
        self.symbols.append(token)
        return self.named(token.name, token)

    def named(self, name: str, token: Token) -> Symbol:
        try:
            return Symbol(name)
        except ValueError:
            hint = f"a name has at most {MAX_NAME} letters and digits and is not that of a function"
            raise self.error(f"'{self.written(token)}' cannot be used as a symbol", hint, token) from None

    def unknown_function(self, token: Token) -> FormulaError:
        name, argument = self.written(token), self.brackets()
        if name.partition("_")[0] == "E":
            hint = f"an expectation has square brackets: '{name}[{argument[1:-1]}]'"
        else:
            known = () if len(name) == 1 or token.name in GREEK else (*FUNCTIONS, "ln", "sum", "mean")
            hint = f"{nearest(name, known)} for a product write '{name} * {argument}'".lstrip()
        return self.error(f"'{name}' is not a known function", hint, token)

    def application(self, token: Token) -> Tree:
        function = self.index - 1
        exponent = self.exponent()
        begin = self.index
        if self.at("-", "+"):
            raise self.signed_argument(token)
        if self.token.kind == "open":
            argument = self.bracketed(self.take())
        elif token.name == "sqrt" and self.is_command(token):
            argument = self.group()
        else:
            argument = self.bare_argument(function)
        call = Call(token.name, argument)
        if exponent is None:
            return call
        signs, power = exponent
        if signs:
            raised, applied = self.shown(function, begin), self.shown(begin, self.index)
            raised = raised.removeprefix(self.written(token))
            hint = f"write '({self.written(token)} {applied}){raised}' for the reciprocal"
            raise self.error("is this a reciprocal or an inverse function?", hint, token)
        return operation("^", call, power)

    def signed_argument(self, token: Token) -> FormulaError:
        here, begin, name = self.token, self.index, self.written(token)
        self.product()
        hint = f"write '{name}({self.shown(begin, self.index)})'"
        return self.error(f"the argument of '{name}' needs brackets", hint, here)

    def bare_argument(self, function: int) -> Tree:
        """An argument without brackets is a power: ``log s^2`` is the logarithm of ``s^2``."""
        begin = self.index
        argument = self.power()
        innermost = self.bare[1] if self.bare[-1] == self.index else begin
        self.bare = (function, innermost, self.index)
        return argument

    def bracketed(self, opening: Token) -> Tree:
        tree = self.sum()
        expected = _CLOSING[opening.name]
        if self.token.kind == "end":
            raise self.error(f"expected '{expected}': this bracket is never closed", token=opening)
        if self.token.kind == "subscript":
            raise self.lone_subscript()
        if self.token.kind != "close" or self.token.name != expected:
            raise self.error(f"expected '{expected}' or an operator, found {self.found()}")
        self.take()
        return tree

    def group(self) -> Tree:
        r"""An argument of a LaTeX command: a group in braces, or a single sign as in ``\frac12``."""
        token = self.token
        if token.kind == "open":
            return self.bracketed(self.take())
        if token.kind == "number" and len(token.name) > 1 and token.name.isdigit():
            head, tail = token.name[0], token.name[1:]
            self.tokens[self.index] = Token("number", tail, token.start + 1, token.end, Fraction(tail))
            return Number(Fraction(head))
        return self.atom()

    def reduction(self, token: Token) -> Tree:
        if token.name == "mean" and self.token.kind != "open":
            return self.mean_as_symbol(token)
        called = self.token.kind == "open" and self.written(token) == "sum"
        body = self.bracketed(self.take()) if called or token.name != "sum" else self.summand(token)
        return Reduction(_KINDS[token.name], token.index, body)

    def mean_as_symbol(self, token: Token) -> Symbol:
        if self.token.kind in _STARTS_FACTOR:
            factor = self.factor()
            hint = f"write 'mean({factor})' or 'mean * {factor}'"
            raise self.error("is 'mean' an average or a symbol here?", hint, token)
        self.symbols.append(token)
        return Symbol("mean")

    def summand(self, token: Token) -> Tree:
        """What an indexed sum without brackets adds up: one product, if nobody can expect more."""
        reduction, begin = self.index - 1, self.index
        body = self.product()
        while self.tokens[begin].kind in ("number", "operator"):
            begin += 1
        indexed = any(carries(name, token.index) for name in free_symbols(body))
        if self.at("+", "-") and self.tokens[begin].kind != "open" and not indexed:
            raise self.error("how far does the sum reach?", self.whole_sum(reduction, self.index))
        return body

    def whole_sum(self, reduction: int, end: int) -> str:
        """A hint for a sum that ends at `end` and may have been meant to reach further."""
        sign, further = self.shown(reduction, reduction + 1), self.level_end(reduction)
        return (
            f"write '{sign} ({self.shown(reduction + 1, further)})' if all of that is summed, "
            f"'({self.shown(reduction, end)})' if not"
        )

    def check_sums(self, tree: Tree) -> None:
        """Refuse a symbol with a sum's index outside of that sum."""
        if not (stray := stray_symbol(tree)):
            return
        place, symbol, index = stray
        token = self.symbols[place]
        hint = f"put it inside of the sum, or give it another index than {index}"
        for reduction, opening in enumerate(self.tokens):
            ends = self.tokens[self.level_end(reduction)].start
            if opening.index == index and opening.name == "sum" and opening.start < token.start < ends:
                sign, end = self.shown(reduction, reduction + 1), self.level_end(reduction)
                hint = f"write '{sign} ({self.shown(reduction + 1, end)})' if all of that is summed"
        raise self.error(f"{symbol.name} is used outside of the sum over {index}", hint, token)
