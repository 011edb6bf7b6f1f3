"""The shells that can complete a command: those that click knows, and PowerShell."""

from __future__ import annotations

import os

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

_NAME, _VARIABLE = "klcli", "_KLCLI_COMPLETE"
_WORDS, _WORD = "_KLCLI_WORDS", "_KLCLI_WORD"

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $tree, $cursor)
    $before = $tree.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor }
    $env:%(complete_var)s = 'powershell_complete'
    $env:_KLCLI_WORDS = ($before | ForEach-Object { $_.Extent.Text }) -join "`n"
    $env:_KLCLI_WORD = $word
    try {
        foreach ($line in (& %(prog_name)s)) {
            $type, $value, $help = $line -split "`t", 3
            if ($type -eq 'plain') {
                $shown = if ($help) { $help } else { $value }
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $shown)
            } else {
                [System.Management.Automation.CompletionCompleters]::CompleteFilename($word)
            }
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:_KLCLI_WORDS, Env:_KLCLI_WORD
    }
}
"""


class _PowerShell(ShellComplete):
    """Words on lines of an environment variable; an item is its type, its value and its help."""

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        _, *before = os.environ.get(_WORDS, _NAME).split("\n")
        return before, os.environ.get(_WORD, "")

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type}\t{item.value}\t{item.help or ''}"


add_completion_class(_PowerShell)


def script(command: click.Command, shell: str) -> str:
    """The program that makes a shell complete a command."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found
    maker = found(command, {}, _NAME, _VARIABLE)
    return maker.source_template % maker.source_vars()  # click's own looks for bash first


def answer(command: click.Command) -> None:
    """Answer the shell that asks through the environment, and end the process."""
    command.main([], prog_name=_NAME)
