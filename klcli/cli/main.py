"""The group of commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

import klcli
from klcli.cli.coloring import CHOICE, asked_for
from klcli.cli.commands import COMMANDS
from klcli.cli.exit_status import status_of, status_of_report
from klcli.cli.help import write_epilog, write_options
from klcli.cli.output import Settings, findings_options, write
from klcli.cli.settings import SETTINGS, defaults_of
from klcli.errors import KlcliError, nearest

if TYPE_CHECKING:
    pass

_HELP = "help"
"""``klcli help COMMAND`` is ``klcli COMMAND --help``."""
_MANUAL = "--man"
"""``klcli help --man`` is the manual of all commands, for man."""

_GREETING = """\
klcli settles what a KL term really computes. klcli --help names all commands.
  klcli compare                              which KL formula is right, and when
  klcli verify '-0.5*(1 + s - mu^2 - e^s)'   what a formula or a line of code is
  klcli lint src/                            the KL terms in Python files
  klcli compute --mu 0.3 --sigma 1.2         one KL, found in three ways"""

_EPILOG = """\b
Examples:
  klcli compute --mu 0.3 --sigma 1.2
  klcli compute --mu 0.3,0.1 --cov '[[1.2, 0.3], [0.3, 0.9]]'
  klcli compare
  klcli verify '-0.5 * (1 + logvar - mu^2 - exp(logvar))'
  klcli lint src/
  klcli estimate logprobs.csv
  klcli derive --param logvar
  klcli help compute
  klcli help --man | man -l -

Settings stand in pyproject.toml: [tool.klcli] is for lint, [tool.klcli.compute] (steps), .compare (full),
.verify (accept, verbose) and .trace (accept) are for these. KLCLI_FORMAT is the format on a terminal.

Exit status: 0 holds; 1 a check failed; 2 usage or unreadable input; 3 internal error.
"""


class _Commands(click.Group):
    """Commands by name, imported only when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = getattr(import_module(f"klcli.cli.commands.{cmd_name}"), cmd_name)
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_epilog(self, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:  # completion parses what is not complete
            click.echo(_GREETING)
            ctx.exit()
        if args[:1] == [_HELP] and _MANUAL in args:
            from klcli.cli.manual import manual

            click.echo(manual(self), nl=False)
            ctx.exit()
        if args[:1] == [_HELP] and not ctx.resilient_parsing:
            args = [*(word for word in args[1:] if word != _HELP), "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in COMMANDS and ctx.resilient_parsing:
            return None, None, args  # a shell asks, which is told nothing
        if args[0] not in COMMANDS:
            hint = nearest(args[0], (*COMMANDS, _HELP)) or f"commands: {', '.join(COMMANDS)}"
            raise KlcliError(f"no such command: {args[0]}", hint)
        if args[0] in SETTINGS and not ctx.resilient_parsing:
            ctx.default_map = {args[0]: defaults_of(args[0])}
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"klcli {klcli.__version__}")
        ctx.exit()


@click.group(
    cls=_Commands,
    # Columns of the help, as wide as the code: longer lines are hard to read.
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the version.",
)
@findings_options
@click.pass_context
def cli(ctx: click.Context, settings: Settings) -> None:
    """Settle what a KL term really computes.

    A calculator and verifier for the Kullback-Leibler divergence between Gaussians, as it stands in VAE
    losses, Bayesian networks, world models and RLHF objectives.
    """
    ctx.obj = settings


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    CHOICE.set(asked_for(given))
    sys.exit(status_of(lambda: _invoke(given)))


def _invoke(arguments: list[str]) -> int:
    if os.environ.get("_KLCLI_COMPLETE"):
        from klcli.cli.shells import answer

        answer(cli)
    with cli.make_context("klcli", arguments) as context:
        report, settings = cli.invoke(context)
        write(report, settings)
        return status_of_report(report)
