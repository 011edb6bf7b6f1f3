"""Options that take one of a few words; what every command has needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from klcli.errors import KlcliError, nearest

if TYPE_CHECKING:
    _Word: TypeAlias = click.Choice[str]
else:  # click lets one write what they hold from 8.2 on
    _Word = click.Choice


class WordChoice(_Word):
    """One of a few words; a misspelt one is answered with the nearest."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(choices)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "WORD"  # the help text lists the words

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return ""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.choices:
            return str(value)
        name = param.opts[-1] if param else "value"
        hint = f"{self.suggestion(str(value))} one of: {', '.join(self.choices)}".lstrip()
        raise KlcliError(f"{name} cannot be {value!r}", hint)

    def suggestion(self, word: str) -> str:
        """``did you mean 'full'?`` for a word that is none of them, or an empty string."""
        return nearest(word.lower(), self.choices)
