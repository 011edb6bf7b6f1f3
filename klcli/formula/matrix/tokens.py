"""Splits formulas of matrices into tokens: traces and determinants, transposes, bars, products with ``@``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from klcli.formula.scanner import Token
from klcli.formula.tokens import Lexer

__all__ = ["MATRIX_WORDS", "MatrixLexer"]

MATRIX_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("tr", "Tr", "trace", "Trace"), "trace"),
    **dict.fromkeys(("det", "Det"), "det"),
    **dict.fromkeys(("logdet",), "logdet"),
    **dict.fromkeys(("inv", "inverse"), "inverse"),
    **dict.fromkeys(("diag", "diagonal"), "diagonal"),
    **dict.fromkeys(("chol", "cholesky"), "cholesky"),
    **{name: name for name in ("transpose", "eye", "numel", "norm")},
}
"""The words for functions of matrices in mathematical writing."""

_CALLED_ONLY = frozenset(("diag", "diagonal", "eye", "numel", "norm", "inv", "inverse", "transpose"))
_ALSO_CALLED = {"log_det": "logdet", "ln_det": "logdet"}
_OPENING = re.compile(r"\s*(?:\\left\s*|\\[bB]igg?l?\s*)?[(\[{]")
_T = (
    r"(?:T(?![A-Za-z0-9_])|⊤|\\top(?![A-Za-z])|\\intercal(?![A-Za-z])|\\prime(?![A-Za-z])|'"
    r"|\\(?:mathsf|mathrm|mathtt|text|intercal)\s*(?:\{\s*T\s*\}|T))"
)
_TRANSPOSE = re.compile(
    rf"['’′ᵀ⊤]|\^\s*(?:{_T}|\{{\s*(?P<inverse>[-−])?\s*(?:{_T})\s*\}})|\^\s*\{{\s*\{{\s*{_T}\s*\}}\s*\}}"
)
_FUNCTION = re.compile(rf"\\({'|'.join(MATRIX_WORDS)})(?![A-Za-z])")


class MatrixLexer(Lexer):
    """The tokens of a formula of matrices."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.readers = (self._transpose, self._product_sign, *self.readers)

    def _transpose(self) -> Token | None:
        start = self.position
        found = self._match(_TRANSPOSE)
        return found and Token("transpose", "inverse" if found["inverse"] else "", start, self.position)

    def _product_sign(self) -> Token | None:
        start = self.position
        return Token("operator", "@", start, self._advance(1)) if self._sign == "@" else None

    def _named(self, word: str, start: int) -> Token:
        called = _OPENING.match(self.text, self.position) is not None
        if word in _ALSO_CALLED and called:
            return Token("function", _ALSO_CALLED[word], start, self.position)
        if word in MATRIX_WORDS and (called or word not in _CALLED_ONLY):
            return Token("function", MATRIX_WORDS[word], start, self.position)
        return super()._named(word, start)

    def _command(self) -> Token | None:
        start = self.position
        if found := self._match(_FUNCTION):
            return Token("function", MATRIX_WORDS[found[1]], start, self.position)
        return super()._command()
