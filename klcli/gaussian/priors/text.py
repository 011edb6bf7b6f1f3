"""Reads the text of a prior, ``0.3*N(-1, 0.1) + 0.7*N(1, 0.5)`` or ``laplace(0, 1)``; knows no distribution.

The grammar is all there is; nothing is evaluated:

    prior  = ["mixture" ":"] term { "+" term }
    term   = [number "*"] call
    call   = name ["(" [argument { "," argument }] ")"]
    argument = [name "="] value
    value  = (number | "(" number { "," number } ")") ["^2"]
    number = ["-"] decimal ["/" decimal]
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from klcli.errors import KlcliError
from klcli.formula.numeral import parse_numeral
from klcli.formula.read.syntax_errors import MAX_LENGTH, FormulaError
from klcli.lazy_regex import regex
from klcli.values import dataclass

_EXAMPLE = "for example '0.3*N(-1, 0.1) + 0.7*N(1, 0.5)' or 'laplace(0, 1)'"
_TOKEN = regex(
    r"(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<square>\*\*\s*2|\^\s*2|²)"
    r"|(?P<sign>[-−+*·/(),=:])",
    re.ASCII,
)
"""A number, a name, a square or a sign."""
_SAME = {"−": "-", "·": "*"}
MOST_SHOWN = 30
"""Characters of what is not understood that a message repeats, so that it stays one line."""
_MOST_TERMS = 100
"""Components whose densities are added up at each sample."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PriorNumber:
    """One number or a list of them; `squared` if ``^2`` stands behind, which is not carried out."""

    numbers: tuple[Fraction, ...]
    squared: bool
    start: int


@dataclass(frozen=True, slots=True)
class Argument:
    """A value with the name that stands before it, if any."""

    name: str
    value: PriorNumber
    start: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """A name with arguments, and where it stands."""

    name: str
    arguments: tuple[Argument, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PriorComponent:
    """A distribution with its weight, if one was written."""

    weight: Fraction | None
    distribution: Distribution
    start: int


@dataclass(frozen=True, slots=True)
class PriorText:
    """What stands in a text; `mixture` if it says so itself."""

    text: str
    mixture: bool
    terms: tuple[PriorComponent, ...]

    def written(self, distribution: Distribution) -> str:
        """A distribution as it was typed."""
        return self.text[distribution.start : distribution.end]

    def error(self, problem: str, start: int, hint: str = "") -> FormulaError:
        """An error at a place of the text.

        Args:
            problem: in words.
            start: the place.
            hint: what to write instead.
        """
        return FormulaError(problem, self.text, start, hint)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse_prior(text: str) -> PriorText:
    """Read a text by the grammar above.

    Raises:
        KlcliError: the text does not follow it, is longer than `MAX_LENGTH`, or has more than 100 terms.
    """
    if not text.strip():
        raise KlcliError("the prior is empty", _EXAMPLE)
    if len(text) > MAX_LENGTH:
        raise KlcliError(
            f"the prior has {len(text):,} characters; at most {MAX_LENGTH:,} are read",
            "one number serves every dimension",
        )
    return _PriorReader(text).prior()


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        match = _TOKEN.match(text, place)
        if not match:
            raise FormulaError("unexpected sign in the prior", text, place, _EXAMPLE)
        written = _SAME.get(match[0], match[0])
        kind = written if match.lastgroup == "sign" else str(match.lastgroup)
        found.append(_Token(kind, written, place, match.end()))
        place = match.end()
    return [*found, _Token("end", "the end", len(text), len(text))]


class _PriorReader:
    """Goes through the tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.index = 0

    def prior(self) -> PriorText:
        first = self._token
        mixture = first.text == "mixture" and self.tokens[1].kind == ":"
        if mixture:
            self.index = 2
        terms = self._separated("+", self._term)
        if self._token.kind == "-":
            raise self._error("weights are positive: a mixture is a sum of its components", "write '+'")
        self._expect("end", "'+' or the end")
        if len(terms) > _MOST_TERMS:
            problem = f"the mixture has {len(terms)} components; at most {_MOST_TERMS} are read"
            raise FormulaError(problem, self.text, terms[_MOST_TERMS].start, "leave the lightest out")
        return PriorText(self.text, mixture, terms)

    def _term(self) -> PriorComponent:
        start, weight = self._token.start, None
        if self._token.kind in ("number", "-"):
            weight = self._number("a weight")
            self._expect("*", "'*' between a weight and its distribution")
        return PriorComponent(weight, self._distribution(), start)

    def _distribution(self) -> Distribution:
        name = self._expect("name", "a distribution")
        if self._token.kind != "(":
            return Distribution(name.text, (), name.start, name.end)
        self.index += 1
        empty = self._token.kind == ")"
        arguments = () if empty else self._separated(",", self._argument)
        end = self._expect(")", "',' or ')'").end
        return Distribution(name.text, arguments, name.start, end)

    def _argument(self) -> Argument:
        start, name = self._token.start, ""
        if self._token.kind == "name":
            name = self._expect("name", "a name").text
            self._expect("=", "'='")
        return Argument(name, self._value(name or "a parameter"), start)

    def _value(self, name: str) -> PriorNumber:
        start = self._token.start
        if self._token.kind == "(":
            self.index += 1
            numbers = self._separated(",", lambda: self._number(name))
            self._expect(")", "',' or ')'")
        else:
            numbers = (self._number(name),)
        squared = self._token.kind == "square"
        self.index += squared
        return PriorNumber(numbers, squared, start)

    def _number(self, name: str) -> Fraction:
        sign = 1
        if self._token.kind in ("-", "+"):
            sign = -1 if self._token.kind == "-" else 1
            self.index += 1
        number = self._decimal(name)
        if self._token.kind == "/":
            self.index += 1
            divisor = self._decimal(name)
            if not divisor:
                self.index -= 1
                raise self._error(f"{name} is divided by 0", "divide by another number")
            number /= divisor
        return sign * number

    def _decimal(self, name: str) -> Fraction:
        token = self._expect("number", "a number")
        try:
            return parse_numeral(token.text, name)
        except KlcliError as error:
            raise FormulaError(error.message, self.text, token.start, error.hint) from None

    def _separated(self, sign: str, read: Callable[[], T]) -> tuple[T, ...]:
        found = [read()]
        while self._token.kind == sign:
            self.index += 1
            found.append(read())
        return tuple(found)

    @property
    def _token(self) -> _Token:
        return self.tokens[self.index]

    def _expect(self, kind: str, wanted: str) -> _Token:
        token = self._token
        if token.kind != kind:
            found = token.text if token.kind == "end" else f"'{token.text[:MOST_SHOWN]}'"
            raise self._error(f"{wanted} is expected in the prior, not {found}", _EXAMPLE)
        self.index += 1
        return token

    def _error(self, problem: str, hint: str) -> FormulaError:
        return FormulaError(problem, self.text, self._token.start, hint)
