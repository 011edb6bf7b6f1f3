"""What passes besides an exact KL, for the commands that judge one."""

from __future__ import annotations

import click

from klcli.cli.options.words import WordChoice
from klcli.judge.acceptance import ACCEPTABLE

accept_option = click.option(
    "--accept",
    "accepted",
    type=WordChoice(ACCEPTABLE),
    multiple=True,
    help=f"What passes besides exact; repeatable: {', '.join(ACCEPTABLE)}.",
)
