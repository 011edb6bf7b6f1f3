"""Formulas on the command line: one that begins with a minus is no option, and ``-`` is standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from klcli.errors import KlcliError

__all__ = ["FormulaCommand", "read_text"]

_OPTION = re.compile(r"-[A-Za-z]+\Z|--[a-z][a-z-]*(=.*)?\Z|--?\Z", re.DOTALL)
_MOST_BYTES = 64_000_000


class FormulaCommand(click.Command):
    """A command whose argument may begin with a minus, without ``--`` before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options: list[str] = []
        formulas: list[str] = []
        valued = {name for param in self.params for name in param.opts if _takes_value(param)}
        rest = iter(args)
        for text in rest:
            if text == "--":
                formulas += rest
            elif text in valued:
                options += [text, *[value for value in [next(rest, None)] if value is not None]]
            elif text.startswith("-") and not _OPTION.match(text):
                formulas.append(text)
            else:
                options.append(text)
        return super().parse_args(ctx, [*options, *(["--", *formulas] if formulas else [])])


def _takes_value(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and not param.is_flag and not param.count


def read_text(path: str) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        KlcliError: it cannot be read, is too long, or is not UTF-8.
    """
    try:
        if path == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KlcliError(f"cannot read {path}: {error.strerror}", "--file takes a text file") from None
    if len(data) > _MOST_BYTES:
        raise KlcliError(f"{path} is larger than {_MOST_BYTES // 10**6} MB", "split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        name = "standard input" if path == "-" else path
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin1"
        raise KlcliError(
            f"{name} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}",
            f"for example: iconv -f {encoding} -t utf-8",
        ) from None
