"""Findings that a project has accepted: counted by file, code and expression, so that lines may move."""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from klcli.cli.linting.gitignore_patterns import located
from klcli.cli.linting.sources import MOST_BYTES
from klcli.cli.writing import save as write_file
from klcli.errors import KlcliError
from klcli.lint.findings.types import Finding
from klcli.render.character_spellings import visible

_SCHEMA = "klcli.baseline/1"
_KEYS = ("path", "code", "fingerprint")

BaselineEntry: TypeAlias = tuple[str, str, str]
"""A path as it is seen from the baseline's folder, with slashes; a code; what the expression is."""
Accepted: TypeAlias = Counter[BaselineEntry]


def accepted_in(file: str) -> Accepted:
    """How often each mistake is accepted.

    Raises:
        KlcliError: it cannot be read, or is no baseline.
    """
    try:
        with Path(file).open("rb") as stream:
            data = json.loads(stream.read(MOST_BYTES))
    except OSError as error:
        shown = visible(file)
        hint = f"klcli lint PATH... --write-baseline {shown} writes one"
        raise KlcliError(f"cannot read the baseline {shown}: {error.strerror}", hint) from None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("schema") != _SCHEMA:
        raise _broken(file, f"it has no schema {_SCHEMA!r}")
    entries = data.get("findings")
    if not isinstance(entries, list):
        raise _broken(file, "it has no list of findings")
    return Counter(dict(_entry(each, number, file) for number, each in enumerate(entries, 1)))


def save(file: str, findings: Iterable[Finding]) -> None:
    """Write a baseline that accepts findings.

    Raises:
        KlcliError: it cannot be written.
    """
    counts = sorted(Counter(_key(found, file) for found in findings).items())
    entries = [dict(zip(_KEYS, key, strict=True)) | {"count": count} for key, count in counts]
    text = json.dumps({"schema": _SCHEMA, "findings": entries}, indent=2, ensure_ascii=True) + "\n"
    write_file(file, text.encode(), "--write-baseline")


def without(findings: Sequence[Finding], accepted: Accepted, file: str) -> list[Finding]:
    """The findings that a baseline does not accept; of one mistake the first are the accepted ones.

    Args:
        findings: of any number of files.
        accepted: how often each mistake is.
        file: the baseline, from whose folder paths are seen.
    """
    return _held_against(findings, accepted, file)[0]


def unused(findings: Iterable[Finding], accepted: Accepted, file: str, paths: Iterable[str]) -> int:
    """How many accepted mistakes are no more, in the files that were linted and in those that are gone.

    Args:
        findings: of all files that were linted.
        accepted: how often each mistake is.
        file: the baseline, from whose folder paths are seen.
        paths: of the files that were linted.
    """
    here = {_path(path, file) for path in paths}
    folder = os.path.dirname(file)
    left = _held_against(findings, accepted, file)[1]
    return sum(
        count
        for (path, *_), count in (+left).items()
        if path in here or not os.path.exists(os.path.join(folder, path))
    )


def _held_against(
    findings: Iterable[Finding], accepted: Accepted, file: str
) -> tuple[list[Finding], Accepted]:
    """The findings that are not accepted, and what is accepted and was not found."""
    left = accepted.copy()
    kept = []
    for found in findings:
        key = next((one for one in _keys(found, file) if left[one] > 0), None)
        if key is None:
            kept.append(found)
        else:
            left[key] -= 1
    return kept, left


def _entry(entry: Any, number: int, file: str) -> tuple[BaselineEntry, int]:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in _KEYS):
        raise _broken(file, f"entry {number} has no {', '.join(_KEYS)}")
    count = entry.get("count", 1)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise _broken(file, f"the count of entry {number} is {count!r}")
    return (entry["path"], entry["code"], entry["fingerprint"]), count


def _broken(file: str, reason: str) -> KlcliError:
    shown = visible(file)
    return KlcliError(f"{shown} is no baseline: {reason}", f"--write-baseline {shown} writes it anew")


def _key(found: Finding, file: str) -> BaselineEntry:
    return next(_keys(found, file))


def _keys(found: Finding, file: str) -> Iterator[BaselineEntry]:
    """What accepts a finding: under its own code first, then under those that it had before."""
    path, fingerprint = _path(found.place.path, file), _fingerprint(found.expression)
    return ((path, code, fingerprint) for code in found.mistake.codes)


def _path(path: str, file: str) -> str:
    return os.path.relpath(located(path), os.path.dirname(located(file))).replace(os.sep, "/")


def _fingerprint(expression: str) -> str:
    """The same for an expression however its lines are broken, its quotes and its brackets are."""
    try:
        text = ast.unparse(ast.parse(expression))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = "".join(expression.split())
    from hashlib import sha256

    # 64 bits: of a million findings two are alike by chance once in some 40 million baselines.
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
