"""The cheap look at each file. It loads nothing of the linter, which most files do not need."""

from __future__ import annotations

from klcli.cli.linting.failing_files import or_unreadable
from klcli.cli.linting.sources import Sources
from klcli.lint.findings.types import Linted
from klcli.lint.project.outlines import Outline, outline
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Outlining:
    """The cheap look at a file; a file that cannot be read is its own result."""

    sources: Sources

    def __call__(self, path: str) -> Outline | Linted:
        """What a file looks like."""
        return or_unreadable(path, lambda: outline(self.sources.text(path), path))
