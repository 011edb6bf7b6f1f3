"""Splits mathematical text into tokens: ASCII, Unicode and LaTeX spelling of the same few kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from klcli.errors import clipped, nearest
from klcli.formula.character_tables import (
    GREEK,
    OPERATORS,
    SUBSCRIPTS,
)
from klcli.formula.read.accents import COUNT, DISTRIBUTION, LETTER_SIGNS, subscript, subscript_at
from klcli.formula.read.functions_and_transposes import (
    MATRIX_COMMAND,
    MATRIX_WORDS,
    TRANSPOSE,
    WORD_FUNCTIONS,
    matrix_function,
)
from klcli.formula.read.latex_commands import LATEX_FUNCTIONS, LATEX_IGNORED, LATEX_OPERATORS, LATEX_VARIANTS
from klcli.formula.read.numerals import Numerals
from klcli.formula.read.refused_text import leftover
from klcli.formula.read.symbols import Letters
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.token_stream import BRACKETS, Token
from klcli.formula.read.vocabulary import LOGISTIC
from klcli.lazy_regex import regex

_SIGNS = "".join(SUBSCRIPTS.values())
_WORD = regex(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
"""A name, with parts between dashes."""
_EQUATION = regex(r"=(?!\s*\d\s*\})")
"""An equals sign that is not that of the limits of a sum."""
_COMMAND = regex(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
"""A command of LaTeX, or a sign that is escaped."""
_SIGMA_OF_SUM = (
    r"Σ(?=(?:_[ijk](?![A-Za-z0-9])|[ᵢⱼₖ])(?!\s*(?:[)\]}|^'⁻²]|\Z)))"  # what ends there is a symbol
    r"|(?:Σ|\\Sigma(?![A-Za-z]))(?=\s*_\s*[{(]\s*[A-Za-z]\s*=)"
)
"""A capital sigma that only a sum can be."""
_SIGMA = regex(r"(?:Σ|\\Sigma(?![A-Za-z]))")
"""A capital sigma: a sum, a covariance matrix, or any other symbol."""
_SIGMA_BEFORE_BRACKET = regex(rf"{_SIGMA.pattern}(?=\s*(?:\\left|\\[bB]igg?l?)?\s*[(\[][^)\]]*[-+−])")
"""A capital sigma before several terms in brackets: a sum, unless another one in the text is a symbol."""
_SUMS = ("\\sum", "∑", "sum", "Σ", "\\Sigma")
_SUM = regex(
    r"(?:\\sum(?![A-Za-z])|∑|sum(?=_\{?\s*[A-Za-z](?![A-Za-z0-9]))"
    rf"|{_SIGMA_OF_SUM})(?:\s*\\(?:no)?limits)?"
    rf"(?:\s*_\s*[{{(]\s*(?P<braced>[A-Za-z])\s*(?:=\s*[01]\s*)?[)}}]|_(?P<bare>[A-Za-z])(?![A-Za-z0-9])"
    rf"|(?P<signs>[{LETTER_SIGNS}](?![{_SIGNS}])))?"
    rf"(?:\s*\^\s*(?:\{{\s*(?P<count_braced>{COUNT})\s*\}}"
    r"|(?P<count>[A-Za-z])(?![A-Za-z0-9])))?(?P<limit>\s*[_^])?"
)
"""A sum sign with its index and its limits, whose upper one is a count."""
_EXPECTATIONS = ("E", "𝔼", "\\math", "\\operatorname")
_DRAWN = r"(?:\s*[A-Za-z]\s*(?:\\sim|~|∼)\s*)?"
_OF = r"(?:_(?:[A-Za-z]|\\[A-Za-z]+))?(?:\([^()\[\]{}]*\))?"
r"""What may stand around the letter of a distribution: ``z \sim q_\phi(z|x)``."""
_EXPECTATION = regex(
    r"(?:E|𝔼|\\math(?:bb|rm)\s*\{E\}|\\operatorname\s*\{E\}|\\mathbb\s+E)"
    rf"(?:_(?P<bare>{DISTRIBUTION})|_\{{{_DRAWN}(?P<braced>{DISTRIBUTION}){_OF}\}}|(?P<signs>[{LETTER_SIGNS}]+))?"
    r"(?=\s*(?:\\left|\\[bB]igg?l?)?\s*\[)"
)
"""An expectation, which has its argument in square brackets."""
_CLIPS = ("clip", "clamp", "max", "min")
_CALLED = regex(r"\s*(?:\\left\s*)?\(")
"""A bracket behind a name makes it a function."""
_RAISED = regex(r"(?:[²³]|\s*\^\s*(?:\d|\{\d\}))?\s*(?:\\left\s*)?\(")
"""So does one behind a power of it: ``tanh²(x)``."""
_OTHER_LOGARITHM = regex(r"(log2|log10|lg|(log|ln)_\d\w*)\Z")
"""Logarithms to other bases than e."""
_ROOT_DEGREE = regex(r"\s*\[")
"""The degree of another root than the square root."""
_NOTHING = regex(r"[\s~&$]+|@\.(?=[\s(])")
"""Space, and what makes all of a line of Julia entrywise."""
_SIDELESS = regex(r"\\(?:left|right)\s*\.")
"""A side of brackets that is left open."""
_COMMAND_NAMES = (*GREEK, *LATEX_FUNCTIONS, *LATEX_OPERATORS, "frac", "sqrt", "sum", "pi", "left", "right")


def tokenize(text: str, *, matrices: bool = False) -> list[Token]:
    """The tokens of `text`, closed by one of kind ``end``.

    Args:
        text: the formula.
        matrices: whether it may have functions, transposes and products of matrices in it.

    Raises:
        FormulaError: at a sign that has no place in a formula.
    """
    return Lexer(text, matrices=matrices).all()


class Lexer(Numerals, Letters):
    """Reads one token after the other; each method takes one kind at `position` or gives None."""

    def __init__(self, text: str, *, matrices: bool = False) -> None:
        super().__init__(text)
        self.matrices = matrices
        sigmas = len(_SIGMA.findall(text))
        self._sigma_is_sum = not matrices and sigmas == len(_SIGMA_BEFORE_BRACKET.findall(text))
        self.readers: tuple[Callable[[], Token | None], ...] = (
            *((self._transpose, self._product_sign) if matrices else ()),
            self._number,
            self._superscript,
            self._sum,
            self._expectation,
            self._bars,
            self._old_style,
            self._bracket,
            self._operator,
            self._word,
            self._greek,
            self._lone_subscript,
            self._dressed,
            self._command,
        )

    def all(self) -> list[Token]:
        """All tokens, and one of kind ``end``."""
        return [*self.tokens(), Token("end", "the end of the formula", len(self.text), len(self.text))]

    def tokens(self) -> Iterator[Token]:
        while True:
            while self._match(_NOTHING):
                pass
            if self.position >= len(self.text):
                return
            start = self.position
            token = next((found for read in self.readers if (found := read()) or self.position > start), None)
            if token:
                self.previous = token.name if token.kind == "operator" else token.kind
                yield token
                if self.pending:
                    self.previous = self.pending.kind
                    yield self.pending
                    self.pending = None
            elif self.position == start:
                raise self._unexpected()

    def _unexpected(self) -> FormulaError:
        if found := leftover(self.text, self.position):
            return self._error(found[0], self.position, found[1])
        sign = "=" if _EQUATION.search(self.text, self.position) else self._sign
        sign = "'" if sign in "′’" else sign
        hint = {
            "=": "give the right-hand side only",
            "_": r"a subscript is a name or a number: \sigma_1, mu_p, x_{12}",
            "'": "write sum(mu^2) for a transpose, and a name without it for another quantity",
        }.get(sign, "a formula has numbers, symbols, + - * / ^, brackets and functions such as log")
        quoted = f"'{self._sign}'" if self._sign != "'" else '"\'"'
        return self._error(f"unexpected {quoted} in the formula", self.position, hint)

    def _transpose(self) -> Token | None:
        start = self.position
        found = self._match(TRANSPOSE)
        return found and Token("transpose", "inverse" if found["inverse"] else "", start, self.position)

    def _product_sign(self) -> Token | None:
        start = self.position
        return Token("operator", "@", start, self._advance(1)) if self._sign == "@" else None

    def _sum(self) -> Token | None:
        start = self.position
        if not self.text.startswith(_SUMS, start):
            return None
        if self._sigma_is_sum and self._match(_SIGMA_BEFORE_BRACKET):
            return Token("reduction", "sum", start, self.position)
        if not (found := self._match(_SUM)):
            return None
        if found["limit"]:
            hint = r"write \sum_j or \sum_{j=1}^{J}; the vectors say how many entries there are"
            raise self._error("these limits of a sum are not understood", found.end() - 1, hint)
        count = found["count"] or found["count_braced"] or ""
        return Token("reduction", "sum", start, self.position, index=subscript(found), count=count)

    def _expectation(self) -> Token | None:
        start = self.position
        if not self.text.startswith(_EXPECTATIONS, start) or not (found := self._match(_EXPECTATION)):
            return None
        return Token("reduction", "E", start, self.position, index=subscript(found))

    def _operator(self) -> Token | None:
        start, sign = self.position, self._sign
        if sign == "√":
            return Token("function", "sqrt", start, self._advance(1))
        if self.text.startswith("**", start):
            return Token("operator", "^", start, self._advance(2))
        if sign in OPERATORS:
            return Token("operator", OPERATORS[sign], start, self._advance(1))
        entrywise = self.text[start + 1 : start + 2]
        if sign == "." and entrywise in OPERATORS:  # Julia's x.^2
            return Token("operator", OPERATORS[entrywise], start, self._advance(2))
        return None

    def _word(self) -> Token | None:
        start = self.position
        found = self._match(_WORD)
        return found and self._named(found[0], start)

    def _named(self, word: str, start: int) -> Token:
        if self.matrices and (function := matrix_function(word, self.text, self.position)):
            return Token("function", function, start, self.position)
        if word in WORD_FUNCTIONS:
            return self._joined(word, start) or self._function(WORD_FUNCTIONS[word], start)
        if _OTHER_LOGARITHM.match(word):
            raise self._other_logarithm(start)
        if word in ("sum", "mean"):
            return Token("reduction", word, start, self.position)
        if word in _CLIPS and _CALLED.match(self.text, self.position):
            return Token("clip", word, start, self.position)
        if word in LOGISTIC and _RAISED.match(self.text, self.position):
            return self._function(word, start)
        if word in ("pi", "e"):
            return self._constant(word, start)
        return self._symbol(word, start)

    def _function(self, name: str, start: int) -> Token:
        if name == "log" and subscript_at(self.text, self.position):
            raise self._other_logarithm(start)
        self.position += self.text.startswith(".(", self.position)  # Julia's exp.(x)
        return Token("function", name, start, self.position)

    def _other_logarithm(self, start: int) -> FormulaError:
        # log10, log_10, log_{10} and lg; what else there is has the base 2.
        base = "10" if re.match(r"\\?(log_?\{?10|lg)", self.text[start:]) else "2"
        ratio = rf"\frac{{\log x}}{{\log {base}}}" if self.text[start] == "\\" else f"log(x)/log({base})"
        return self._error("only the natural logarithm is known", start, f"write '{ratio}' for base {base}")

    def _command(self) -> Token | None:
        start = self.position
        if self.matrices and (function := self._match(MATRIX_COMMAND)):
            return Token("function", MATRIX_WORDS[function[1]], start, self.position)
        if self._match(_SIDELESS) or not (found := self._match(_COMMAND)):
            return None
        name = found[0][1:]
        if name in LATEX_IGNORED:
            return None
        if name in BRACKETS:
            return self._tracked(Token(BRACKETS[name], name, start, self.position))
        if name == "over":
            return Token("operator", "over", start, self.position)
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
        if known := leftover(self.text, start):
            raise self._error(known[0], start, known[1])
        hint = nearest(name, _COMMAND_NAMES).replace("'", "'\\", 1)
        raise self._error(f"unknown command '{clipped(found[0])}'", start, hint)

    def _root(self, start: int) -> Token:
        if _ROOT_DEGREE.match(self.text, self.position):
            raise self._error("only square roots have a sign of their own", start, "write 'x^{1/3}'")
        return Token("function", "sqrt", start, self.position)
