"""Splits mathematical text into tokens: ASCII, Unicode and LaTeX spelling of the same few kinds."""

from __future__ import annotations

import re
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
    LATEX_VARIANTS,
    OPERATORS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    letter,
)
from klcli.formula.syntax import MAX_DIGITS, MAX_EXPONENT, FormulaError, clipped, nearest
from klcli.formula.tree import FUNCTIONS, MAX_NAME

__all__ = ["Kind", "Lexer", "Token", "tokenize"]

Kind: TypeAlias = Literal[
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
    a reduction's index; `value` a number's or a superscript's value and `spelling` how a decimal was written.
    """

    kind: Kind
    name: str
    start: int
    end: int
    value: Fraction = Fraction(0)
    spelling: str = ""
    index: str = ""


_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[+-]?\d+))?", re.ASCII)
_TIMES_POWER_OF_TEN = re.compile(
    r"\s*\\times\s*10\s*\^\s*(?:\{\s*(?P<braced>[+-]?\d{1,9})\s*\}|(?P<bare>\d)(?!\d))", re.ASCII
)
_SIGNS = "".join(SUBSCRIPTS.values())
_LETTER_SIGNS = "".join(sign for plain, sign in SUBSCRIPTS.items() if plain.isalpha())
_GREEK = rf"\\(?:{'|'.join(GREEK)})(?![A-Za-z])|[{''.join(GREEK.values())}]"
_INDEX = rf"[A-Za-z0-9]+|{_GREEK}"
_DISTRIBUTION = rf"[A-Za-z]{{1,{MAX_NAME}}}|{_GREEK}"
_SUBSCRIPT = re.compile(
    rf"\s*_\s*\{{\s*(?P<braced>{_INDEX})\s*\}}|_(?P<bare>{_INDEX})|(?P<signs>[{_SIGNS}]+)"
    r"|_\s*(?P<outer>\{)?\s*\\(?:mathrm|mathit|text)\s*\{\s*(?P<styled>[A-Za-z0-9]+)\s*\}(?(outer)\s*\})"
)
_SUPERSCRIPT = re.compile(f"[{''.join(SUPERSCRIPTS.values())}]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_DIGITS = re.compile(r"\d+", re.ASCII)
_EQUATION = re.compile(r"=(?!\s*\d\s*\})")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_STYLED = re.compile(r"\\(?:mathrm|mathit|mathbf|mathsf|boldsymbol|bm|text|operatorname)\s*\{([^{}]*)\}")
_SUM = re.compile(
    r"(?:\\sum(?![A-Za-z])|∑|sum(?=_\{?\s*[A-Za-z](?![A-Za-z0-9]))|Σ(?=_[ijk]|[ᵢⱼₖ]))(?:\\limits)?"
    rf"(?:\s*_\s*\{{\s*(?P<braced>[A-Za-z])\s*(?:=\s*[01]\s*)?\}}|_(?P<bare>[A-Za-z])(?![A-Za-z0-9])"
    rf"|(?P<signs>[{_LETTER_SIGNS}](?![{_SIGNS}])))?"
    r"(?:\s*\^\s*(?:\{\s*[A-Za-z]\s*\}|[A-Za-z](?![A-Za-z0-9])))?(?P<limit>\s*[_^])?"
)
_EXPECTATION = re.compile(
    r"(?:E|𝔼|\\math(?:bb|rm)\s*\{E\}|\\operatorname\s*\{E\}|\\mathbb\s+E)"
    rf"(?:_(?P<bare>{_DISTRIBUTION})|_\{{(?P<braced>{_DISTRIBUTION})\}}|(?P<signs>[{_LETTER_SIGNS}]+))?"
    r"(?=\s*(?:\\left|\\[bB]igg?l?)?\s*\[)"
)
_BRACKETS: dict[str, Kind] = {"(": "open", "[": "open", "{": "open", ")": "close", "]": "close", "}": "close"}
_WORD_FUNCTIONS = {name: name for name in FUNCTIONS} | {"ln": "log"}
_CLIPS = ("clip", "clamp", "max", "min")
_CALLED = re.compile(r"\s*(?:\\left\s*)?\(")
_OTHER_LOGARITHM = re.compile(r"(log2|log10|lg|(log|ln)_\d\w*)\Z")
_ROOT_DEGREE = re.compile(r"\s*\[")
_FROM_SUBSCRIPT = {sign: plain for plain, sign in SUBSCRIPTS.items()}
_FROM_SUPERSCRIPT = {sign: plain for plain, sign in SUPERSCRIPTS.items()}
_COMMAND_NAMES = (*GREEK, *LATEX_FUNCTIONS, *LATEX_OPERATORS, "frac", "sqrt", "sum", "pi", "left", "right")


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind ``end``.

    Raises:
        FormulaError: at a sign that has no place in a formula.
    """
    return Lexer(text).all()


def _subscript(found: re.Match[str]) -> str:
    """The subscript that a pattern with the groups braced, bare and signs found, as plain text."""
    plain = "".join(_FROM_SUBSCRIPT[sign] for sign in found["signs"] or "")
    written: str = found["braced"] or found["bare"] or plain or found.groupdict().get("styled", "")
    return letter(written) or written.removeprefix("\\")


class Lexer:
    """Reads one token after the other; each method takes one kind at `position` or gives None."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.previous = ""
        """What the token before means: its operator's sign or its kind."""
        self.readers: tuple[Callable[[], Token | None], ...] = (
            self._number,
            self._superscript,
            self._sum,
            self._expectation,
            self._bracket,
            self._operator,
            self._word,
            self._greek,
            self._lone_subscript,
            self._styled,
            self._command,
        )

    def all(self) -> list[Token]:
        """All tokens, and one of kind ``end``."""
        return [*self.tokens(), Token("end", "the end of the formula", len(self.text), len(self.text))]

    def tokens(self) -> Iterator[Token]:
        while True:
            while self.position < len(self.text) and (self._sign.isspace() or self._sign in "~&$"):
                self.position += 1
            if self.position >= len(self.text):
                return
            start = self.position
            token = next((found for read in self.readers if (found := read())), None)
            if token:
                self.previous = token.name if token.kind == "operator" else token.kind
                yield token
            elif self.position == start:
                raise self._unexpected()

    @property
    def _sign(self) -> str:
        return self.text[self.position]

    def _error(self, problem: str, start: int, hint: str = "") -> FormulaError:
        return FormulaError(problem, self.text, start, hint)

    def _unexpected(self) -> FormulaError:
        sign = "=" if _EQUATION.search(self.text, self.position) else self._sign
        hint = {
            "=": "give the right-hand side only",
            "_": r"a subscript is a name or a number: \sigma_1, mu_p, x_{12}",
            "|": "write abs(...) for an absolute value",
        }.get(sign, "a formula has numbers, symbols, + - * / ^, brackets and functions such as log")
        return self._error(f"unexpected '{self._sign}' in the formula", self.position, hint)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def _advance(self, length: int) -> int:
        self.position += length
        return self.position

    def _number(self) -> Token | None:
        start = self.position
        if self._sign in FRACTIONS:
            return Token("number", self._sign, start, self._advance(1), FRACTIONS[self.text[start]])
        found = self._match(_NUMBER)
        if not found:
            return None
        written, exponent = found[0], found["exponent"] or "0"
        if not found["exponent"] and (power := self._power_of_ten(start)):
            written, exponent = f"{written}e{int(power)}", power
        if len(written) > MAX_DIGITS or abs(int(exponent)) > MAX_EXPONENT:
            raise self._error(
                "this number is too long", start, f"at most {MAX_DIGITS} digits and 1e{MAX_EXPONENT} are read"
            )
        spelling = "" if written.isdigit() else written
        return Token("number", found[0], start, self.position, Fraction(written), spelling)

    def _power_of_ten(self, start: int) -> str:
        r"""The power in ``1.5 \times 10^{-3}``, one number unless something binds to the 1.5 alone."""
        if self.previous not in ("", "+", "-", "*", "open"):
            found = _TIMES_POWER_OF_TEN.match(self.text, self.position)
            if found and self.previous == "/":
                number = self.text[start : found.end()]
                raise self._error("what is divided by here?", start, f"write '({number})' for the number")
            return ""
        found = self._match(_TIMES_POWER_OF_TEN)
        return (found["braced"] or found["bare"]) if found else ""

    def _superscript(self) -> Token | None:
        start = self.position
        if not (found := self._match(_SUPERSCRIPT)):
            return None
        plain = "".join(_FROM_SUPERSCRIPT[sign] for sign in found[0])
        if not re.fullmatch(r"-?\d{1,4}", plain):
            raise self._error("this superscript is no whole number of at most 4 digits", start)
        return Token("power", found[0], start, self.position, Fraction(plain))

    def _sum(self) -> Token | None:
        start = self.position
        if not (found := self._match(_SUM)):
            return None
        if found["limit"]:
            hint = r"write \sum_j or \sum_{j=1}^{J}; the vectors say how many entries there are"
            raise self._error("these limits of a sum are not understood", found.end() - 1, hint)
        return Token("reduction", "sum", start, self.position, index=_subscript(found))

    def _expectation(self) -> Token | None:
        start = self.position
        found = self._match(_EXPECTATION)
        return found and Token("reduction", "E", start, self.position, index=_subscript(found))

    def _bracket(self) -> Token | None:
        start, kind = self.position, _BRACKETS.get(self._sign)
        if self._sign == ",":
            return Token("comma", ",", start, self._advance(1))
        return kind and Token(kind, self._sign, start, self._advance(1))

    def _operator(self) -> Token | None:
        start, sign = self.position, self._sign
        if sign == "√":
            return Token("function", "sqrt", start, self._advance(1))
        if self.text.startswith("**", start):
            return Token("operator", "^", start, self._advance(2))
        return Token("operator", OPERATORS[sign], start, self._advance(1)) if sign in OPERATORS else None

    def _word(self) -> Token | None:
        start = self.position
        found = self._match(_WORD)
        return found and self._named(found[0], start)

    def _named(self, word: str, start: int) -> Token:
        if word in _WORD_FUNCTIONS:
            return self._function(_WORD_FUNCTIONS[word], start)
        if _OTHER_LOGARITHM.match(word):
            raise self._other_logarithm(start)
        if word in ("sum", "mean"):
            return Token("reduction", word, start, self.position)
        if word in _CLIPS and _CALLED.match(self.text, self.position):
            return Token("clip", word, start, self.position)
        if word in ("pi", "e"):
            return self._constant(word, start)
        return self._symbol(word, start)

    def _function(self, name: str, start: int) -> Token:
        if name == "log" and _SUBSCRIPT.match(self.text, self.position):
            raise self._other_logarithm(start)
        return Token("function", name, start, self.position)

    def _other_logarithm(self, start: int) -> FormulaError:
        base = "10" if re.match(r"\\?(log_?\{?10|lg)", self.text[start:]) else "2"
        ratio = rf"\frac{{\log x}}{{\log {base}}}" if self.text[start] == "\\" else f"log(x)/log({base})"
        return self._error("only the natural logarithm is known", start, f"write '{ratio}' for base {base}")

    def _constant(self, name: str, start: int) -> Token:
        if _SUBSCRIPT.match(self.text, self.position):
            return self._symbol(name, start)
        return Token("constant", name, start, self.position)

    def _symbol(self, name: str, start: int) -> Token:
        while found := self._match(_SUBSCRIPT):
            bare = found["bare"] or ""
            if len(bare) > 1 and bare.isalnum() and self.text[start] == "\\":
                raise self._error(
                    f"LaTeX lowers only the first sign of '{clipped(bare)}'",
                    found.start("bare"),
                    f"write '{self.text[start : found.start()]}_{{{bare}}}'",
                )
            name += "_" + _subscript(found)
        return Token("symbol", name, start, self.position)

    def _greek(self) -> Token | None:
        start = self.position
        name = letter(self._sign)
        if name is None:
            return None
        self.position += 1
        if name == "pi":
            return self._constant(name, start)
        if digits := self._match(_DIGITS):
            name += f"_{digits[0]}"
        return self._symbol(name, start)

    def _lone_subscript(self) -> Token | None:
        start = self.position
        found = self._match(_SUBSCRIPT)
        return found and Token("subscript", _subscript(found), start, self.position)

    def _styled(self) -> Token | None:
        start = self.position
        if not (found := self._match(_STYLED)):
            return None
        content = found[1].strip().replace("\\_", "_").removeprefix("\\")
        if not _WORD.fullmatch(content):
            raise self._error(
                f"'{clipped(found[0])}' is no symbol", start, "a name has letters and digits, and no spaces"
            )
        return self._named(content, start)

    def _command(self) -> Token | None:
        start = self.position
        if not (found := self._match(_COMMAND)):
            return None
        name = found[0][1:]
        if name in LATEX_IGNORED:
            return None
        if name in _BRACKETS:
            return Token(_BRACKETS[name], name, start, self.position)
        if name in LATEX_OPERATORS:
            return Token("operator", LATEX_OPERATORS[name], start, self.position)
        if name in LATEX_FUNCTIONS:
            return self._function(LATEX_FUNCTIONS[name], start)
        if name in _CLIPS and _CALLED.match(self.text, self.position):
            return Token("clip", name, start, self.position)
        if name in ("frac", "dfrac", "tfrac"):
            return Token("frac", "frac", start, self.position)
        if name == "sqrt":
            return self._root(start)
        if name == "pi":
            return self._constant(name, start)
        if name in GREEK or name in LATEX_VARIANTS:
            return self._symbol(LATEX_VARIANTS.get(name, name), start)
        hint = nearest(name, _COMMAND_NAMES).replace("'", "'\\", 1)
        raise self._error(f"unknown command '{clipped(found[0])}'", start, hint)

    def _root(self, start: int) -> Token:
        if _ROOT_DEGREE.match(self.text, self.position):
            raise self._error("only square roots have a sign of their own", start, "write 'x^{1/3}'")
        return Token("function", "sqrt", start, self.position)
