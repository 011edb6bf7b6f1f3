"""Which functions are worth following: those in which terms may stand, and those that call them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from functools import lru_cache

from klcli.formula.read.calls.table import OPERATIONS
from klcli.lazy_regex import regex
from klcli.lint.project.definitions import Definitions, SourceFunction, lines_of
from klcli.lint.project.files import Project
from klcli.lint.source.module import Module
from klcli.lint.source.text_prefilter import (
    gives_density,
    has_calls,
    is_topical,
    may_combine,
    may_compute,
    may_hold_terms,
    takes_densities,
    with_own_names,
    without_comments,
)

_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WORD = regex(r"[^\W\d]\w*")
"""A name in any alphabet, which begins with no digit."""
_COMMON = frozenset(("__init__", "__call__", "forward", "call", *OPERATIONS))
"""Names that tell nothing of what is called: those of operations are read as such."""
_FURTHEST = 3
"""Functions between one that may hold a term and one from which it is followed."""


class Relevance:
    """Decides by the words of functions, and remembers.

    Words decide only what is followed into its callers, and never what a term is.
    """

    def __init__(self, project: Project, seeds: Collection[SourceFunction]) -> None:
        """What is worth following in a project.

        Args:
            project: the files.
            seeds: functions in which terms were found; beside these, all that computes a density is followed,
                too, and otherwise what is called a density.
        """
        self._project = project
        self._seeds = frozenset(seeds)
        self._is_known_seed: dict[SourceFunction, bool] = {}
        self._words: dict[SourceFunction, frozenset[str]] = {}
        self._names: dict[Definitions, frozenset[str]] = {}

    def __call__(self, function: SourceFunction) -> bool:
        """Whether terms may stand in a function, or in one that it calls; or what a term is made of."""
        if self._is_seed(function) or (self._is_of_seeds(function) and has_calls(_code(function))):
            return True
        return self.uses(function, self._project.of(function.module))

    def leads_further(self, function: SourceFunction) -> bool:
        """Whether there is more to find when the calls and the attributes of a function are followed."""
        here = self._project.of(function.module)
        if (self._is_of_seeds(function) and _may_take_part(function)) or self.uses(function, here):
            return True
        return self._has_distributions(function, here)

    def _has_distributions(self, function: SourceFunction, here: Definitions) -> bool:
        """Whether a method takes densities of what its class may have as parts that give distributions."""
        if function.owner is None or not takes_densities(_code(function)):
            return False
        node = function.owner.node
        lines = _lines(function.module)[node.lineno - 1 : node.end_lineno]
        return not self._relevant_names(here).isdisjoint(_WORD.findall("\n".join(lines)))

    def uses(self, function: SourceFunction, other: Definitions) -> bool:
        """Whether a function names one of those of a module in which terms may stand."""
        names = self._relevant_names(other) - {function.name.rpartition(".")[2]}
        return not names.isdisjoint(self._words_of(function))

    def _is_of_seeds(self, function: SourceFunction) -> bool:
        """Whether a method belongs to a class with others in which terms may stand."""
        return function.owner is not None and any(map(self._is_seed, function.owner.methods.values()))

    def _is_seed(self, function: SourceFunction) -> bool:
        found = self._is_known_seed.get(function)
        if found is None:
            text = _text(function)
            words = is_topical(text) or gives_density(text if self._seeds else function.name)
            found = function in self._seeds or (words and _may_take_part(function))
            self._is_known_seed[function] = found
        return found

    def _relevant_names(self, other: Definitions) -> frozenset[str]:
        """The names of functions and classes of a module that may hold terms, or use others that may."""
        if other not in self._names:
            found = {part for name in other.imports for part in self._imported_names(other, name)} - _COMMON
            found |= _names_of(
                one for module in self._project.whole(other) for one in module.functions if self._is_seed(one)
            )
            waiting = list(other.functions)
            for _ in range(_FURTHEST):
                fresh = [one for one in waiting if self._is_seed(one) or found & self._words_of(one)]
                waiting = [one for one in waiting if one not in fresh]
                found |= _names_of(fresh)
            self._names[other] = frozenset(found)
        return self._names[other]

    def _imported_names(self, other: Definitions, name: str) -> Collection[str]:
        """The name of something of a file of the project that may hold terms; for a module, those in it."""
        found = self._project.imported(other, name)
        if isinstance(found, Definitions):
            return _names_of(one for one in found.functions if self._is_seed(one))
        if isinstance(found, SourceFunction):
            return [name] if self._is_seed(found) else []
        return [name] if found and any(self._is_seed(one) for one in found.methods.values()) else []

    def _words_of(self, function: SourceFunction) -> frozenset[str]:
        if function not in self._words:
            self._words[function] = frozenset(_WORD.findall(_code(function)))
        return self._words[function]


def _names_of(functions: Iterable[SourceFunction]) -> set[str]:
    """The names by which functions are used: their own, and those of their classes."""
    found = set()
    for one in functions:
        found.add(one.name.rpartition(".")[2])
        if one.owner:
            found.add(one.owner.name)
    return found - _COMMON


def holds_terms(function: SourceFunction) -> bool:
    """Whether a function may hold a term by itself, without what others compute for it."""
    code = _code(function)
    if not may_hold_terms(code):
        return False
    outer = function
    while outer.outer is not None and outer.outer.node is not None:
        outer = outer.outer
    script = code if function.node is None else _code(outer.outer or outer)
    around = script if outer is function else f"{_code(outer)}\n{script}"
    return may_compute(code, around)


def _may_take_part(function: SourceFunction) -> bool:
    """Whether a function may hold a term with what others compute for it."""
    code = _code(function)
    return may_hold_terms(code) or may_combine(code)


def _code(function: SourceFunction) -> str:
    """The source of a function, or of what stands outside of functions, without comments."""
    lines = _lines(function.module)
    if function.node is not None:
        return "\n".join(lines[function.node.lineno - 1 : function.node.end_lineno])
    ends = [(one.lineno - 1, one.end_lineno or 0) for one in function.body if isinstance(one, _LATER)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(lines)]
    return "\n".join(line for start, stop in zip(starts, stops, strict=True) for line in lines[start:stop])


# Files that are looked at by turns.
@lru_cache(maxsize=16)
def _lines(module: Module) -> list[str]:
    return without_comments(with_own_names(module.text)).split("\n")


def _text(function: SourceFunction) -> str:
    if function.node is None:
        return function.module.text
    return "\n".join(lines_of(function.module)[function.node.lineno - 1 : function.node.end_lineno])
