"""The manual page of all commands, made of their help, in the language of man."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click

import klcli
from klcli.cli.commands import COMMANDS
from klcli.errors import EXIT_STATUSES
from klcli.lazy_regex import regex

_ENVIRONMENT = {
    "KLCLI_FORMAT": "The format of what is shown on a terminal.",
    "KLCLI_TRACEBACK": "Show where an internal error happened.",
    "NO_COLOR, FORCE_COLOR, TERM": "Whether there are colours, unless --color says it.",
}
_AS_IT_IS = "\b"
"""What begins a paragraph whose lines stay, as click has it."""
_START = regex(r"^([.'])")
"""What roff takes for a request at the start of a line."""


def manual(group: click.Group) -> str:
    """The page in roff: ``klcli help --man | man -l -``."""
    return "\n".join([*_page(group), ""])


def _page(group: click.Group) -> Iterator[str]:
    context = click.Context(group, info_name="klcli")
    about, *more = _paragraphs(group.help)
    yield f'.TH KLCLI 1 "" "klcli {klcli.__version__}"'
    yield from (".SH NAME", rf"klcli \- {_text(about)}")
    yield from (".SH SYNOPSIS", r"\fBklcli\fR \fICOMMAND\fR [\fIOPTION\fR]...")
    yield ".SH DESCRIPTION"
    yield from _prose(more)
    yield ".SH COMMANDS"
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command
        yield from _command(command, click.Context(command, info_name=name, parent=context))
    yield ".SH EXIT STATUS"
    for status, meaning in EXIT_STATUSES.items():
        yield from (".TP", rf"\fB{status}\fR", _text(meaning))
    yield ".SH ENVIRONMENT"
    for name, meaning in _ENVIRONMENT.items():
        yield from (".TP", rf"\fB{_text(name)}\fR", _text(meaning))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield rf".SS klcli {command.name} {_text(usage)}"
    yield from _prose(_paragraphs(command.help))
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record:
            yield from (".TP", rf"\fB{_text(record[0])}\fR", _text(record[1]))
    yield from _prose(_paragraphs(command.epilog))


def _paragraphs(text: str | None) -> list[str]:
    return cleandoc(text or "").split("\n\n") if text else []


def _prose(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield ".PP"
        if paragraph.startswith(_AS_IT_IS):
            yield from (".nf", *map(_text, paragraph.removeprefix(_AS_IT_IS).strip("\n").split("\n")), ".fi")
        else:
            yield _text(" ".join(paragraph.split()))


def _text(text: str) -> str:
    r"""A line in which roff sees no commands: backslashes and hyphens are what they are, no dot begins it."""
    line = text.replace("\\", r"\e").replace("-", r"\-")
    return _START.sub(r"\\&\1", line)
