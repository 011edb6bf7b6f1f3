r"""What is written around a letter and belongs to its name: styles, accents, subscripts, indices above.

``\boldsymbol{\mu}`` is ``mu``, ``\hat\sigma_j`` is ``sigma_hat_j``, ``\mu_j^{(i)}`` is ``mu_i_j``: an index
in brackets stands before a subscript, so that a sum over the subscript still finds it at the end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from klcli.formula.character_tables import GREEK, SUBSCRIPTS, letter
from klcli.formula.read.latex_commands import ACCENTS, COMBINING, LATEX_VARIANTS, STYLES
from klcli.formula.symbol_names import MAX_NAME
from klcli.lazy_regex import regex

LETTER_SIGNS = "".join(sign for plain, sign in SUBSCRIPTS.items() if plain.isalpha())
_SIGNS = "".join(SUBSCRIPTS.values())
_FROM_SUBSCRIPT = {sign: plain for plain, sign in SUBSCRIPTS.items()}
_GREEK = rf"\\(?:{'|'.join((*GREEK, *LATEX_VARIANTS))})(?![A-Za-z])|[{''.join(GREEK.values())}]"
_INDEX = rf"[A-Za-z0-9]+|{_GREEK}"
_STYLE = rf"\\(?:{'|'.join(STYLES)})(?![A-Za-z])\*?"
_PIECE = (
    rf"(?:{_STYLE}\s*(?:\{{\s*(?:{_INDEX})\s*\}}|{_GREEK}|[A-Za-z](?![A-Za-z]))"
    rf"|[A-Za-z]\s*[-+−]\s*\d(?!\d)|{_INDEX})"
)
_PIECES = rf"{_PIECE}(?:(?:\s*[,;|]\s*|\s+){_PIECE})*"

DISTRIBUTION = rf"[A-Za-z]{{1,{MAX_NAME}}}|{_GREEK}"
_MAY_BE_SUBSCRIPT = regex(rf"\s*_|[{_SIGNS}]")
"""The first look, as most letters have no subscript."""
_SUBSCRIPT = regex(
    rf"\s*_\s*\{{\s*(?P<braced>{_PIECES})\s*\}}|_(?P<bare>{_INDEX})|(?P<signs>[{_SIGNS}]+)"
    rf"|_\s*(?P<styled>{_STYLE}\s*(?:\{{\s*(?:{_INDEX})\s*\}}|{_GREEK}))"
)
"""A subscript: in braces, bare, lowered signs, or a letter in a style."""
_MAY_BE_ABOVE = regex(r"\s*\^\s*[{(*\\⋆]")
"""The first look, as most powers are numbers."""
_ABOVE = regex(
    r"\s*\^\s*(?:\{\s*(?P<power>2)?\s*[(\[]\s*(?P<inner>[A-Za-z]|\d|[A-Za-z]\s*,\s*[A-Za-z])\s*[)\]]"
    r"\s*(?:\^?\s*(?P<late>2))?\s*\}"
    r"|\((?P<bare>[ijkl])\)"
    r"|(?P<star>\{\s*(?:\*|\\(?:star|ast)|∗|⋆)\s*\}|\\star(?![A-Za-z])|⋆|\*(?=\s*[-+)\]}/^_,]|\s*\Z))"
    r"|\{\s*\\text[a-z]*\s*\{\s*(?P<word>[A-Za-z0-9]+)(?<!\bT)\s*\}\s*\})"
)
r"""An index above a letter: ``^{(i)}``, ``^{2(i)}`` beside a square, ``^*``, ``^{\text{prior}}``."""

COUNT = (
    rf"(?:[A-Za-z]|{_STYLE}\s*\{{[^{{}}]*\}})"
    rf"(?:_\s*(?:[A-Za-z0-9]|\{{\s*(?:{_STYLE}\s*)?\{{?[A-Za-z0-9]+(?:\s+[A-Za-z0-9]+)*\}}?\s*\}}|{_STYLE}\s*\{{[^{{}}]*\}}))?"
)
r"""How many entries a sum runs over, by name: ``J``, ``d_z``, ``\text{dim}``."""

_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_COMMANDS = "|".join((*STYLES, *ACCENTS))
DRESSED = regex(
    rf"\\(?P<command>{_COMMANDS})(?![A-Za-z])\*?\s*"
    rf"(?:(?P<group>{_GROUP})|(?P<sign>\\[A-Za-z]+|[A-Za-z]|[{''.join(GREEK.values())}]))"
)
"""A style or an accent with what it is put on."""
_WORD = regex(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
"""A name, with parts between dashes."""


def subscript_at(text: str, place: int) -> re.Match[str] | None:
    """What is written at a place as a subscript; where nothing is, the long pattern need not be compiled."""
    return _SUBSCRIPT.match(text, place) if _MAY_BE_SUBSCRIPT.match(text, place) else None


def index_above(text: str, place: int) -> re.Match[str] | None:
    """What is written at a place as an index above a letter; by the same two looks."""
    return _ABOVE.match(text, place) if _MAY_BE_ABOVE.match(text, place) else None


def subscript(found: re.Match[str]) -> str:
    """The subscript that `subscript_at`, or a pattern with its groups braced, bare and signs, found."""
    groups: Mapping[str, str | None] = found.groupdict()
    if signs := groups["signs"]:
        return "".join(_FROM_SUBSCRIPT[sign] for sign in signs)
    written = groups["braced"] or groups["bare"] or groups.get("styled") or ""
    is_word = written.isascii() and written.isalnum()  # and needs no long pattern, as most do not
    # Words, letters with styles, and single signs each for itself.
    pieces = [_plain(piece) for piece in ([written] if is_word else re.findall(_PIECE, written))]
    return ("" if all(len(piece) == 1 for piece in pieces) else "_").join(pieces)


def _plain(piece: str) -> str:
    """One index without its style: ``t-1`` is ``tminus1``."""
    # A style stands in front, as a command.
    unstyled = re.sub(rf"\A{_STYLE}\s*", "", piece) if piece.startswith("\\") else piece
    bare = unstyled.strip("{} \t\n")
    # Signs become words: a name has letters and digits only.
    bare = re.sub(r"\s*[-−]\s*", "minus", re.sub(r"\s*\+\s*", "plus", bare))
    return LATEX_VARIANTS.get(bare.removeprefix("\\"), letter(bare) or bare.removeprefix("\\"))


def above(name: str, index: str) -> str:
    """A name with an index that stands above it, in front of its subscripts."""
    base, line, rest = name.partition("_")
    return f"{base}_{''.join(index.replace(',', ' ').split())}{line}{rest}"


def dressed(text: str) -> str | None:
    r"""The name in a text of a letter or word with styles and accents; None for any other text."""
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        return dressed(text[1:-1])
    if found := DRESSED.match(text):
        inner = dressed(found["group"] or found["sign"])
        accent = ACCENTS.get(found["command"])
        name = above(inner, accent) if inner and accent else inner
        return name and _lowered(name, text[found.end() :])
    plain = text.replace("\\_", "_")
    if _WORD.fullmatch(plain):
        return plain
    # A Greek letter by its name with a backslash.
    if found := re.match(_GREEK, text):
        return _lowered(_plain(found[0]), text[found.end() :])
    if text and (name := letter(text[0])) and len(text) == 1:
        return name
    return None


def _lowered(name: str, rest: str) -> str | None:
    """A name with the subscript that is all the rest."""
    if not rest.strip():
        return name
    found = _SUBSCRIPT.fullmatch(rest.rstrip())
    return f"{name}_{subscript(found)}" if found else None


def combining(text: str, place: int) -> str:
    """The accent that a combining sign at a place puts on the letter before it, as in ``σ̂``."""
    return COMBINING.get(text[place : place + 1], "")
