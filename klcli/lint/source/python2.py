"""Statements of Python 2, and of other versions, put as this Python reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from klcli.lazy_regex import regex
from klcli.lint.source.lexing import LogicalLine, SourceToken
from klcli.lint.source.splicing import Splice

_STATEMENTS = frozenset(("print", "exec", "raise"))
_OPERAND = frozenset(("string", "number", "name"))
_OPERATORS = frozenset(("and", "or", "in", "is", "if", "for"))
_OCTAL = regex(r"0[0-7]+[lL]?\Z")
"""``0777``, which is ``0o777`` today."""
_LONG = regex(r"(?:0[xXoObB][\da-fA-F]+|\d+)[lL]\Z")
"""``10L``, whose end is left out today."""
_BAD_ESCAPE = regex(r"\\([uUxN])")
"""What begins an escape in today's strings, and was plain in those of bytes."""
_ODD_BLANKS = frozenset("\u00a0\u200b\u2009\u2002\u2003\u202f\u3000\ufeff")
"""Blanks of web pages and word processors, and a mark of the order of bytes within a text: Python reads none
of them."""
_MOST_TOKENS = 2000
"""Of a statement that is put in another way; more are those of a table."""
_Rewriting = Callable[[Sequence[SourceToken], int], Iterator[Splice]]


def as_python_3(line: LogicalLine) -> list[Splice]:
    """The changes that may make a logical line valid, in order: lengths are kept where they can be."""
    tokens = line.tokens
    changes: list[Splice] = []
    for at in range(min(len(tokens), _MOST_TOKENS)):
        for rewriting in _REWRITINGS:
            changes += rewriting(tokens, at)
    changes.sort(key=lambda change: (change.start, change.end))
    kept: list[Splice] = []
    for change in changes:
        if not kept or change.start >= kept[-1].end:
            kept.append(change)
    return kept


def is_python_2(line: LogicalLine) -> bool:
    """Whether a logical line has what only Python 2 allows."""
    tokens = line.tokens
    return any(any(rewriting(tokens, at)) for at in range(len(tokens)) for rewriting in _OF_PYTHON_2)


