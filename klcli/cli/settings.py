"""What is set once for all runs: by a project for a command, and by a user for a terminal.

A repository may be somebody else's, and is trusted with nothing but words: no key names a file to write or
code to run, none changes a number, and a key that is not in the table is refused. A user has one setting, the
format of what is shown on a terminal; nothing is read from a user's own files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from klcli.cli.pyproject import NAME, flag, shown, table_of, texts
from klcli.errors import KlcliError, nearest

_FORMAT = "KLCLI_FORMAT"


def _accepted(value: object, where: str) -> Sequence[str]:
    from klcli.judge.acceptance import ACCEPTABLE

    return [_one_of(ACCEPTABLE, word, where) for word in texts(value, where)]


def _steps(value: object, where: str) -> str:
    return _one_of(("full", "short", "none"), value, where)


def _one_of(words: Sequence[str], value: object, where: str) -> str:
    if value not in words or not isinstance(value, str):
        raise KlcliError(f"{where} cannot be {value!r}", f"one of: {', '.join(words)}")
    return value


_Key = tuple[str, Callable[[object, str], object]]

SETTINGS: Mapping[str, Mapping[str, _Key]] = {
    "compute": {"steps": ("steps", _steps)},
    "compare": {"full": ("full", flag)},
    "verify": {"accept": ("accepted", _accepted), "verbose": ("verbose", flag)},
    "trace": {"accept": ("accepted", _accepted)},
}
"""The keys of ``[tool.klcli.COMMAND]``, named as the options are, with the parameter that each sets; those of
lint stand in ``[tool.klcli]`` itself."""


def defaults_of(command: str) -> dict[str, object]:
    """What the project of this folder sets for a command, by the names of parameters.

    Raises:
        KlcliError: a key or a value that means nothing.
    """
    whole, folder = table_of(os.curdir)
    table = whole.get(command, {})
    where = f"{shown(os.path.join(folder, NAME))}: [tool.klcli.{command}]"
    if not isinstance(table, dict):
        raise KlcliError(f"{where} is no table", f"the keys are {', '.join(SETTINGS[command])}")
    found = {}
    for key, value in table.items():
        if key not in SETTINGS[command]:
            hint = nearest(key, SETTINGS[command]) or f"the keys are {', '.join(SETTINGS[command])}"
            raise KlcliError(f"{where} has no key {key!r}", hint)
        parameter, read = SETTINGS[command][key]
        found[parameter] = read(value, f"{where} {key}")
    return found


def format_of_terminal(formats: Sequence[str]) -> str | None:
    """The format that the user wants on a terminal; None elsewhere, where a script may read the result.

    Raises:
        KlcliError: there is no such format.
    """
    named = os.environ.get(_FORMAT)
    if not named or not sys.stdout.isatty():
        return None
    if named not in formats:
        raise KlcliError(f"{_FORMAT} cannot be {named!r}", f"one of: {', '.join(formats)}")
    return named
