"""The pages of ``--help``: options in groups, and texts that fit the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import click

from klcli.lazy_regex import regex

F = TypeVar("F", bound=Callable[..., Any])

_WORD = r"""(?:'[^']*'|"[^"]*"|[^\s'"])+"""
_PART = regex(rf"--[\w-]+\s+(?!-){_WORD}|{_WORD}")
"""A word as a shell takes it, or an option with its value."""
_COMMENT = regex(r"\s{3,}")
"""Blanks between a command and what is said beside it; within a command there are never three."""
_HANGING = 6
"""Blanks before the lines of a command that follow its first."""


class Option(click.Option):
    """An option that stands in a group of the help."""

    def __init__(self, *args: Any, group: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.group = group


class _Adding(Protocol):
    def __call__(self, *names: str, **settings: Any) -> Callable[[F], F]: ...


def in_group(group: str) -> _Adding:
    """``click.option`` for the options of a group."""
    return partial(click.option, cls=Option, group=group)


def added(command: F, options: Sequence[Callable[[F], F]]) -> F:
    """The command with options, in their order."""
    for option in reversed(options):
        command = option(command)
    return command


class Command(click.Command):
    """A command whose help has groups, and examples and texts that fit the terminal."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_epilog(self, formatter)


def write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options, group by group in the order in which they are declared.

    Args:
        command: whose options they are.
        ctx: of its run.
        formatter: what they are written to.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx)
        if isinstance(param, click.Option) and record is not None:
            groups.setdefault(_group(param), []).append(record)
    for name, records in groups.items():
        with formatter.section(name):
            formatter.write_dl(records)


def _group(param: click.Parameter) -> str:
    if isinstance(param, Option):
        return param.group
    return "Output" if "--help" in param.opts else "Options"  # which click adds to every command by itself


def write_epilog(command: click.Command, formatter: click.HelpFormatter) -> None:
    r"""Write what stands below the options, wrapped to the terminal.

    Of a paragraph that begins with ``\b``, which holds examples, every line is a command: it is broken
    between its words as a shell takes them, with a backslash at the end of the line.
    """
    if not command.epilog:
        return
    width = formatter.width - formatter.indent_increment
    paragraphs = (
        "\n".join(line for example in paragraph.splitlines() for line in _broken(example, width))
        if paragraph.startswith("\b\n")
        else paragraph
        for paragraph in command.epilog.strip("\n").split("\n\n")
    )
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text("\n\n".join(paragraphs))


def _broken(example: str, width: int) -> list[str]:
    """The lines of a command that is wider than the terminal; what is said beside it stays out of them."""
    if len(example) <= width:
        return [example]
    indent = len(example) - len(example.lstrip())
    command, *comment = _COMMENT.split(example.strip(), maxsplit=1)
    lines = [" " * indent + f"# {text}" for text in comment]
    line = " " * indent
    for word in _PART.findall(command):
        if line.strip() and len(line) + len(word) + len(" \\") > width:
            lines.append(f"{line}\\")
            line = " " * _HANGING
        line += f"{word} "
    return [*lines, line.rstrip()]
