"""Reads symbols: letters and words with the styles, accents, subscripts and indices that belong to them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from fractions import Fraction

from klcli.errors import clipped
from klcli.formula.character_tables import letter
from klcli.formula.read.accents import (
    DRESSED,
    above,
    combining,
    dressed,
    index_above,
    subscript,
    subscript_at,
)
from klcli.formula.read.latex_commands import ACCENTS
from klcli.formula.read.token_stream import Scanner, Token
from klcli.lazy_regex import regex

_EMPTY_GROUP = regex(r"\{\s*\}")
"""Braces without anything in them, which LaTeX prints as nothing."""
_OLD_STYLE = regex(r"\{\s*\\(?:rm|bf|it|sf|tt|cal|boldmath)(?![A-Za-z])\s*(\\?[A-Za-z]+)\s*\}")
r"""A letter in a style of plain TeX: ``{\bf x}``."""
_PROSE = regex(r"\{\s|.*\s\}\Z", re.DOTALL)
"""A group of words: blanks at an edge are no part of a name."""
_FIRST_ABOVE = regex(r"\^\s*\{\s*[(\[]\s*1\s*[)\]]")
"""An index 1 above a letter, which nobody writes as a power."""
_OF_WORDS = regex(r"text|mathrm|mathit|mathnormal|operatorname|mbox")
"""Commands whose braces hold a word and not a product of letters."""
_DIGITS = regex(r"\d+", re.ASCII)
"""A number, as an index."""
_INDEX = regex(r"[0-9²]+")
"""Digits behind a letter; in Julia a raised 2 belongs to the name, too."""
_OF_JULIA = regex(r"(?<!\d)\.[-+*/^]|@\.|\df0(?!\w)|\w\.\(")
"""What only Julia writes: entrywise operators, macros and calls, single precision."""


class Letters(Scanner, ABC):
    """The symbols of a text; which words are functions, the rest of a lexer knows."""

    @abstractmethod
    def _named(self, word: str, start: int) -> Token:
        """The token of a word that has been read."""

    def _constant(self, name: str, start: int) -> Token:
        if subscript_at(self.text, self.position):
            return self._symbol(name, start)
        return Token("constant", name, start, self.position)

    def _symbol(self, name: str, start: int) -> Token:
        """A name with all that belongs to it: subscripts, an accent, indices above."""
        begin = -1
        while begin < self.position:
            begin = self.position
            name = self._indexed(self._subscripted(name, start), start)
            if accent := combining(self.text, self.position):
                self.position += 1
                name = above(name, accent)
        return Token("symbol", name, start, self.position)

    def _joined(self, word: str, start: int) -> Token | None:
        """A name of Julia that begins as a logarithm does: ``logσ^2`` is its square, no log of ``σ^2``."""
        following = letter(self.text[self.position : self.position + 1])
        if word not in ("log", "ln") or not following or not _OF_JULIA.search(self.text):
            return None
        self.position += 1
        # In Julia ² is a letter of names and no power.
        index = self._match(_INDEX)
        return self._symbol(word + following + (index[0].replace("²", "2") if index else ""), start)

    def _indexed(self, name: str, start: int) -> str:
        r"""A name with the index above it; a square beside the index is a token of its own."""
        if not (found := index_above(self.text, self.position)):
            return name
        index = found["inner"] or found["bare"] or found["word"] or "star"
        squared = found["power"] or found["late"]
        if index.isdigit() and not squared and not _FIRST_ABOVE.search(self.text):
            written = self.text[start : self.position]
            raise self._error(
                f"is '{found[0].strip()}' a power or an index?",
                self.position,
                f"write '{written}^{index}' for the power or '{written}_{index}' for the index",
            )
        self.position = found.end()
        if squared:
            self.pending = Token("power", "2", self.position, self.position, Fraction(2))
        return above(name, index)

    def _subscripted(self, name: str, start: int) -> str:
        while found := self._take(subscript_at(self.text, self.position)):
            bare = found["bare"] or ""
            if len(bare) > 1 and bare.isalnum() and self.text[start] == "\\":
                raise self._error(
                    f"LaTeX lowers only the first sign of '{clipped(bare)}'",
                    found.start("bare"),
                    f"write '{self.text[start : found.start()]}_{{{bare}}}'",
                )
            name += "_" + subscript(found)
        return name

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
        found = self._take(subscript_at(self.text, self.position))
        return found and Token("subscript", subscript(found), start, self.position)

    def _old_style(self) -> Token | None:
        r"""``{\rm exp}`` as ``\mathrm{exp}``, and nothing for the empty group ``{}``."""
        start = self.position
        if self._sign != "{" or self._match(_EMPTY_GROUP) or not (found := self._match(_OLD_STYLE)):
            return None
        return self._named(dressed(found[1]) or found[1], start)

    def _dressed(self) -> Token | None:
        r"""A letter or word with styles and accents; a style around anything else is no part of it."""
        start = self.position
        if not (found := DRESSED.match(self.text, start)):
            return None
        name, command = dressed(found[0]), found["command"]
        prose = command.startswith(("text", "mbox")) and _PROSE.match(found["group"] or "")
        if name and not prose:
            self.position = found.end()
            return self._symbol(name, start) if command in ACCENTS else self._named(name, start)
        if command in ACCENTS or _OF_WORDS.match(command):
            raise self._error(
                f"'{clipped(found[0])}' is no symbol",
                start,
                "a name has letters and digits, and no spaces; words between formulas are left out",
            )
        self.position = found.start("group") if found["group"] else found.start("sign")
        return None
