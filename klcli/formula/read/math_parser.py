"""Reads mathematics as people type it: ASCII, Unicode, a LaTeX subset.

The grammar, loosest first; juxtaposition multiplies, and so does ``@`` in a formula of matrices::

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/" | "") signed)*
    signed   = ("-" | "+")* power
    power    = atom exponent* [subscript]
    exponent = "^" ("-" | "+")* atom | superscript
    atom     = (number | symbol | function [exponent] argument | bracketed | frac | reduction | clip) "'"*

Where mathematicians disagree about a text (``log s/2``, ``a/2 b``, ``e^2s``) it is refused with both
readings spelled out (`klcli.formula.read.ambiguities`): a verifier must not guess what it is asked about.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from klcli.formula.read.ambiguities import STARTS_FACTOR
from klcli.formula.read.components import whole_vectors
from klcli.formula.read.operators import Operators
from klcli.formula.read.refused_text import WORDS, distribution, leftover, likelihood
from klcli.formula.read.syntax_errors import (
    MAX_DEPTH,
    check_text,
    check_tree,
    is_limit,
    shared_with_limits,
    too_deep,
)
from klcli.formula.read.token_stream import Token
from klcli.formula.read.vocabulary import LOGISTIC
from klcli.formula.symbol_names import MATRIX_FUNCTIONS, MAX_NAME
from klcli.formula.traversal import carries, free_symbols, unplaced
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    MatrixCall,
    Number,
    Reduction,
    ReductionKind,
    Symbol,
    Tree,
    operation,
)
from klcli.lazy_regex import regex

_SIGMA = regex(r"Σ|\\Sigma(\s*_\s*(?:[ijk]|\{\s*[ijk]\s*\}))?")
"""What may be a sum as well as a symbol, before a bracket."""
_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖"}
_KINDS: dict[str, ReductionKind] = {"sum": "sum", "mean": "mean", "E": "E"}


def parse(text: str, *, matrices: bool = False) -> Tree:
    """The tree of a formula in ASCII, Unicode or LaTeX spelling.

    Args:
        text: the formula.
        matrices: whether it may have functions, transposes and products of matrices in it: ``tr`` is a name
            in other formulas, and ``S^T`` a power.

    Raises:
        KlcliError: empty or too long.
        FormulaError: what was expected, with the text and a caret.
    """
    check_text(text)
    parser = Parser(text, matrices=matrices)
    tree = check_tree(parser.formula(), parser)
    parser.check_sums(tree)
    return whole_vectors(tree)


@cache
def known(text: str) -> Tree:
    """The tree of a formula of the program's own, whose parts have no places; parsed once, if at all."""
    return unplaced(parse(text))


def parse_matrices(text: str) -> Tree:
    """The tree of a formula of matrices; see `parse`."""
    return parse(text, matrices=True)


_LIKELIHOOD = "likelihood"
"""The symbol of ``p(x|z)``, which is another term of a bound."""

_SEVERAL = "a decimal point is '.', and only max, min and clip take several arguments"


