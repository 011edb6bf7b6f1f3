"""The linter, file by file."""

from __future__ import annotations

from collections.abc import Sequence

from klcli.cli.linting.failing_files import or_unreadable
from klcli.cli.linting.sources import Sources
from klcli.lint.findings.types import Linted
from klcli.lint.linter import linted
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import Outline
from klcli.lint.source.module import Module, UnreadableError, parsed
from klcli.values import dataclass, field

_MOST_CHARACTERS = 5_000_000
"""Of the modules that a project holds before it is begun anew: memory does not grow with the files. A syntax
tree takes some thirty times the space of its source."""


@dataclass(slots=True)
class Worker:
    """The linter, with the project that it follows functions through.

    Attributes:
        sources: where files are read.
        outlines: of all files.
    """

    sources: Sources
    outlines: Sequence[Outline]
    _project: Project | None = field(default=None, init=False)
    _loaded: int = field(default=0, init=False)

    def __call__(self, path: str) -> Linted:
        """What is found in a file."""
        return or_unreadable(path, lambda: self._linted(path))

    def _linted(self, path: str) -> Linted:
        project, self._project = self._project, None  # what an exception leaves behind is not used again
        if project is None:
            project = Project(self.outlines, self._module_or_none)
        elif self._loaded > _MOST_CHARACTERS:
            project.forget()
            self._loaded = 0
        known = project.at(path)
        found = linted(known.top.module if known else self._module(path), project)
        self._project = project
        return found

    def _module(self, path: str) -> Module:
        text = self.sources.text(path)
        self._loaded += len(text)
        return parsed(text, path)

    def _module_or_none(self, path: str) -> Module | None:
        try:
            return self._module(path)
        except UnreadableError:
            return None
