"""Which functions are worth following: those in which terms may stand, and those that call them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from klcli.lint.definitions import Definitions, Function, lines_of
from klcli.lint.project import Project
from klcli.lint.source import may_hold_terms

__all__ = ["Relevance", "holds_terms"]

_TOPIC = re.compile(
    r"(?<![A-Za-z])kl(?![a-z])|kld|elbo|latent|vae|reparam|log_?var|log_?std|log_?sigma|z_mean|rsample|Normal\(",
    re.IGNORECASE,
)
_FURTHEST = 3
"""Functions between one that may hold a term and one from which it is followed."""


class Relevance:
    """Decides by the words of functions, and remembers.

    Words decide only what is followed into its callers, and never what a term is.
    """

    def __init__(self, project: Project, seeds: Collection[Function]) -> None:
        """What is worth following in a project.

        Args:
            project: the files.
            seeds: functions in which terms were found.
        """
        self._project = project
        self._seeds = frozenset(seeds)
        self._is_known_seed: dict[Function, bool] = {}
        self._words: dict[Function, frozenset[str]] = {}
        self._names: dict[Definitions, frozenset[str]] = {}

    def __call__(self, function: Function) -> bool:
        """Whether terms may stand in a function, or in one that it calls."""
        return self._is_seed(function) or self.uses(function, self._project.of(function.module))

    def leads_further(self, function: Function) -> bool:
        """Whether there is more to find when the calls and the attributes of a function are followed."""
        here = self._project.of(function.module)
        own = function.owner is not None and any(
            self._is_seed(one) for one in function.owner.methods.values()
        )
        return (own and holds_terms(function)) or self.uses(function, here)

    def uses(self, function: Function, other: Definitions) -> bool:
        """Whether a function names one of those of a module in which terms may stand."""
        names = self._relevant_names(other) - {function.name.rpartition(".")[2]}
        return not names.isdisjoint(self._words_of(function))

    def _is_seed(self, function: Function) -> bool:
        found = self._is_known_seed.get(function)
        if found is None:
            text = _text(function)
            found = function in self._seeds or (_TOPIC.search(text) is not None and may_hold_terms(text))
            self._is_known_seed[function] = found
        return found

    def _relevant_names(self, other: Definitions) -> frozenset[str]:
        """The names of functions and classes of a module that may hold terms, or use others that may."""
        if other not in self._names:
            found = {name for name in other.imports if self._is_imported(other, name)}
            waiting = list(other.functions)
            for _ in range(_FURTHEST):
                fresh = [one for one in waiting if self._is_seed(one) or found & self._words_of(one)]
                waiting = [one for one in waiting if one not in fresh]
                found.update(one.name.rpartition(".")[2] for one in fresh)
                found.update(one.owner.name for one in fresh if one.owner)
            self._names[other] = frozenset(found - {"__init__", "__call__", "forward", "call"})
        return self._names[other]

    def _is_imported(self, other: Definitions, name: str) -> bool:
        """Whether a name stands for something of a file of the project that may hold terms."""
        found = self._project.imported(other, name)
        if isinstance(found, Definitions):
            return self._project.outlines[found.top.module.path].is_worth
        if isinstance(found, Function):
            return self._is_seed(found)
        return found is not None and any(self._is_seed(one) for one in found.methods.values())

    def _words_of(self, function: Function) -> frozenset[str]:
        if function not in self._words:
            self._words[function] = frozenset(
                getattr(node, "attr", getattr(node, "id", ""))
                for line in function.body
                for node in ast.walk(line)
                if isinstance(node, ast.Name | ast.Attribute)
            )
        return self._words[function]


def holds_terms(function: Function) -> bool:
    """Whether a function may hold a term by itself."""
    return may_hold_terms(_text(function))


def _text(function: Function) -> str:
    if function.node is None:
        return function.module.text
    return "\n".join(lines_of(function.module)[function.node.lineno - 1 : function.node.end_lineno])
