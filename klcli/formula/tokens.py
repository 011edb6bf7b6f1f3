"""Splits mathematical text into tokens: ASCII, Unicode and LaTeX spelling of the same few kinds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.alphabet import (
    FRACTIONS,
    GREEK,
    LATEX_FUNCTIONS,
    LATEX_IGNORED,
    LATEX_OPERATORS,
    OPERATORS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    letter,
)
from klcli.formula.syntax import MAX_DIGITS, MAX_EXPONENT, FormulaError, nearest
from klcli.formula.tree import FUNCTIONS

__all__ = ["Token", "tokenize"]

Kind: TypeAlias = Literal[
    "number",
    "symbol",
    "constant",
    "function",
    "reduction",
    "operator",
    "power",
    "open",
    "close",
    "frac",
    "end",
]


@dataclass(frozen=True, slots=True)
class Token:
    """One sign or word: its kind, what it means, and where it stands in the text.

    `name` is the operator, function, symbol, bracket or reduction; `index` a reduction's index;
    `value` a number's or a superscript's value and `spelling` how a decimal was written.
    """

    kind: Kind
    name: str
    start: int
    end: int
    value: Fraction = Fraction(0)
    spelling: str = ""
    index: str = ""


_SCIENTIFIC = r"(?:\s*\\times\s*10\^(?:\{(?P<braced>[+-]?\d+)\}|(?P<bare>\d)))?"
_NUMBER = re.compile(
    r"(?P<decimal>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[+-]?\d+))?)" + _SCIENTIFIC, re.ASCII
)
_SUBSCRIPT_SIGNS = "".join(SUBSCRIPTS.values())
_SUBSCRIPT = re.compile(
    rf"\s*_\s*\{{\s*(?P<braced>[A-Za-z0-9]+)\s*\}}|_(?P<bare>[A-Za-z0-9]+)|(?P<signs>[{_SUBSCRIPT_SIGNS}]+)"
)
_SUPERSCRIPT = re.compile(f"[{''.join(SUPERSCRIPTS.values())}]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_STYLED = re.compile(r"\\(?:mathrm|mathit|mathbf|mathsf|boldsymbol|text|operatorname)\s*\{([^{}]*)\}")
_SUM = re.compile(
    r"(?:\\sum(?![A-Za-z])|∑|sum(?=_\{?[A-Za-z](?![A-Za-z0-9]))|Σ(?=_[ijk]|[ᵢⱼₖ]))(?:\\limits)?"
    rf"(?:\s*_\s*\{{\s*(?P<braced>[A-Za-z])\s*(?:=[^{{}}]*)?\}}|_(?P<bare>[A-Za-z])(?![A-Za-z0-9])"
    rf"|(?P<sign>[{_SUBSCRIPT_SIGNS}]))?"
    r"(?:\^\s*(?:\{[^{}]*\}|[A-Za-z](?![A-Za-z0-9])))?"
)
_EXPECTATION = re.compile(
    r"(?:E|𝔼|\\mathbb\s*\{E\})(?:_\{?(?P<index>[A-Za-z]+)\}?)?(?=\s*(?:\\left|\\bigl?|\\Bigl?)?\s*\[)"
)
_BRACKETS = {"(": "open", "[": "open", "{": "open", ")": "close", "]": "close", "}": "close"}
_WORD_FUNCTIONS = {name: name for name in FUNCTIONS} | {"ln": "log"}
_WORD_REDUCTIONS = ("sum", "mean")
_FROM_SUBSCRIPT = {sign: plain for plain, sign in SUBSCRIPTS.items()}
_FROM_SUPERSCRIPT = {sign: plain for plain, sign in SUPERSCRIPTS.items()}
_COMMAND_NAMES = (*GREEK, *LATEX_FUNCTIONS, *LATEX_OPERATORS, "frac", "sqrt", "sum", "pi", "left", "right")


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind ``end``.

    Raises:
        FormulaError: at a sign that has no place in a formula.

    """
    return [*_Lexer(text).tokens(), Token("end", "the end of the formula", len(text), len(text))]


