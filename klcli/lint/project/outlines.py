"""What a cheap look at the files of a project says, before any is parsed."""

from __future__ import annotations

import re

from klcli.lazy_regex import regex
from klcli.lint.source.text_prefilter import is_candidate, is_topical
from klcli.values import dataclass

_IMPORT = regex(
    r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*|\*|(?:[\w, \t]|\\\n)+)"
    r"|import[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*))",
    re.MULTILINE,
)
"""The modules and names of imports, over several lines where brackets or a backslash go on; at any depth."""
_NUMBER = regex(r"(?:^|;[ \t]*)(\w+)[ \t]*=(?:[ \t]*\w+[ \t]*=)*[ \t(]*[\d.]", re.MULTILINE)
"""A name that is given a number, also as one of several: ``a = b = (0.5``."""
_CLASS = regex(r"^class[ \t]+(\w+)", re.MULTILINE)
"""Of the module; those within others are not imported."""
_METHOD = regex(r"^[ \t]+def[ \t]+([a-z]\w+)\(self\b", re.MULTILINE)
"""What begins with a dash is called from within the class only."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a cheap look at a source says.

    Attributes:
        path: where it stands.
        is_candidate: whether it may hold terms and has to be followed.
        is_topical: whether it has the words of those, so that others are followed into it.
        imports: the last words of the modules, and the names, that it imports.
        numbers: the names that it may give to numbers, which other files import.
        methods: the names of the methods of a file that others are followed into.
        classes: the names of its classes.
    """

    path: str
    is_candidate: bool
    imports: frozenset[str]
    is_topical: bool = False
    numbers: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


def outline(text: str, path: str) -> Outline:
    """A cheap look at a source, without parsing it."""
    words: set[str] = set()
    for source, names, modules in _IMPORT.findall(text):
        words.update(part.rpartition(".")[2].strip() for part in (source, *modules.split(",")))
        # The names, and the star of ``from a import *``.
        words.update(re.findall(r"\w+|\*", names))
    numbers = frozenset(_NUMBER.findall(text))
    worth, topical = is_candidate(text), is_topical(text)
    followed = text if worth or topical else ""
    methods = frozenset(_METHOD.findall(followed))
    classes = frozenset(_CLASS.findall(followed))
    return Outline(path, worth, frozenset(words - {""}), topical, numbers, methods, classes)
