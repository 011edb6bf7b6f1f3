"""Which functions are worth following: those in which terms may stand, and those that call them."""

from __future__ import annotations

import re

from klcli.lint.definitions import Definitions, Function
from klcli.lint.project import Project
from klcli.lint.source import may_hold_terms

__all__ = ["Relevance"]

_WORD = re.compile(r"[A-Za-z_]\w*")


class Relevance:
    """Decides by the words of functions, and remembers."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._words: dict[Function, frozenset[str]] = {}
        self._names: dict[Definitions, frozenset[str]] = {}

    def __call__(self, function: Function) -> bool:
        """Whether a function may hold a term, or calls one that may."""
        return self.uses(function, self._project.of(function.module)) or may_hold_terms(self._text(function))

    def uses(self, function: Function, other: Definitions) -> bool:
        """Whether a function names one of those of a module in which terms may stand."""
        names = self._relevant_names(other) - {function.name.rpartition(".")[2]}
        return not names.isdisjoint(self._words_of(function))

    def _relevant_names(self, other: Definitions) -> frozenset[str]:
        """The names of functions and classes of a module that may hold terms, or use others that may."""
        if other not in self._names:
            found: set[str] = set()
            waiting = list(other.functions)
            while True:
                fresh = [one for one in waiting if may_hold_terms(self._text(one)) or found & self._words_of(one)]
                if not fresh:
                    break
                waiting = [one for one in waiting if one not in fresh]
                found.update(one.name.rpartition(".")[2] for one in fresh)
                found.update(one.owner.name for one in fresh if one.owner)
            self._names[other] = frozenset(found - {"__init__", "__call__", "forward", "call"})
        return self._names[other]

    def _words_of(self, function: Function) -> frozenset[str]:
        if function not in self._words:
            self._words[function] = frozenset(_WORD.findall(self._text(function)))
        return self._words[function]

    def _text(self, function: Function) -> str:
        if function.node is None:
            return function.module.text
        lines = function.module.text.split("\n")
        return "\n".join(lines[function.node.lineno - 1 : function.node.end_lineno])
