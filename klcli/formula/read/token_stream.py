"""Tokens, and a place in a text that moves over them: brackets and bars, which open and close."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.read.syntax_errors import FormulaError
from klcli.lazy_regex import regex
from klcli.values import dataclass

TokenKind: TypeAlias = Literal[
    "number",
    "symbol",
    "constant",
    "function",
    "reduction",
    "clip",
    "comma",
    "operator",
    "power",
    "subscript",
    "open",
    "close",
    "frac",
    "transpose",
    "end",
]


@dataclass(frozen=True, slots=True)
class Token:
    """One sign or word: its kind, what it means, and where it stands in the text.

    `name` is the operator, function, symbol, subscript, bracket, reduction or way of clipping; `index`
    a reduction's index and `count` its upper limit; `value` a number's or a superscript's value and
    `spelling` how a decimal was written.
    """

    kind: TokenKind
    name: str
    start: int
    end: int
    value: Fraction = Fraction(0)
    spelling: str = ""
    index: str = ""
    count: str = ""


BRACKETS: dict[str, TokenKind] = {**dict.fromkeys("([{", "open"), **dict.fromkeys(")]}", "close")}
_BAR = regex(r"\\[lr]?vert(?![A-Za-z])|\\mid(?![A-Za-z])|\|")
"""A bar, in ASCII or as a command."""
_NORM = regex(r"\\\||\\[lr]?Vert(?![A-Za-z])|‖")
"""A double bar."""
_ENDS = frozenset(("number", "symbol", "constant", "close", "power", "transpose", "subscript"))


class Scanner:
    """A place in a text; each method takes one kind of token there, or gives None."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.previous = ""
        """What the token before means: its operator's sign or its kind."""
        self.opened: list[str] = []
        """The brackets and bars that are open."""
        self.pending: Token | None = None
        """A token that was read together with the one before it."""

    @property
    def _sign(self) -> str:
        return self.text[self.position]

    def _error(self, problem: str, start: int, hint: str = "") -> FormulaError:
        return FormulaError(problem, self.text, start, hint)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return self._take(pattern.match(self.text, self.position))

    def _take(self, found: re.Match[str] | None) -> re.Match[str] | None:
        """What was found here, behind which it goes on."""
        if found:
            self.position = found.end()
        return found

    def _advance(self, length: int) -> int:
        self.position += length
        return self.position

    def _bars(self) -> Token | None:
        r"""A bar closes the innermost bracket if that is a bar and something stands inside."""
        start = self.position
        ends = self.previous in _ENDS
        innermost = self.opened[-1] if self.opened else ""
        double = _NORM.match(self.text, start) or (
            self.text.startswith("||", start) and not (ends and innermost == "|")
        )
        if double:
            found = _NORM.match(self.text, start)
            self.position = found.end() if found else start + 2
            return self._bar("‖", start, closes=ends and innermost == "‖")
        return self._bar("|", start, closes=ends and innermost == "|") if self._match(_BAR) else None

    def _bar(self, name: str, start: int, *, closes: bool) -> Token:
        return self._tracked(Token("close" if closes else "open", name, start, self.position))

    def _tracked(self, token: Token) -> Token:
        if token.kind == "open":
            self.opened.append(token.name)
        elif token.kind == "close" and self.opened:
            self.opened.pop()
        return token

    def _bracket(self) -> Token | None:
        start, kind = self.position, BRACKETS.get(self._sign)
        if self._sign == "," or (self._sign == ";" and self.opened):
            return Token("comma", self._sign, start, self._advance(1))
        return kind and self._tracked(Token(kind, self._sign, start, self._advance(1)))