def _statement(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``print x``, ``print >>file, x``, ``exec code in names``, ``raise E, "text"``: with brackets."""
    if tokens[at].text not in _STATEMENTS or not _begins(tokens, at) or at + 1 == len(tokens):
        return
    word, first = tokens[at], tokens[at + 1]
    end = _first(tokens, ";", at)
    inside = tokens[at + 1 : end]
    if word.text == "raise":
        if not any(token.text == "," and not token.depth for token in inside):
            return
    elif first.text != ">>" and not _is_operand(first):
        return
    if not inside:
        return
    blank = first.start > word.end
    yield Splice(word.end, word.end + blank, "(")
    if first.text == ">>":
        yield Splice(first.start, first.end, "  ")
    yield Splice(inside[-1].end, inside[-1].end, ")")


def _first(tokens: Sequence[SourceToken], text: str, start: int = 0) -> int | None:
    """The place of the first such token outside of all brackets."""
    places = range(start, len(tokens))
    return next((n for n in places if tokens[n].text == text and not tokens[n].depth), None)


def _begins(tokens: Sequence[SourceToken], at: int) -> bool:
    return at == 0 or (tokens[at - 1].text in (";", ":") and not tokens[at].depth)


def _is_operand(token: SourceToken) -> bool:
    word = token.kind in _OPERAND and token.text not in _OPERATORS
    return word or token.text in ("`", "~", "{") or token.text.startswith((".", "-"))


def _caught(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``except E, error:`` as ``except E as error:``."""
    if at or tokens[0].text != "except":
        return
    comma, colon = _first(tokens, ","), _first(tokens, ":")
    if comma is None or colon is None or colon < comma:
        return
    if colon == comma + 2 and tokens[comma + 1].kind == "name":
        yield Splice(tokens[comma].start, tokens[comma].end, " as")
    else:
        yield Splice(tokens[comma].start, tokens[colon].start, "")


def _sign(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``<>`` as ``!=``, backticks as brackets."""
    token = tokens[at]
    if token.text == "<>":
        yield Splice(token.start, token.end, "!=")
    if token.text == "`":
        opens = sum(earlier.text == "`" for earlier in tokens[:at]) % 2 == 0
        yield Splice(token.start, token.end, "(" if opens else ")")


def _number(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``10L`` without its letter, ``0777`` as ``0o777``."""
    token = tokens[at]
    if token.kind != "number":
        return
    if _LONG.match(token.text):
        yield Splice(token.end - 1, token.end, " ")
    if _OCTAL.match(token.text) and token.text.strip("0lL"):
        yield Splice(token.start, token.start + 1, "0o")


def _prefix(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``ur"text"`` as ``r"text"``."""
    token = tokens[at]
    if token.kind == "string" and token.text[:2].lower() == "ur":
        yield Splice(token.start, token.start + 1, " ")


def _parameters(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``def f(a, (b, c)):`` and ``lambda (b, c): b`` with the first name alone: no length changes."""
    token = tokens[at]
    if token.text != "(" or at == 0:
        return
    headed = tokens[0].text == "def" and token.depth == 1 and tokens[at - 1].text in ("(", ",")
    if not headed and not _is_of_lambda(tokens, at):
        return
    inside = list(takewhile(lambda one: one.depth > token.depth, tokens[at + 1 :]))
    name = next((n for n, inner in enumerate(inside) if inner.kind == "name"), None)
    if name is not None and at + 1 + len(inside) < len(tokens):
        left_out = (token, *inside[:name], *inside[name + 1 :], tokens[at + 1 + len(inside)])
        for inner in left_out:
            yield Splice(inner.start, inner.end, " " * len(inner.text))


def _is_of_lambda(tokens: Sequence[SourceToken], at: int) -> bool:
    """Whether a bracket stands where a lambda has a parameter."""
    depth = tokens[at].depth
    if tokens[at - 1].text not in ("lambda", ","):
        return False
    for earlier in reversed(tokens[:at]):
        if earlier.depth == depth and earlier.text in ("lambda", ":"):
            return earlier.text == "lambda"
        if earlier.depth < depth:
            return False
    return False


def _keyword(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``async`` as a name, as it was until Python 3.7: ``x.cuda(async=True)``."""
    token = tokens[at]
    if token.text == "async" and (at + 1 == len(tokens) or tokens[at + 1].text not in ("def", "with", "for")):
        yield Splice(token.start, token.end, "async_")


def _text(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """Backslashes that began no escape in the byte strings of Python 2: the U in the path of a user."""
    token = tokens[at]
    prefix = token.text[: token.text.find(token.text[-1])].lower()
    if token.kind == "string" and "\\" in token.text and not set(prefix) & {"r", "b"}:
        for found in _BAD_ESCAPE.finditer(token.text):
            yield Splice(token.start + found.start(), token.start + found.start() + 1, "/")


def _blank(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """Blanks of other scripts and widths, which come with code that was copied from a page."""
    token = tokens[at]
    if token.text in _ODD_BLANKS:
        yield Splice(token.start, token.end, " ")


def _magic(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``files = !ls``, a command to the notebook, as None."""
    token = tokens[at]
    if token.kind == "magic":
        yield Splice(token.start, token.end, "None" + "\n" * token.text.count("\n"))


def _type_parameters(tokens: Sequence[SourceToken], at: int) -> Iterator[Splice]:
    """``def f[T](x: T)`` and ``class A[T]:`` of Python 3.12 without their parameters."""
    if at != 2 or tokens[0].text not in ("def", "class") or tokens[2].text != "[":
        return
    end = _first(tokens, "]", at)
    if end is not None:
        yield Splice(tokens[2].start, tokens[end].end, "")


_OF_PYTHON_2: tuple[_Rewriting, ...] = (_statement, _sign, _number, _prefix, _parameters)
_REWRITINGS = (*_OF_PYTHON_2, _caught, _keyword, _text, _blank, _magic, _type_parameters)