class _Lexer:
    """Reads one token after the other; each method takes one kind at `position` or gives None."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._readers: tuple[Callable[[], Token | None], ...] = (
            self._number,
            self._superscript,
            self._sum,
            self._expectation,
            self._bracket,
            self._operator,
            self._word,
            self._greek,
            self._styled,
            self._command,
        )

    def tokens(self) -> Iterator[Token]:
        while True:
            while self.position < len(self.text) and self.text[self.position] in " \t\r\n\f\v\u00a0\u2009~&$":
                self.position += 1
            if self.position >= len(self.text):
                return
            start = self.position
            token = next((found for read in self._readers if (found := read())), None)
            if token:
                yield token
            elif self.position == start:
                raise self._unexpected()

    def _unexpected(self) -> FormulaError:
        sign = self.text[self.position]
        described = f"'{sign}'" if sign.isprintable() else f"U+{ord(sign):04X}"
        hint = {
            "=": "give the right-hand side only",
            "_": r"a subscript stands before the exponent: \sigma_1^2",
            "|": "write abs(...) for an absolute value",
            ",": "a decimal point is '.', and functions take one argument",
        }.get(sign, "a formula has numbers, symbols, + - * / ^, brackets and functions such as log")
        return FormulaError(f"unexpected {described} in the formula", self.text, self.position, hint)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def _number(self) -> Token | None:
        start = self.position
        if self.text[start] in FRACTIONS:
            self.position += 1
            return Token("number", self.text[start], start, self.position, FRACTIONS[self.text[start]])
        found = self._match(_NUMBER)
        if not found:
            return None
        power = found["braced"] or found["bare"]
        written = found["decimal"] + (f"e{int(power)}" if power and len(power) < 9 else "")
        exponent = power or found["exponent"] or "0"
        if len(written) > MAX_DIGITS or len(exponent) > 9 or abs(int(exponent)) > MAX_EXPONENT:
            raise FormulaError(
                "this number is too long", self.text, start, f"at most {MAX_DIGITS} digits, 1e{MAX_EXPONENT}"
            )
        spelling = "" if written.isdigit() else written
        return Token("number", found[0], start, self.position, Fraction(written), spelling)

    def _superscript(self) -> Token | None:
        start = self.position
        if not (found := self._match(_SUPERSCRIPT)):
            return None
        plain = "".join(_FROM_SUPERSCRIPT[sign] for sign in found[0])
        if not re.fullmatch(r"-?\d{1,4}", plain):
            raise FormulaError("this superscript is no whole number", self.text, start)
        return Token("power", found[0], start, self.position, Fraction(plain))

    def _sum(self) -> Token | None:
        start = self.position
        if not (found := self._match(_SUM)):
            return None
        index = found["braced"] or found["bare"] or _FROM_SUBSCRIPT.get(found["sign"] or "", "")
        return Token("reduction", "sum", start, self.position, index=index)

    def _expectation(self) -> Token | None:
        start = self.position
        found = self._match(_EXPECTATION)
        return found and Token("reduction", "E", start, self.position, index=found["index"] or "")

    def _bracket(self) -> Token | None:
        sign = self.text[self.position]
        if sign not in _BRACKETS:
            return None
        self.position += 1
        kind: Kind = "open" if _BRACKETS[sign] == "open" else "close"
        return Token(kind, sign, self.position - 1, self.position)

    def _operator(self) -> Token | None:
        start = self.position
        sign = self.text[start]
        if sign not in OPERATORS:
            return Token("function", "sqrt", start, self._advance(1)) if sign == "√" else None
        if self.text.startswith("**", start):
            return Token("operator", "^", start, self._advance(2))
        return Token("operator", OPERATORS[sign], start, self._advance(1))

    def _advance(self, length: int) -> int:
        self.position += length
        return self.position

    def _word(self) -> Token | None:
        start = self.position
        found = self._match(_WORD)
        return found and self._named(found[0], start)

    def _named(self, word: str, start: int) -> Token:
        base = word.split("_")[0]
        if base in _WORD_FUNCTIONS and word[len(base) + 1 :].isdigit():
            raise FormulaError(
                f"{word}: only the natural logarithm is known", self.text, start, "write log(x)/log(2)"
            )
        if word in _WORD_FUNCTIONS:
            return Token("function", _WORD_FUNCTIONS[word], start, self.position)
        if word in _WORD_REDUCTIONS:
            return Token("reduction", word, start, self.position)
        if word in ("pi", "e"):
            return Token("constant", word, start, self.position)
        return self._subscripted(word, start)

    def _subscripted(self, base: str, start: int) -> Token:
        name = base
        while found := self._match(_SUBSCRIPT):
            signs = "".join(_FROM_SUBSCRIPT[sign] for sign in found["signs"] or "")
            name += "_" + (found["braced"] or found["bare"] or signs)
        return Token("symbol", name, start, self.position)

    def _greek(self) -> Token | None:
        start = self.position
        sign = unicodedata.normalize("NFKC", self.text[start])
        if sign == "π":
            return Token("constant", "pi", start, self._advance(1))
        name = letter(sign)
        if name is None:
            return None
        self._advance(1)
        if digits := self._match(re.compile(r"\d+", re.ASCII)):
            name += f"_{digits[0]}"
        return self._subscripted(name, start)

    def _styled(self) -> Token | None:
        start = self.position
        if not (found := self._match(_STYLED)):
            return None
        content = found[1].strip().replace("\\_", "_").removeprefix("\\")
        if not _WORD.fullmatch(content):
            raise FormulaError(
                f"'{found[0]}' is no symbol", self.text, start, "a name has letters and digits"
            )
        return self._named(content, start)

    def _command(self) -> Token | None:
        start = self.position
        if not (found := self._match(_COMMAND)):
            return None
        name = found[0][1:].removeprefix("var")
        if name in LATEX_IGNORED or name.isspace() or name == "\\":
            return None
        if name in "{}":
            kind: Kind = "open" if name == "{" else "close"
            return Token(kind, name, start, self.position)
        if name in LATEX_OPERATORS:
            return Token("operator", LATEX_OPERATORS[name], start, self.position)
        if name in LATEX_FUNCTIONS:
            self._no_base(name, start)
            return Token("function", LATEX_FUNCTIONS[name], start, self.position)
        if name in ("frac", "dfrac", "tfrac"):
            return Token("frac", "frac", start, self.position)
        if name == "sqrt":
            return Token("function", "sqrt", start, self.position)
        if name == "pi":
            return Token("constant", "pi", start, self.position)
        if name in GREEK:
            return self._subscripted(name, start)
        raise FormulaError(
            f"unknown command '{found[0]}'",
            self.text,
            start,
            nearest(name, _COMMAND_NAMES).replace("'", "'\\", 1),
        )

    def _no_base(self, name: str, start: int) -> None:
        if re.compile(r"\s*_").match(self.text, self.position):
            raise FormulaError(
                f"\\{name}_: only the natural logarithm is known",
                self.text,
                start,
                r"write \frac{\log x}{\log 2}",
            )
