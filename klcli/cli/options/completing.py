"""What a shell is offered for a word that is being typed: files, codes, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
    """The shell's own names of files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
    """Codes of mistakes with their names; of a list with commas the last."""
    from click.shell_completion import CompletionItem

    from klcli.judge.mistakes.table import MISTAKES

    before, comma, last = incomplete.rpartition(",")
    return [
        CompletionItem(before + comma + code, help=mistake.name)
        for code, mistake in MISTAKES.items()
        if code.startswith(last.upper())
    ]


def terms(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
    """The pages of ``klcli explain``."""
    from click.shell_completion import CompletionItem

    from klcli.report.explainable_terms import pages

    return [
        CompletionItem(page.term, help=page.name)
        for page in pages().values()
        if page.term.lower().startswith(incomplete.lower())
    ]
