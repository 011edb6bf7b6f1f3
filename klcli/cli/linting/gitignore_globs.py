r"""Patterns of a .gitignore, read and matched as git does, in time that grows with pattern times path.

A regular expression for a whole pattern, which tries each way to share a name among its stars, takes minutes
for ``*a*a*a*b``; so each part between two stars is matched where it fits first and is never moved again,
which finds a match if there is one. The rules are those of git's documentation (git-scm.com/docs/gitignore);
where it is silent (brackets, backslashes) those of its wildmatch.c.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from klcli.lazy_regex import regex
from klcli.values import dataclass

_ANY_FOLDERS = None
"""Stands for ``**`` among the expressions for the names of a path."""
_STAR, _SLASH = "*", "/"
_LETTERS_BEFORE_STARS = regex(r"(?P<letters>[^*?\[\\]*[^*?\[\\/])\*\*+(?:/(?P<rest>.*))?", re.DOTALL)
"""``a**`` and ``a**/b``: letters before two stars, which git compares by themselves."""
_NOTHING = "(?!)"
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r"\ \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\ \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
"""The classes in brackets, which git takes for those of ASCII."""


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern.

    Attributes:
        excludes: false for a pattern that takes in again, with ``!`` before it.
        only_folders: whether it speaks of folders alone, with ``/`` behind it.
        anchored: whether it is matched with the whole path from the folder of the patterns, and not with the
            last name of a path alone.
        ways: to spell a path; each has an expression for each name, or None for any number of folders.
    """

    excludes: bool
    only_folders: bool
    anchored: bool
    ways: tuple[Sequence[re.Pattern[str] | None], ...]

    def matches(self, path: Sequence[str], *, is_folder: bool) -> bool:
        """Whether it speaks of a path, given as its names as git sees them; not of what lies in it."""
        if self.only_folders and not is_folder:
            return False
        names = path if self.anchored else path[-1:]
        return any(_match(way, names) for way in self.ways)


def as_git_sees(text: str) -> str:
    """A text with a character for each of its bytes, which are what ``?`` and brackets match."""
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


def glob(line: str) -> Glob | None:
    """The pattern in a line of a .gitignore; None for an empty line and for one that matches nothing."""
    line = as_git_sees(_without_blanks(line))
    excludes = not line.startswith("!")
    line = line.removeprefix("!")
    only_folders = line.endswith("/")
    if only_folders:
        line = line[:-1]
    anchored = "/" in line
    line = line.removeprefix("/")
    ways = [_tokens(way) for way in (_spelled(line) if anchored else (line,))]
    if not all(ways):
        return None
    return Glob(excludes, only_folders, anchored, tuple(_names(tokens, anchored) for tokens in ways))


def _spelled(pattern: str) -> Iterator[str]:
    """The patterns as which git reads one with ``**`` behind letters: ``a**/b`` as ``ab`` or ``a*/**/b``.

    It compares the letters before the first sign by themselves, and what is left begins with ``**``.
    """
    found = _LETTERS_BEFORE_STARS.fullmatch(pattern)
    if found is None:
        yield pattern
    elif found["rest"] is None:
        yield f"{found['letters']}*"
    else:
        yield f"{found['letters']}*/**/{found['rest']}"
        yield from _spelled(found["letters"] + found["rest"])


def _without_blanks(line: str) -> str:
    """A line without the blanks at its end, unless a backslash keeps them."""
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and bare != line else bare


def _match(pattern: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Whether names are those of a pattern: what stands between two ``**`` is put where it fits first."""
    at = name = 0
    retry: tuple[int, int] | None = None
    while name < len(names):
        if at < len(pattern) and (expression := pattern[at]) is _ANY_FOLDERS:
            at += 1
            retry = (at, name)
        elif at < len(pattern) and expression and expression.fullmatch(names[name]):
            at, name = at + 1, name + 1
        elif retry:
            retry = (retry[0], retry[1] + 1)
            at, name = retry
        else:
            return False
    return all(rest is _ANY_FOLDERS for rest in pattern[at:])


def _names(tokens: Sequence[str], anchored: bool) -> list[re.Pattern[str] | None]:
    """The expressions for the names that a pattern has between its slashes."""
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == _SLASH:
            parts.append([])
        else:
            parts[-1].append(token)
    names: list[re.Pattern[str] | None] = []
    for number, part in enumerate(parts):
        if len(part) > 1 and set(part) == {_STAR} and anchored:
            names.append(_ANY_FOLDERS)
            if number + 1 == len(parts):  # "a/**" is what lies in a, and not a itself
                names.append(_expression([_STAR]))
        else:
            names.append(_expression(part))
    return names


def _expression(tokens: Sequence[str]) -> re.Pattern[str]:
    """The expression for one name; a part between two stars is atomic: it stays where it fits first."""
    chunks = [""]
    for token in tokens:
        if token == _STAR:
            chunks.append("")
        else:
            chunks[-1] += token
    first, *between = chunks
    if not between:
        # A name may have a line break in it.
        return re.compile(first, re.DOTALL)
    last = between.pop()
    middle = "".join(f"(?>.*?{chunk})" for chunk in between if chunk)
    # The last part takes what the stars before it leave.
    return re.compile(f"{first}{middle}.*{last}", re.DOTALL)


def _tokens(pattern: str) -> list[str]:
    """Stars, slashes, and an expression for every other character; none for a pattern that is broken."""
    tokens, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if sign in (_STAR, _SLASH):
            tokens.append(sign)
        elif sign == "?":
            tokens.append(".")
        elif sign == "[":
            found = _bracket(pattern, at)
            if found is None:
                return []
            token, at = found
            tokens.append(token)
        else:
            if sign == "\\":
                if at == len(pattern):
                    return []
                sign = pattern[at]
                at += 1
            tokens.append(_SLASH if sign == "/" else _literal(sign))
    return tokens


def _literal(sign: str) -> str:
    """The expression for a character; a star among these is not taken for one that stands for anything."""
    return f"[{sign}]" if sign == _STAR else re.escape(sign)


def _bracket(pattern: str, at: int) -> tuple[str, int] | None:
    """The expression for a set in brackets, and where it ends; None where it does not end or is none."""
    negated = pattern[at : at + 1] in ("!", "^")
    start = at = at + negated
    parts: list[str] = []
    before = ""
    while at < len(pattern) and (at == start or pattern[at] != "]"):
        end = pattern.find("]", at + 2)
        if pattern.startswith("[:", at) and end > at + 2 and pattern[end - 1] == ":":
            name = pattern[at + 2 : end - 1]
            if name not in _CLASSES:
                return None
            parts.append(_CLASSES[name])
            before, at = "", end + 1
            continue
        is_range = pattern[at] == "-" and before and pattern[at + 1 : at + 2] not in ("", "]")
        at += bool(is_range)
        at += pattern[at] == "\\"
        if at == len(pattern):
            return None
        sign = pattern[at]
        at += 1
        if is_range:
            parts += [f"{re.escape(before)}-{re.escape(sign)}"] if before <= sign else []
        else:
            parts.append(re.escape(sign))
        before = "" if is_range else sign
    if at == len(pattern):
        return None
    if not parts:
        return ("." if negated else _NOTHING), at + 1
    return f"[{'^' * negated}{''.join(parts)}]", at + 1
