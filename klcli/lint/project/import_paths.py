"""Which file a module is in that another one imports."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile


class Paths:
    """The files of a project by the names of their modules."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Files that import each other.

        Args:
            paths: where they stand.
        """
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._known: dict[tuple[str, str], str | None] = {}
        for path in paths:
            self._by_stem[stem(path)].append(path)

    def of(self, source: str, own: str) -> str | None:
        """The file of a module, seen from the file that imports it; the nearest of several.

        Args:
            source: the module, as it is written after ``from`` or ``import``.
            own: the file that imports it.
        """
        known = (source, own)
        if known not in self._known:
            self._known[known] = self._nearest(source, own)
        return self._known[known]

    def _nearest(self, source: str, own: str) -> str | None:
        words = [word for word in source.split(".") if word]
        if not words:
            return None
        level = len(source) - len(source.lstrip("."))
        folder = os.path.dirname(own)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        ending = os.path.join(*words)
        found = [
            path for path in self._by_stem.get(words[-1], ()) if _is_module(path, ending, folder, level > 0)
        ]
        return max(found, key=lambda path: _shared(path, own), default=None)


def _shared(path: str, other: str) -> int:
    """How many folders two paths have in common, from the first."""
    return sum(
        1
        for _ in takewhile(
            lambda pair: pair[0] == pair[1], zip(path.split(os.sep), other.split(os.sep), strict=False)
        )
    )


def stem(path: str) -> str:
    """The last word of a module's name: that of its folder, for a package."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem


def _is_module(path: str, ending: str, folder: str, relative: bool) -> bool:
    plain = os.path.splitext(path)[0].removesuffix(f"{os.sep}__init__")
    if relative:
        return os.path.normpath(plain) == os.path.normpath(os.path.join(folder, ending))
    return plain == ending or plain.endswith(os.sep + ending)
