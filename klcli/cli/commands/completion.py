"""``klcli completion``: what makes a shell complete the words of a command line."""

from __future__ import annotations

import click

from klcli.cli.help import Command
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.errors import KlcliError
from klcli.report.document import Document
from klcli.report.report import Report
from klcli.values import replace

_SHELLS = ("bash", "zsh", "fish", "powershell")

_EPILOG = """\b
Examples:
  source <(klcli completion bash)
  klcli completion bash --output ~/.klcli-completion
  klcli completion zsh --output ~/.zfunc/_klcli
  klcli completion fish --output ~/.config/fish/completions/klcli.fish
  klcli completion powershell >> $PROFILE

Bash has to be of version 4.4 or later. In zsh the folder has to stand in fpath before compinit:
fpath+=~/.zfunc; autoload -Uz compinit; compinit.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("shell", required=False, type=WordChoice(_SHELLS), metavar="SHELL")
@output_options
def completion(settings: Settings, shell: str | None) -> tuple[Report, Settings]:
    """Print what makes a shell complete klcli's commands, options, words, codes and names of files.

    SHELL is bash, zsh, fish or powershell.
    """
    from klcli.cli.shells import script

    if shell is None:
        raise KlcliError("no shell is given", f"one of: {', '.join(_SHELLS)}")
    root = click.get_current_context().find_root().command
    text = script(root, shell)
    record = {"shell": shell, "script": text}
    report = Report(
        data={"schema": "klcli.completion/1", **record, "warnings": ()},
        rows=[record],
        document=Document("", ()),
        bare=text,
        holds=True,
    )
    quiet = max(1, settings.quiet) if settings.chosen() == "text" else settings.quiet
    return report, replace(settings, quiet=quiet)
