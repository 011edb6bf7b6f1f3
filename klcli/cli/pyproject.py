"""``[tool.klcli]`` in the pyproject.toml of a project: where it is looked for, and how it is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from klcli.errors import KlcliError

NAME = "pyproject.toml"


def table_of(path: str) -> tuple[Mapping[str, Any], str]:
    """The table of the project of a path, and the folder that has it: the nearest above with one.

    The search ends at the root of the repository. Nothing is read from a user's own folders.

    Raises:
        KlcliError: it is no TOML.
    """
    first = folder = os.path.realpath(path)
    while True:
        table = _table(os.path.join(folder, NAME))
        if table is not None:
            return table, folder
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return {}, first
        folder = above


def _table(path: str) -> Mapping[str, Any] | None:
    """The table of a file; None if there is no file or nothing in it is for us.

    Raises:
        KlcliError: there is a file, and it cannot be read, is no TOML, or has something else in our place.
    """
    if not os.path.isfile(path):  # also where nobody may look, of which the files below will tell
        return None
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise KlcliError(
            f"cannot read {shown(path)}: {error.strerror}", "[tool.klcli] is read from it"
        ) from None
    if b"klcli" not in data:
        return None
    import tomllib

    try:
        tools = tomllib.loads(data.decode("utf-8")).get("tool")
    except (ValueError, RecursionError) as error:
        raise KlcliError(f"{shown(path)} is no TOML: {error}", "[tool.klcli] is read from it") from None
    table = tools.get("klcli") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise KlcliError(
            f"{shown(path)}: tool.klcli is no table", 'for example: [tool.klcli] with ignore = ["KL206"]'
        )
    return table


def flag(value: object, where: str) -> bool:
    """A value that is true or false.

    Raises:
        KlcliError: it is neither.
    """
    if not isinstance(value, bool):
        raise KlcliError(f"{where} is {value!r}", "true or false")
    return value


def texts(value: object, where: str) -> list[str]:
    """A value that is a list of texts.

    Raises:
        KlcliError: it is none.
    """
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise KlcliError(f"{where} is {value!r}", 'a list of texts, such as ["KL206"]')
    return value


def shown(path: str) -> str:
    """A path from here, if it is below."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative
