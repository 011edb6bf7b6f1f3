"""Tables as they are named: a file, a folder of files, or files that have the same rows."""

from __future__ import annotations

from pathlib import Path

from klcli.errors import KlcliError
from klcli.tables.formats.detection import ENDINGS
from klcli.values import dataclass

STREAM = "-"
"""The name of standard input."""


@dataclass(frozen=True, slots=True)
class Input:
    """One table: a file, or several that have the same rows.

    Attributes:
        paths: of the file, or of those with the same rows.
        order: its place among all tables.
    """

    paths: tuple[str, ...]
    order: int = 0

    @property
    def name(self) -> str:
        return " and ".join(self.paths)


def files_of(path: str) -> list[str]:
    """The file itself, or those in the folder that can hold a table, in the order of their names.

    Raises:
        KlcliError: the folder has no such file, or cannot be read.
    """
    folder = Path(path)
    try:
        if path == STREAM or not folder.is_dir():
            return [path]
        files = (file for file in folder.rglob("*") if file.name.lower().endswith(ENDINGS) and file.is_file())
        found = sorted(map(str, files))
    except OSError as error:
        raise KlcliError(
            f"cannot read {error.filename or path}: {error.strerror}", "name its files"
        ) from None
    if not found:
        raise KlcliError(f"there is no table in {path}", f"files that end in {', '.join(ENDINGS)}")
    return found
