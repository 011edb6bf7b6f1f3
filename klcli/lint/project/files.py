"""The files that are linted together, so that a function can be followed from one into another."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from klcli.lint.project.definitions import Class, Definitions, SourceFunction, definitions
from klcli.lint.project.import_paths import Paths, stem
from klcli.lint.project.outlines import Outline
from klcli.lint.source.module import Module

_MOST_IMPORTERS = 20
"""Files that import a module and are searched for calls; more are those of a library with many users."""

_Imported: TypeAlias = SourceFunction | Class | Definitions | None


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
        self._known: dict[str, Definitions | None] = {}
        self._imported: dict[tuple[Definitions, str], _Imported] = {}
        self._numbers: dict[Definitions, list[tuple[str, ast.Constant]]] = {}
        self._starred: dict[Definitions, Mapping[str, tuple[str, str | None]]] = {}
        self._paths = Paths(self.outlines)
        self._importers: dict[str, list[str]] = defaultdict(list)
        self._by_method: dict[str, list[str]] = defaultdict(list)
        self._by_class: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for found in self.outlines.values():
            for word in found.imports:
                self._importers[word].append(found.path)
            for name in found.methods:
                self._by_method[name].append(found.path)
            for name in found.classes:
                self._by_class[_plain(name)].append((found.path, name))

    def forget(self) -> None:
        """Let go of all modules, whose classes and methods refer to each other and would be kept."""
        for found in self._known.values():
            for kind in found.classes.values() if found else ():
                kind.methods.clear()
                kind.attributes.clear()
        for known in (self._known, self._imported, self._numbers, self._starred):
            known.clear()

    def of(self, module: Module) -> Definitions:
        """What a module defines."""
        found = self._known.get(module.path)
        if found is None or found.top.module is not module:
            found = self._known[module.path] = definitions(module)
        return found

    def at(self, path: str) -> Definitions | None:
        """What the module at a path defines; None where it cannot be read."""
        if path not in self._known:
            module = self._load(path)
            self._known[path] = definitions(module) if module else None
        return self._known[path]

    def method(self, name: str) -> SourceFunction | None:
        """The one method of that name in all files that others are followed into; None if there are more."""
        paths = self._by_method.get(name, [])
        found = self.at(paths[0]) if len(paths) == 1 else None
        owners = [kind for kind in found.classes.values() if name in kind.methods] if found else []
        return owners[0].methods[name] if len(owners) == 1 else None

    def called(self, name: str) -> Class | None:
        """The one class whose name an object has: ``neural_process`` is taken for a ``NeuralProcess``."""
        found = self._by_class.get(_plain(name), [])
        here = self.at(found[0][0]) if len(found) == 1 else None
        return here.classes.get(found[0][1]) if here else None

    def importers(self, module: Module) -> Iterator[Definitions]:
        """The other files that import a module."""
        for path in self._importers.get(stem(module.path), [])[:_MOST_IMPORTERS]:
            if path != module.path and (found := self.at(path)) and self._imports(found, module.path):
                yield found

    def imported(self, here: Definitions, name: str) -> _Imported:
        """What an imported name of a module stands for: a function, a class or a module of the project.

        None where that stands in a file that has nothing of terms, which is not loaded for it.
        """
        known = (here, name)
        if known not in self._imported:
            self._imported[known] = None  # what modules import from each other in a circle
            self._imported[known] = self._found(here, name)
        return self._imported[known]

    def whole(self, here: Definitions) -> Iterator[Definitions]:
        """The modules of the project, if they have anything of terms, from which one imports all names."""
        for source in here.stars:
            if (found := self._topical(self._paths.of(source, here.top.module.path))) and found is not here:
                yield found

    def _found(self, here: Definitions, name: str) -> _Imported:
        if name not in here.imports:
            everywhere = (_own(one, name) or self.imported(one, name) for one in self.whole(here))
            return next((found for found in everywhere if found), None)
        source, wanted = here.imports[name]
        path = self._paths.of(source, here.top.module.path)
        if wanted is None:
            return self._topical(path)
        if (found := self._topical(path)) and (own := _own(found, wanted)):
            return own
        passes_on = path and not self.outlines[path].imports.isdisjoint((wanted, "*"))
        found = self.at(path) if path and passes_on else None
        if found and found is not here and found.imports.get(wanted, ("", None))[0] != source:
            passed = self.imported(found, wanted)
            if passed:
                return passed
        joined = f"{source}{'' if source.endswith('.') else '.'}{wanted}"
        return self._topical(self._paths.of(joined, here.top.module.path))

    def _topical(self, path: str | None) -> Definitions | None:
        """What a file defines that others are followed into."""
        found = self.outlines[path] if path else None
        return self.at(found.path) if found and (found.is_topical or found.is_candidate) else None

    def numbers(self, here: Definitions) -> Sequence[tuple[str, ast.Constant]]:
        """The numbers that a module imports from others of the project, by their names in it."""
        if here not in self._numbers:
            self._numbers[here] = list(self._numbers_of(here))
        return self._numbers[here]

    def starred(self, here: Definitions) -> Mapping[str, tuple[str, str | None]]:
        """What the modules import from which a module of the project imports everything."""
        if here not in self._starred:
            found: dict[str, tuple[str, str | None]] = {}
            for source in here.stars:
                path = self._paths.of(source, here.top.module.path)
                if path and (other := self.at(path)) and other is not here:
                    found |= other.imports
            self._starred[here] = found
        return self._starred[here]

    def _numbers_of(self, here: Definitions) -> Iterator[tuple[str, ast.Constant]]:
        own = here.top.module.path
        for source in here.stars:
            path = self._paths.of(source, own)
            if path and self.outlines[path].numbers and (found := self.at(path)):
                yield from found.numbers.items()
        for name, (source, wanted) in here.imports.items():
            path = self._paths.of(source, own) if wanted else None
            found = self.at(path) if path and wanted in self.outlines[path].numbers else None
            if found and wanted and wanted in found.numbers:
                yield name, found.numbers[wanted]

    def _imports(self, here: Definitions, path: str) -> bool:
        own = here.top.module.path
        if any(self._paths.of(source, own) == path for source in here.stars):
            return True
        for source, wanted in here.imports.values():
            joined = f"{source}{'' if source.endswith('.') else '.'}{wanted}"
            if path in (self._paths.of(source, own), self._paths.of(joined, own)):
                return True
        return False


def _own(module: Definitions, name: str) -> SourceFunction | Class | None:
    """What a module itself defines under a name."""
    return module.by_name.get(name) or module.classes.get(name)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
