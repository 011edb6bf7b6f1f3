"""Formulas on the command line: one that begins with a minus is no option."""

from __future__ import annotations

import re

import click

from klcli.cli.help import Command
from klcli.lazy_regex import regex

_OPTION = regex(r"-[A-Za-z]+\Z|--[a-z][a-z-]*(=.*)?\Z|--?\Z", re.DOTALL)
"""``-q``, ``--param``, ``--param=std``: letters alone. Formulas have something else in them."""


class FormulaCommand(Command):
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
