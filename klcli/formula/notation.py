"""Reads mathematics as people type it: ASCII, Unicode, a LaTeX subset.

The grammar, loosest first; juxtaposition multiplies::

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/" | "") signed)*
    signed   = ("-" | "+") signed | power
    power    = atom ["^" signed-power | superscript]
    atom     = number | symbol | function [power] argument | bracketed | frac | reduction

Where mathematicians disagree about a text (``log s/2``, ``a/2 b``, ``e^2s``) it is refused with both
readings spelled out: a verifier must not guess what it is asked about.
"""

from __future__ import annotations

from klcli.formula.syntax import MAX_NESTING, FormulaError, check_depth, check_text, nearest
from klcli.formula.tokens import Token, tokenize
from klcli.formula.tree import (
    FUNCTIONS,
    Call,
    Constant,
    Negative,
    Number,
    Reduction,
    ReductionKind,
    Symbol,
    Tree,
    children,
    free_symbols,
    operation,
    walk,
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
    tree = parser.sum()
    parser.finish()
    check_depth(tree, text)
    _check_indices(tree, text)
    return tree


def _check_indices(tree: Tree, text: str) -> None:
    """Refuse ``sum_j a_j + b_j``: the second term would silently stand outside of the sum."""
    for reduction in (node for node in walk(tree) if isinstance(node, Reduction) and node.kind == "sum"):
        suffix = f"_{reduction.index}"
        inside = set(free_symbols(reduction.body))
        outside = [name for name in _names_outside(tree) if name.endswith(suffix)]
        if reduction.index and outside:
            where = outside[0]
            hint = f"put brackets around all that is summed: sum_{reduction.index} (...)"
            place = text.find(next(iter(inside), where))
            raise FormulaError(
                f"{where} is used outside of the sum over {reduction.index}", text, place, hint
            )


def _names_outside(tree: Tree) -> tuple[str, ...]:
    """The free symbols that stand outside of every reduction."""
    if isinstance(tree, Reduction):
        return ()
    if isinstance(tree, Symbol):
        return (tree.name,)
    return tuple(name for child in children(tree) for name in _names_outside(child))


class _Parser:
    """Recursive descent over the tokens; one method for each line of the grammar."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.nesting = 0
        self.bare_application_end = -1
        """Where a function without brackets around its argument last ended."""

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        self.index += 1
        return self.tokens[self.index - 1]

    def at(self, *operators: str) -> bool:
        return self.token.kind == "operator" and self.token.name in operators

    def error(self, problem: str, hint: str = "", token: Token | None = None) -> FormulaError:
        return FormulaError(problem, self.text, (token or self.token).start, hint)

    def finish(self) -> None:
        if self.token.kind == "close":
            raise self.error(f"'{self.token.name}' closes no bracket")
        if self.token.kind != "end":
            raise self.error(f"expected an operator, found '{self._shown(self.token)}'")

    def _shown(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def sum(self) -> Tree:
        tree = self.product()
        while self.at("+", "-"):
            operator = self.take().name
            tree = operation("+" if operator == "+" else "-", tree, self.product())
        return tree

    def product(self) -> Tree:
        start = self.index
        tree = self.signed()
        divided = False
        while True:
            if self.at("*", "/"):
                if self.at("/") and self.index == self.bare_application_end:
                    raise self._ambiguous_argument()
                operator = self.take().name
                first = self.index
                tree = operation("*" if operator == "*" else "/", tree, self.signed())
                divided = operator == "/" and not self._is_plain_fraction(start, first)
            elif self.token.kind in _STARTS_FACTOR:
                self._check_juxtaposition(divided, start)
                tree = operation("*", tree, self.signed())
            else:
                return tree

    def _is_plain_fraction(self, start: int, denominator: int) -> bool:
        """Whether the product so far is just ``1/2``, perhaps signed: a coefficient in front."""
        while self.tokens[start].kind == "operator" and start < denominator:
            start += 1
        kinds = [token.kind for token in self.tokens[start : denominator + 1]]
        return kinds == ["number", "operator", "number"] and self.index == denominator + 1

    def _check_juxtaposition(self, divided: bool, start: int) -> None:
        if self.index == self.bare_application_end and self.token.kind not in ("function", "reduction"):
            raise self._ambiguous_argument()
        before = self.tokens[self.index - 1]
        touching = before.end == self.token.start
        after_fraction = before.kind == "number" and self.tokens[self.index - 2].name == "/"
        if divided or (after_fraction and touching and self.token.kind in ("symbol", "function", "constant")):
            numerator = self.text[self.tokens[start].start : before.start].rstrip(" /÷")
            raise self.error(
                f"what is divided by here? '{self._shown(before)} {self._shown(self.token)}' has two readings",
                f"write ({numerator} / {self._shown(before)}) * {self._shown(self.token)}..., "
                f"or put the divisor into brackets",
            )

    def _ambiguous_argument(self) -> FormulaError:
        name, argument = (self._shown(token) for token in self.tokens[self.index - 2 : self.index])
        after = self._shown(self.token)
        return self.error(
            f"where does the argument of '{name}' end?",
            f"write {name}({argument}) {after} ... or {name}({argument}{after}...)",
        )

    def signed(self) -> Tree:
        if self.at("-", "+"):
            self._enter()
            sign = self.take().name
            operand = self.signed()
            self.nesting -= 1
            return Negative(operand) if sign == "-" else operand
        return self.power()

    def _enter(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.error("the formula is nested too deeply", f"at most {MAX_NESTING} levels are read")

    def power(self) -> Tree:
        base = self.atom()
        exponent = self._exponent()
        return base if exponent is None else operation("^", base, exponent)

    def _exponent(self) -> Tree | None:
        if self.token.kind == "power":
            value = self.take().value
            magnitude = Number(abs(value))
            return Negative(magnitude) if value < 0 else magnitude
        if not self.at("^"):
            return None
        self._enter()
        self.take()
        first = self.token
        exponent = self.signed()
        self.nesting -= 1
        self._check_exponent(first)
        return exponent

    def _check_exponent(self, first: Token) -> None:
        last = self.tokens[self.index - 1]
        if last is not first or first.kind != "number":
            return
        if "\\" in self.text and first.end - first.start > 1 and first.name.isdigit():
            raise self.error(
                f"LaTeX raises only the first digit of {first.name}", f"write ^{{{first.name}}}", first
            )
        following = self.token
        if following.start == last.end and following.kind in ("symbol", "constant", "function"):
            shown = self._shown(following)
            if not shown.startswith("\\"):
                raise self.error(
                    f"does '{shown}' belong to the exponent?",
                    f"write ^({first.name} {shown}) or ^{first.name} * {shown}",
                )

    def atom(self) -> Tree:
        token = self.take()
        match token.kind:
            case "number":
                return Number(token.value, token.spelling)
            case "constant":
                return Constant("pi" if token.name == "pi" else "e")
            case "symbol":
                return self._symbol(token)
            case "function":
                return self._application(token)
            case "open":
                return self._bracketed(token)
            case "frac":
                return operation("/", self._group(), self._group())
            case "reduction":
                return self._reduction(token)
        self.index -= 1
        raise self.error(
            f"expected a number, a symbol, a function or a bracket, found '{self._shown(token) or token.name}'"
        )

    def _symbol(self, token: Token) -> Symbol:
        touching = self.token.kind == "open" and self.token.start == token.end
        written = self._shown(token)
        if touching and written.isascii() and not written.startswith("\\"):
            hint = nearest(token.name, (*FUNCTIONS, "ln", "sum", "mean"))
            raise self.error(
                f"'{token.name}' is not a known function",
                hint or f"for a product write {token.name} * (...)",
                token,
            )
        return Symbol(token.name)

    def _application(self, token: Token) -> Tree:
        exponent = self._exponent()
        if self.token.kind == "open":
            argument = self._bracketed(self.take())
        elif self.at("-", "+"):
            shown = self._shown(token)
            raise self.error(f"the argument of '{shown}' needs brackets", f"write {shown}(-...)")
        else:
            self._enter()
            argument = self.power()
            self.nesting -= 1
            self.bare_application_end = self.index
        call = Call(token.name, argument)
        return call if exponent is None else operation("^", call, exponent)

    def _bracketed(self, opening: Token) -> Tree:
        self._enter()
        tree = self.sum()
        expected = _CLOSING[opening.name]
        if self.token.kind != "close" or self.token.name != expected:
            found = self._shown(self.token) or self.token.name
            raise self.error(
                f"expected '{expected}' or an operator, found {found!r}"
                if self.token.kind != "end"
                else f"expected '{expected}': this bracket is never closed",
                token=None if self.token.kind != "end" else opening,
            )
        self.take()
        self.nesting -= 1
        return tree

    def _group(self) -> Tree:
        """An argument of ``\\frac``: a group in braces, or a single sign as in ``\\frac12``."""
        token = self.token
        if token.kind == "open":
            return self._bracketed(self.take())
        if token.kind == "number" and len(token.name) > 1 and token.name.isdigit():
            head, tail = token.name[0], token.name[1:]
            rest = Token("number", tail, token.start + 1, token.end, type(token.value)(tail))
            self.tokens[self.index : self.index + 1] = [rest]
            return Number(type(token.value)(head))
        return self.atom()

    def _reduction(self, token: Token) -> Tree:
        body = self._bracketed(self.take()) if token.name == "E" or self._is_call(token) else self.product()
        return Reduction(_KINDS[token.name], token.index, body)

    def _is_call(self, token: Token) -> bool:
        """Whether ``sum(...)`` and ``mean(...)`` are written as functions; an indexed sum takes a whole product."""
        return not token.index and self.token.kind == "open" and self.token.name != "{"
