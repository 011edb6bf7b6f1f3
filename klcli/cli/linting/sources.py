"""The sources of one run: files, and what came through standard input or a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from klcli.lint.source.module import UnreadableError, text_of
from klcli.lint.source.notebooks import is_notebook
from klcli.values import dataclass, field

if TYPE_CHECKING:
    from klcli.lint.findings.raw_places import RawPlaces

MOST_BYTES = 64_000_000
"""A source is read as a whole; a larger one is made by a machine."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where sources are read from.

    Attributes:
        given: what is no file that could be read twice, by the path that stands for it.
    """

    given: Mapping[str, bytes] = field(default_factory=dict)

    def data(self, path: str) -> bytes:
        """The bytes of a source.

        Raises:
            UnreadableError: they cannot be read, or there are too many.
        """
        data = self.given[path] if path in self.given else _read(path)
        if len(data) > MOST_BYTES:
            # A MB.
            raise UnreadableError(f"it is larger than {MOST_BYTES // 10**6} MB")
        return data

    def text(self, path: str) -> str:
        """What the linter reads of a source.

        Raises:
            UnreadableError: it cannot be read, is no Python, no notebook, or too large.
        """
        return text_of(self.data(path), path)

    def notebooks(self, paths: Iterable[str]) -> dict[str, RawPlaces]:
        """The files of those that are notebooks, as far as they can be read."""
        found = {}
        for path in filter(is_notebook, paths):
            from klcli.lint.findings.raw_places import RawPlaces  # most runs find nothing in notebooks

            with suppress(UnreadableError):
                found[path] = RawPlaces(self.data(path))
        return found


def _read(path: str) -> bytes:
    """The bytes of a file, or one more than it may have."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or "it cannot be read") from None
