"""A place among the tokens of a text: what stands there, what stands around it, what to say about it."""

from __future__ import annotations

from klcli.errors import clipped
from klcli.formula.read.function_notation import without_inputs
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.token_stream import Token
from klcli.formula.read.tokenizer import tokenize


class Cursor:
    """Goes through the tokens of a text from left to right.

    Attributes:
        text: the formula.
        matrices: whether it may have functions, transposes and products of matrices in it.
    """

    def __init__(self, text: str, *, matrices: bool = False) -> None:
        self.text = text
        self.matrices = matrices
        self.tokens = without_inputs(tokenize(text, matrices=matrices), text)
        self.index = 0

    @property
    def token(self) -> Token:
        """The token at hand."""
        return self.tokens[self.index]

    def take(self) -> Token:
        """The token at hand, left behind."""
        self.index += 1
        return self.tokens[self.index - 1]

    def at(self, *operators: str) -> bool:
        """Whether one of these operators is at hand."""
        return self.token.kind == "operator" and self.token.name in operators

    def touching(self) -> bool:
        """Whether nothing stands between the token before and the one at hand."""
        return self.tokens[self.index - 1].end == self.token.start

    def shown(self, first: int, end: int) -> str:
        r"""The text of the tokens from `first` up to `end`, with what changes only its looks (``\left``)."""
        start = self.tokens[first - 1].end if first else 0
        return self.text[start : self.tokens[end - 1].end].strip()

    def written(self, token: Token) -> str:
        """The text of one token, short enough for a message."""
        return clipped(self.text[token.start : token.end])

    def found(self) -> str:
        """The token at hand, for a message."""
        return self.token.name if self.token.kind == "end" else f"'{self.written(self.token)}'"

    def is_command(self, token: Token) -> bool:
        """Whether a token is written as a LaTeX command."""
        return self.text.startswith("\\", token.start)

    def level_end(self, first: int) -> int:
        """Where the brackets end in which the token `first` stands, or the text."""
        nesting = 0
        for place in range(first, len(self.tokens)):
            kind = self.tokens[place].kind
            nesting += (kind == "open") - (kind == "close")
            if nesting < 0 or kind == "end":
                return place
        return len(self.tokens) - 1

    def error(self, problem: str, hint: str = "", token: Token | None = None) -> FormulaError:
        """An error at a token, by default the one at hand.

        Args:
            problem: in words.
            hint: what to write instead.
            token: where it is.
        """
        return FormulaError(problem, self.text, (token or self.token).start, hint)
