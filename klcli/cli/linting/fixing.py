"""What ``--fix`` and ``--diff`` do: edits of high confidence, file by file."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from klcli.cli.linting.failing_files import or_unreadable
from klcli.cli.linting.sources import Sources
from klcli.cli.writing import remove_left_overs, write_whole
from klcli.lint.findings.edits import UneditableError, edited_file
from klcli.lint.findings.types import Finding, Linted
from klcli.lint.source.module import UnreadableError, text_of
from klcli.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of a file, and how many findings that mends."""

    path: str
    before: bytes
    after: bytes
    fixed: int


@dataclass(frozen=True, slots=True)
class Fixes:
    """The changes of a run, and the files that stay as they are, with the reasons why."""

    changes: tuple[FileChange, ...]
    refused: tuple[Linted, ...]


def fixes(findings: Iterable[Finding], sources: Sources, trees: Sequence[str]) -> Fixes:
    """The changes that mend findings of high confidence; nothing is written.

    Args:
        findings: of any confidence.
        sources: where the files are read.
        trees: the real paths of the folders in which files may be changed.
    """
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for found in findings:
        if found.edit and found.confidence == "high":
            by_path[found.edit.place.path].append(found)
    changes, refused = [], []
    for path, mended in sorted(by_path.items()):
        change = or_unreadable(path, partial(_change, path, mended, sources, trees))
        if isinstance(change, Linted):
            refused.append(change)
        elif change:
            changes.append(change)
    return Fixes(tuple(changes), tuple(refused))


def write(found: Fixes, paths: Iterable[str]) -> Fixes:
    """Write the changes: those that could be written, and the reasons why others could not.

    Args:
        found: the changes.
        paths: all files that were linted; what killed runs have left beside them is removed.
    """
    remove_left_overs(os.path.dirname(os.path.realpath(path)) for path in paths)
    written, refused = [], list(found.refused)
    for change in found.changes:
        try:
            write_whole(change.path, change.after)
            written.append(change)
        except OSError as error:
            refused.append(Linted(change.path, unreadable=error.strerror or "it cannot be written"))
    return replace(found, changes=tuple(written), refused=tuple(refused))


def diff(changes: Iterable[FileChange]) -> str:
    """The changes as `diff -u` shows them."""
    return "".join(line for change in changes for line in _diff(change))


def _change(
    path: str, findings: Sequence[Finding], sources: Sources, trees: Sequence[str]
) -> FileChange | None:
    """The change of a file; None where nothing of it changes.

    Raises:
        UnreadableError: it cannot be changed safely, or lies where nobody asked for changes.
    """
    if path not in sources.given and not _lies_in(os.path.realpath(path), trees):
        raise UnreadableError("it is a link to a file elsewhere")
    before = sources.data(path)
    lines = text_of(before, path).split("\n")
    edits = [found.edit for found in findings if found.edit]
    for found in findings:
        at = found.place.line - 1
        if found.place.path == path and tuple(lines[at : at + len(found.lines)]) != found.lines:
            raise UnreadableError("it has changed meanwhile")
    try:
        after, applied = edited_file(before, path, edits)
    except UneditableError as error:
        raise UnreadableError(str(error)) from None
    fixed = sum(edit in applied for edit in edits)
    return FileChange(path, before, after, fixed) if applied and after != before else None


def _lies_in(real: str, trees: Iterable[str]) -> bool:
    return any(real.startswith(tree.rstrip(os.sep) + os.sep) for tree in trees)


def _diff(change: FileChange) -> Iterator[str]:
    before, after = _lines(change.before), _lines(change.after)
    from difflib import unified_diff

    for line in unified_diff(before, after, _quoted(change.path), _quoted(change.path)):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """A path on one line, as git and patch quote one that has line ends or other control characters."""
    if path.isprintable():
        return path
    signs = (f"\\{sign}" if sign in '\\"' else sign if sign.isprintable() else _octal(sign) for sign in path)
    return f'"{"".join(signs)}"'


def _octal(sign: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in sign.encode("utf-8", "surrogateescape"))


def _lines(data: bytes) -> list[str]:
    """The lines of a file as its bytes are, with their ends."""
    *whole, last = data.decode("utf-8", "surrogateescape").split("\n")
    return [*(line + "\n" for line in whole), *([last] if last else [])]
