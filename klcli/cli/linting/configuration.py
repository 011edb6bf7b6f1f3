"""What a project says about linting: ``[tool.klcli]`` in its pyproject.toml."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from klcli.cli.linting.patterns import Patterns, patterns
from klcli.cli.linting.selection import codes
from klcli.errors import KlcliError
from klcli.values import dataclass

__all__ = ["Configuration", "configuration_for"]

_NAME = "pyproject.toml"


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
    """The configuration of the project of a path: of the nearest folder above that has one.

    The search ends at the root of the repository. Nothing is read from a user's own folders.

    Raises:
        KlcliError: it is no TOML, or has keys or values that mean nothing.
    """
    first = Path(os.path.realpath(path))
    for folder in (first, *first.parents):
        table = _table(folder / _NAME)
        if table is not None:
            return _configuration(table, folder)
        if os.path.exists(folder / ".git"):
            break
    return Configuration()


def _table(path: Path) -> Mapping[str, Any] | None:
    """The table of a file; None if there is no file or nothing in it is for us.

    Raises:
        KlcliError: there is a file, and it cannot be read, is no TOML, or has something else in our place.
    """
    if not os.path.isfile(path):  # also where nobody may look, of which the files below will tell
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KlcliError(
            f"cannot read {_shown(path)}: {error.strerror}", "[tool.klcli] is read from it"
        ) from None
    if b"klcli" not in data:
        return None
    import tomllib

    try:
        tools = tomllib.loads(data.decode("utf-8")).get("tool")
    except (ValueError, RecursionError) as error:
        raise KlcliError(f"{_shown(path)} is no TOML: {error}", "[tool.klcli] is read from it") from None
    table = tools.get("klcli") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise KlcliError(
            f"{_shown(path)}: tool.klcli is no table", 'for example: [tool.klcli] with ignore = ["KL206"]'
        )
    return table


def _configuration(table: Mapping[str, Any], folder: Path) -> Configuration:
    values: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{_shown(folder / _NAME)}: [tool.klcli] {key}"
        if key not in _KEYS:
            from klcli.formula.read.syntax import nearest

            hint = nearest(key, _KEYS) or f"the keys are {', '.join(_KEYS)}"
            raise KlcliError(f"{_shown(folder / _NAME)}: [tool.klcli] has no key {key!r}", hint)
        values[key.replace("-", "_")] = _KEYS[key](value, where, folder)
    return Configuration(**values)


def _codes(value: object, where: str, _: Path) -> tuple[str, ...]:
    return codes(_texts(value, where), where)


def _ignored(value: object, where: str, _: Path) -> tuple[str, ...]:
    return codes(texts, where) if (texts := _texts(value, where)) else ()


def _patterns(value: object, where: str, folder: Path) -> Patterns:
    return patterns(_texts(value, where), str(folder), where)


def _per_file(value: object, where: str, folder: Path) -> tuple[tuple[Patterns, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise KlcliError(f"{where} is no table", 'for example: "tests/**" = ["KL206"]')
    return tuple(
        (patterns([pattern], str(folder), where), _ignored(ignored, where, folder))
        for pattern, ignored in value.items()
    )


def _flag(value: object, where: str, _: Path) -> bool:
    if not isinstance(value, bool):
        raise KlcliError(f"{where} is {value!r}", "true or false")
    return value


def _path(value: object, where: str, folder: Path) -> str:
    if not isinstance(value, str) or not value:
        raise KlcliError(f"{where} is {value!r}", 'a path, such as "klcli-baseline.json"')
    return os.path.relpath(folder / value)


def _texts(value: object, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise KlcliError(f"{where} is {value!r}", 'a list of texts, such as ["KL206"]')
    return value


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


def _shown(path: Path) -> str:
    """A path from here, if it is below."""
    shown = os.path.relpath(path)
    return str(path) if shown.startswith(os.pardir) else shown
