"""Reads numbers in a mathematical text: decimals, powers of ten, fraction signs, raised digits."""

from __future__ import annotations

import re
from fractions import Fraction

from klcli.formula.character_tables import (
    FRACTIONS,
    SUPERSCRIPTS,
)
from klcli.formula.read.syntax_errors import MAX_DIGITS, MAX_EXPONENT
from klcli.formula.read.token_stream import Scanner, Token
from klcli.lazy_regex import regex

_NUMBER = regex(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[+-]?\d+)|f0(?![A-Za-z0-9_]))?", re.ASCII)
"""A decimal, with a power of ten behind ``e``; ``2f0`` is Julia's 2.0. Other alphabets' digits are none."""
_TIMES_POWER_OF_TEN = regex(
    r"\s*\\times\s*10\s*\^\s*(?:\{\s*(?P<braced>[+-]?\d{1,9})\s*\}|(?P<bare>\d)(?!\d))", re.ASCII
)
r"""What makes ``1.5 \times 10^{-3}`` one number."""
_SUPERSCRIPT = regex(f"[{''.join(SUPERSCRIPTS.values())}]+")
"""Raised digits and signs."""
_FROM_SUPERSCRIPT = {sign: plain for plain, sign in SUPERSCRIPTS.items()}


class Numerals(Scanner):
    """The numbers of a lexer."""

    def _number(self) -> Token | None:
        start = self.position
        if self._sign in FRACTIONS:
            return Token("number", self._sign, start, self._advance(1), FRACTIONS[self.text[start]])
        found = self._match(_NUMBER)
        if not found:
            return None
        written, exponent = found[0].removesuffix("f0"), found["exponent"] or "0"
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
        if self._sign not in _FROM_SUPERSCRIPT or not (found := self._match(_SUPERSCRIPT)):
            return None
        plain = "".join(_FROM_SUPERSCRIPT[sign] for sign in found[0])
        # Signs in other places, and powers that no formula has, are refused.
        if not re.fullmatch(r"-?\d{1,4}", plain):
            raise self._error("this superscript is no whole number of at most 4 digits", start)
        return Token("power", found[0], start, self.position, Fraction(plain))
