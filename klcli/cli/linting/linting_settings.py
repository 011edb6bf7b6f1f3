"""What a project says about linting: ``[tool.klcli]`` in its pyproject.toml."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klcli.cli.linting.finding_selection import codes
from klcli.cli.pyproject import NAME, flag, shown, table_of, texts
from klcli.cli.settings import SETTINGS
from klcli.errors import KlcliError, nearest
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.cli.linting.gitignore_patterns import Patterns


@dataclass(frozen=True, slots=True)
class Configuration:
    """The keys of ``[tool.klcli]``; None where one is not given. Paths are seen from the file's folder."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    exclude: Patterns | None = None
    per_file_ignores: tuple[tuple[Patterns, tuple[str, ...]], ...] = ()
    show_terms: bool = False
    notes: bool = False
    gitignore: bool = True
    baseline: str | None = None


def configuration_for(path: str) -> Configuration:
    """The configuration of the project of a path, see `klcli.cli.pyproject.table_of`.

    Raises:
        KlcliError: it is no TOML, or has keys or values that mean nothing.
    """
    table, folder = table_of(path)
    return _configuration(table, Path(folder))


def _configuration(table: Mapping[str, Any], folder: Path) -> Configuration:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key in SETTINGS:
            continue
        where = f"{shown(str(folder / NAME))}: [tool.klcli] {key}"
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or f"the keys are {', '.join(_KEYS)}"
            raise KlcliError(f"{shown(str(folder / NAME))}: [tool.klcli] has no key {key!r}", hint)
        values[key.replace("-", "_")] = _KEYS[key](value, where, folder)
    return Configuration(**values)


def _codes(value: object, where: str, _: Path) -> tuple[str, ...]:
    return codes(texts(value, where), where)


def _ignored(value: object, where: str, _: Path) -> tuple[str, ...]:
    return codes(named, where) if (named := texts(value, where)) else ()


def _patterns(value: object, where: str, folder: Path) -> Patterns:
    from klcli.cli.linting.gitignore_patterns import patterns  # most projects exclude nothing

    return patterns(texts(value, where), str(folder), where)


def _per_file(value: object, where: str, folder: Path) -> tuple[tuple[Patterns, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise KlcliError(f"{where} is no table", 'for example: "tests/**" = ["KL206"]')
    from klcli.cli.linting.gitignore_patterns import patterns

    return tuple(
        (patterns([pattern], str(folder), where), _ignored(ignored, where, folder))
        for pattern, ignored in value.items()
    )


def _flag(value: object, where: str, _: Path) -> bool:
    return flag(value, where)


def _path(value: object, where: str, folder: Path) -> str:
    if not isinstance(value, str) or not value:
        raise KlcliError(f"{where} is {value!r}", 'a path, such as "klcli-baseline.json"')
    return os.path.relpath(folder / value)


_KEYS: dict[str, Callable[[object, str, Path], object]] = {
    "select": _codes,
    "ignore": _ignored,
    "exclude": _patterns,
    "per-file-ignores": _per_file,
    "show-terms": _flag,
    "notes": _flag,
    "gitignore": _flag,
    "baseline": _path,
}
