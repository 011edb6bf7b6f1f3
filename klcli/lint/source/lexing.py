"""The tokens and logical lines of source that may be no valid Python; nothing stops the reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from klcli.lazy_regex import regex
from klcli.values import dataclass

_TOKEN = regex(
    r"""
      (?P<space>   [ \t\f]+ | \\\n )
    | (?P<newline> \n )
    | (?P<comment> \#[^\n]* )
    | (?P<triple>  (?i:[bruft]{0,2}) (?:\"{3}|'{3}) )
    | (?P<string>  (?i:[bruft]{0,2})
                   (?: "[^"\\\n]*(?:\\.[^"\\\n]*)*" | '[^'\\\n]*(?:\\.[^'\\\n]*)*' ) )
    | (?P<number>  \.?\d (?:[eE][+-]\d|[\w.])* )
    | (?P<name>    \w+ )
    | (?P<open>    [(\[{] )
    | (?P<close>   [)\]}] )
    | (?P<junk>    ["'] [^\\\n]*(?:\\.[^\\\n]*)* )
    | (?P<sign>    <> | >> | == | != | . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every character is in some token, a sign if nothing else, so that nothing stops the reading; a quote that
is never closed is junk up to the end of its line."""
_CLOSING = {
    '"': regex(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL),
    "'": regex(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL),
}
"""The rest of a string in three quotes, by its quote, which ends it neither escaped nor once nor twice."""
_TO_LINE_END = regex(r"[^\\\n]*(?:\\.[^\\\n]*)*", re.DOTALL)
"""Over escaped line ends, which do not end a string."""
_BEGINS_ANEW = regex(
    r"[ \t]*(?:(?:def|class|async[ ]def|import|while|with|del|global|assert)[ ]+[\w(\"']|print[ ]+[\"']"
    r"|from[ ]+[.\w]+[ ]+import\b|(?:return|raise|pass|break|continue|elif|except)\b"
    r"|(?:try|else|finally)[ ]*:)"
)
"""What no line inside brackets begins with: there the brackets before it were never closed."""


@dataclass(frozen=True, slots=True)
class SourceToken:
    """A token; comments and blanks are none.

    Attributes:
        kind: the group of the pattern that it fits.
        text: as it is written.
        start: where, in the source.
        depth: of the brackets around it.
    """

    kind: str
    text: str
    start: int
    depth: int

    @property
    def end(self) -> int:
        """Where it ends, in the source."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """A logical line: a simple statement or several, or what a compound statement begins with.

    Attributes:
        start: where its first physical line begins, in the source.
        number: of its first physical line, from 1.
        width: of its indentation, tabs taken to the next multiple of eight.
        tokens: at least one.
    """

    start: int
    number: int
    width: int
    tokens: tuple[SourceToken, ...]

    @property
    def first(self) -> str:
        """Its first word or sign."""
        return self.tokens[0].text

    @property
    def end(self) -> int:
        """Where its last token ends, in the source."""
        return self.tokens[-1].end

    @property
    def is_header(self) -> bool:
        """Whether a block has to follow."""
        last = self.tokens[-1]
        is_outside = last.depth == 0 or self.first in ("def", "class")  # or its bracket was never closed
        return last.text == ":" and is_outside and len(self.tokens) > 1

    @property
    def is_magic(self) -> bool:
        """Whether it is a command to the notebook, or a question."""
        return self.tokens[0].kind == "magic" or (self.tokens[-1].text == "?")


def logical_lines(text: str) -> Iterator[LogicalLine]:
    """The logical lines of a source, in their order; blank lines and comments belong to none.

    Brackets and strings that are never closed end where a statement surely begins.
    """
    tokens: list[SourceToken] = []
    start = number = at = depth = 0
    here = 1
    open_ended: set[str] = set()
    while at < len(text):
        kind, part = _token(text, at, tokens, open_ended)
        if kind == "newline" and (not depth or _BEGINS_ANEW.match(text, at + 1)):
            if tokens:
                yield _line(text, start, number, tokens)
            tokens, start, depth = [], at + 1, 0
        elif kind not in ("newline", "space", "comment"):
            number = number if tokens else here
            depth = max(0, depth - (kind == "close"))
            tokens.append(SourceToken(kind, part, at, depth))
            depth += kind == "open"
        here += part.count("\n")
        at += len(part)
    if tokens:
        yield _line(text, start, number, tokens)


def _token(text: str, at: int, before: list[SourceToken], open_ended: set[str]) -> tuple[str, str]:
    """The kind and the text of the token at a place.

    Args:
        text: the source.
        at: the place.
        before: the tokens of the same logical line.
        open_ended: the quotes of long strings that end nowhere from here on; grows.
    """
    found = _TOKEN.match(text, at)
    assert found is not None  # the last alternative takes any character
    assert found.lastgroup is not None
    kind, part = found.lastgroup, found[0]
    if kind == "triple":
        quote = part[-1]
        if quote not in open_ended and (body := _CLOSING[quote].match(text, found.end())):
            return "string", part + body[0]
        open_ended.add(quote)
        return "junk", part + _TO_LINE_END.match(text, found.end())[0]  # type: ignore[index]
    if part in ("%", "!", "?") and (not before or (before[-1].text == "=" and before[-1].depth == 0)):
        return "magic", _TO_LINE_END.match(text, at)[0]  # type: ignore[index]
    return kind, part


def _line(text: str, start: int, number: int, tokens: list[SourceToken]) -> LogicalLine:
    indentation = text[start : tokens[0].start].rpartition("\f")[2]
    # As Python has it: tabs go to multiples of eight.
    return LogicalLine(start, number, len(indentation.expandtabs(8)), tuple(tokens))
