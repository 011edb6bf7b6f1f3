"""What ``--fix`` and ``--diff`` do: edits of high confidence, file by file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from klcli.cli.linting.reading import Sources
from klcli.cli.linting.writing import write_whole
from klcli.lint.findings.edits import UneditableError, edited_file
from klcli.lint.findings.types import Finding
from klcli.lint.reading.source import UnreadableError, text_of

__all__ = ["Change", "Fixes", "diff", "fixes", "write"]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a file, and how many findings that mends."""

    path: str
    before: bytes
    after: bytes
    fixed: int


@dataclass(frozen=True, slots=True)
class Fixes:
    """The changes of a run, and the reasons why other files stay as they are."""

    changes: tuple[Change, ...]
    refused: tuple[str, ...]


def fixes(findings: Iterable[Finding], sources: Sources) -> Fixes:
    """The changes that mend findings of high confidence; nothing is written."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for found in findings:
        if found.edit and found.confidence == "high":
            by_path[found.edit.place.path].append(found)
    changes, refused = [], []
    for path, mended in sorted(by_path.items()):
        try:
            if change := _change(path, mended, sources):
                changes.append(change)
        except (UneditableError, UnreadableError) as error:
            refused.append(f"{path} is not fixed: {error}")
        except OSError as error:
            refused.append(f"{path} is not fixed: {error.strerror}")
    return Fixes(tuple(changes), tuple(refused))


def write(found: Fixes) -> Fixes:
    """Write the changes: those that could be written, and the reasons why others could not."""
    written, refused = [], list(found.refused)
    for change in found.changes:
        try:
            write_whole(change.path, change.after)
            written.append(change)
        except OSError as error:
            refused.append(f"{change.path} is not fixed: {error.strerror}")
    return Fixes(tuple(written), tuple(refused))


def diff(changes: Iterable[Change]) -> str:
    """The changes as `diff -u` shows them."""
    return "".join(line for change in changes for line in _diff(change))


def _change(path: str, findings: Sequence[Finding], sources: Sources) -> Change | None:
    before = sources.data(path)
    lines = text_of(before, path).split("\n")
    edits = [found.edit for found in findings if found.edit]
    for found in findings:
        at = found.place.line - 1
        if found.place.path == path and tuple(lines[at : at + len(found.lines)]) != found.lines:
            raise UneditableError("it has changed meanwhile")
    after, applied = edited_file(before, path, edits)
    fixed = sum(edit in applied for edit in edits)
    return Change(path, before, after, fixed) if applied and after != before else None


def _diff(change: Change) -> Iterator[str]:
    before, after = _lines(change.before), _lines(change.after)
    for line in unified_diff(before, after, change.path, change.path):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[str]:
    """The lines of a file as its bytes are, with their ends."""
    *whole, last = data.decode("utf-8", "surrogateescape").split("\n")
    return [*(line + "\n" for line in whole), *([last] if last else [])]
