"""A row of the table of names: what a kind of name suggests, names of it, and names that only look so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from klcli.lazy_regex import regex
from klcli.values import dataclass

REMEMBERED = 1024
"""Names whose kind is remembered: 99 of 100 files of PyTorch have fewer, and each is asked for many times."""
_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
"""A word of ``ref_log_prob``, ``refLogProb`` and ``REFLogProb2``: by blanks, humps and digits."""


@dataclass(frozen=True, slots=True)
class NameKind:
    """Names that suggest the same.

    Attributes:
        meaning: what a name of this kind suggests, as in "a mean".
        examples: names that are of this kind.
        others: names that look like it and are not.
        says: whether a name is of this kind.
        pattern: the regular expression behind it; empty for a kind that is made of words.
    """

    meaning: str
    examples: tuple[str, ...]
    others: tuple[str, ...]
    says: Callable[[str], bool]
    pattern: str = ""


def _kind(
    meaning: str, examples: str, others: str, says: Callable[[str], bool], pattern: str = ""
) -> NameKind:
    return NameKind(meaning, tuple(examples.split()), tuple(others.split()), says, pattern)


def whole(meaning: str, pattern: str, examples: str, others: str, flags: int = re.IGNORECASE) -> NameKind:
    """Names that are matched from their beginning to their end.

    Args:
        meaning: what they suggest.
        pattern: the regular expression.
        examples: names of this kind, with blanks between them.
        others: names that are none, likewise.
        flags: of the regular expression; capital letters are small ones but where they matter.
    """
    found = regex(pattern, flags)
    return _kind(meaning, examples, others, lambda name: found.fullmatch(name) is not None, pattern)


def beginning(meaning: str, pattern: str, examples: str, others: str, flags: int = re.IGNORECASE) -> NameKind:
    r"""Names whose beginning is matched, and their end where the pattern says so by ``\Z``; see `whole`.

    Args:
        meaning: what such a name suggests.
        pattern: a regular expression.
        examples: of such names, with blanks between them.
        others: names that only look so, likewise.
        flags: of the expression.
    """
    found = regex(pattern, flags)
    return _kind(meaning, examples, others, lambda name: found.match(name) is not None, pattern)


def anywhere(meaning: str, pattern: str, examples: str, others: str, flags: int = re.IGNORECASE) -> NameKind:
    """Names, and texts with names in them, of which any part is matched; see `whole`.

    Args:
        meaning: what such a name suggests.
        pattern: a regular expression.
        examples: of such names, with blanks between them.
        others: names that only look so, likewise.
        flags: of the expression.
    """
    found = regex(pattern, flags)
    return _kind(meaning, examples, others, lambda name: found.search(name) is not None, pattern)


def containing(meaning: str, parts: str, examples: str, others: str) -> NameKind:
    """Names and texts with one of these in them, which is found in whole files as fast as they are read.

    Args:
        meaning: what they suggest.
        parts: small letters, digits and dashes, with blanks between the parts.
        examples: names of this kind, with blanks between them.
        others: names that are none, likewise.
    """
    wanted = tuple(parts.split())

    def says(name: str) -> bool:
        lowered = name.lower()
        return any(part in lowered for part in wanted)

    return _kind(meaning, examples, others, says)


def among(meaning: str, names: Iterable[str], others: str) -> NameKind:
    """These names and no others.

    Args:
        meaning: what they suggest.
        names: of this kind.
        others: names that are none, with blanks between them.
    """
    known = tuple(dict.fromkeys(names))
    return NameKind(meaning, known, tuple(others.split()), lambda name: name in known)


def worded(meaning: str, words: str, examples: str, others: str) -> NameKind:
    """Names that have one of these among their words; ``log-ratio`` is two words, the one after the other.

    Args:
        meaning: what they suggest.
        words: small letters, with blanks between the words.
        examples: names of this kind, with blanks between them.
        others: names that are none, likewise.
    """
    wanted = frozenset(tuple(word.split("-")) for word in words.split())

    def says(name: str) -> bool:
        found = words_of(name)
        return not wanted.isdisjoint((*((word,) for word in found), *pairwise(found)))

    return _kind(meaning, examples, others, says)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in small letters: ``ref``, ``log``, ``prob`` of ``ref_logProb``."""
    return tuple(word.lower() for word in _WORD.findall(name))