class Parser(Operators):
    """Recursive descent over the tokens; one method for each line of the grammar."""

    def __init__(self, text: str, *, matrices: bool = False) -> None:
        super().__init__(text, matrices=matrices)
        self.nesting = 0

    def formula(self) -> Tree:
        tree = self.sum()
        if self.token.kind == "close":
            raise self.error(f"{self.found()} closes no bracket")
        if found := leftover(self.text, self.token.start) if self.token.kind == "comma" else None:
            raise self.error(*found)
        if self.token.kind == "comma":
            raise self.error(f"unexpected '{self.token.name}' in the formula", _SEVERAL)
        if self.token.kind != "end":
            raise self.unexpected("an operator", "a product is written with '*'")
        return tree

    def atom(self) -> Tree:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise too_deep(self.text, self.token.start)
        first = self.index
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
            case "clip":
                tree = self.clip(token)
            case _:
                self.index -= 1
                raise self.unexpected("a number, a symbol, a function or a bracket")
        self.nesting -= 1
        return self.transposed(self.placed(tree, first), first)

    def constant(self, token: Token) -> Constant:
        if token.name == "pi":
            return Constant("pi")
        if self.token.kind == "open" and self.touching():
            raise self.unknown_function(token)
        return Constant("e")

    def symbol(self, token: Token) -> Symbol:
        called = self.token.kind == "open" and self.touching()
        if called and (end := likelihood(token.name, self.text, self.token.start)):
            while self.token.start < end and self.token.kind != "end":
                self.take()
            return self.named(_LIKELIHOOD, token)
        if called and (found := distribution(token.name, self.text, token.start, self.token.start)):
            raise self.error(*found, token)
        if self.token.kind == "open" and _SIGMA.fullmatch(self.text, token.start, token.end):
            raise self.ambiguous_sigma(token)
        if called and self.text[token.start].isascii() and not self.is_command(token):
            raise self.unknown_function(token)
        return self.named(token.name, token)

    def named(self, name: str, token: Token) -> Symbol:
        try:
            return Symbol(name)
        except ValueError:
            hint = f"a name has at most {MAX_NAME} letters and digits and is not that of a function"
            # The words of the language, in and or, are as short.
            hint = WORDS if name.isalpha() and name.islower() and len(name) < 4 else hint
            raise self.error(f"'{self.written(token)}' cannot be used as a symbol", hint, token) from None

    def application(self, token: Token) -> Tree:
        function = self.index - 1
        exponent = self.exponent()
        begin = self.index
        if self.at("-", "+"):
            raise self.signed_argument(token)
        if self.in_braces() and token.name != "sqrt":
            argument = self.power()
        elif self.token.name in ("|", "‖") and self.token.kind == "open":
            argument = self.power()  # log|x|^2 is log(|x|^2): nobody writes bars around an argument
        elif self.token.kind == "open":
            argument = self.bracketed(self.take())
        elif token.name == "sqrt" and self.is_command(token):
            argument = self.group()
        else:
            argument = self.bare_argument(function)
        call = _applied(token.name, argument)
        if call == Call("log", Symbol(_LIKELIHOOD)):
            call = Symbol(f"log_{_LIKELIHOOD}")
        if exponent is None:
            return self.of_determinants(call)
        signs, power = exponent
        if signs:
            raise self.inverse(function, begin)
        return operation("^", call, power)

    def in_braces(self) -> bool:
        r"""Whether braces are at hand that nobody sees: ``\ln {\sigma}^2`` is ``\ln \sigma^2`` in print."""
        seen = self.tokens[self.index + 1 : self.index + 2]
        return self.token.name == "{" and not self.is_command(self.token) and seen[0].kind != "open"

    def bare_argument(self, function: int) -> Tree:
        """An argument without brackets is a power: ``log s^2`` is the logarithm of ``s^2``."""
        begin = self.index
        argument = self.power()
        innermost = self.bare[1] if self.bare[-1] == self.index else begin
        self.bare = (function, innermost, self.index)
        return argument

    def bracketed(self, opening: Token) -> Tree:
        tree = self.sum()
        if self.at("over") and opening.name == "{":
            self.take()
            tree = operation("/", tree, self.sum())
        expected = _CLOSING[opening.name]
        if self.token.kind == "end":
            raise self.error(f"expected '{expected}': this bracket is never closed", token=opening)
        if self.token.kind != "close" or self.token.name != expected:
            hint = _SEVERAL if self.token.kind == "comma" else ""
            raise self.unexpected(f"'{expected}' or an operator", hint)
        self.take()
        return self.enclosed(opening.name, tree)

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
            if self.token.kind in STARTS_FACTOR:
                raise self.ambiguous_mean(token)
            return Symbol("mean")
        called = self.token.kind == "open" and self.written(token) == "sum"
        body = self.bracketed(self.take()) if called or token.name != "sum" else self.summand(token)
        return Reduction(_KINDS[token.name], token.index, body, count=token.count)

    def clip(self, token: Token) -> Clip:
        """``max(x, low)``, ``max(low, x)``, ``min(x, high)``, ``clip(x, low, high)``."""
        opening = self.take()
        given = [self.sum()]
        while self.token.kind == "comma":
            self.take()
            given.append(self.sum())
        pair = token.name in ("max", "min")
        if len(given) != (2 if pair else 3) or self.token.name != ")":
            form = "x, 0.1" if pair else "x, 0.1, 10"
            raise self.error(f"expected '{token.name}({form})'", token=opening)
        self.take()
        operand, *limits = given[::-1] if pair and is_limit(*given) else given
        if shared_with_limits(operand, limits):
            hint = "for example max(x, 0.1)"
            raise self.error("a limit of a clip is no function of what is clipped", hint, opening)
        low = None if token.name == "min" else limits[0]
        return Clip(operand, low, None if token.name == "max" else limits[-1])

    def summand(self, token: Token) -> Tree:
        """What an indexed sum without brackets adds up: one product, if nobody can expect more."""
        sign, begin = self.index - 1, self.index
        body = self.product()
        while self.tokens[begin].kind in ("number", "operator"):
            begin += 1
        indexed = any(carries(name, token.index) for name in free_symbols(body))
        if self.at("+", "-") and self.tokens[begin].kind != "open" and not indexed:
            raise self.ambiguous_sum(sign)
        return body


def _applied(function: str, argument: Tree) -> Tree:
    """A function of its argument."""
    if function in LOGISTIC:
        return LOGISTIC[function](argument)
    return (MatrixCall if function in MATRIX_FUNCTIONS else Call)(function, argument)
