"""The files that are linted together, so that a function can be followed from one into another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from klcli.lint.source import Module, may_hold_terms

__all__ = ["Outline", "Project", "outline"]

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import|import[ \t]+([.\w]+))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a cheap look at a source says.

    Attributes:
        path: where it stands.
        is_worth: whether it may hold terms and has to be followed.
        imports: the modules that it imports, as they are written.
    """

    path: str
    is_worth: bool
    imports: frozenset[str]


def outline(text: str, path: str) -> Outline:
    """A cheap look at a source, without parsing it."""
    imports = frozenset(first or second for first, second in _IMPORT.findall(text))
    return Outline(path, may_hold_terms(text), imports)


class Project:
    """The files of one run; modules are loaded when something leads to them, and kept.

    Attributes:
        outlines: of every file, by path.
    """

    def __init__(self, outlines: Iterable[Outline], load: Callable[[str], Module | None]) -> None:
        """A project of files.

        Args:
            outlines: of all files.
            load: gives the module of a path; None where it cannot be read.
        """
        self.outlines = {found.path: found for found in outlines}
        self._load = load
        self._modules: dict[str, Module | None] = {}

    def module(self, path: str) -> Module | None:
        """The module at a path."""
        if path not in self._modules:
            self._modules[path] = self._load(path)
        return self._modules[path]
