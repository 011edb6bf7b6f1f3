"""Arguments that begin with a minus are formulas where they cannot be options."""

from __future__ import annotations

import click
import pytest

from klcli.cli.options.formulas import FormulaCommand


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-0.5*x"], ("-0.5*x", None, False)),
        (["-x + 1", "-q"], ("-x + 1", None, True)),
        (["-q", "-(1+h)"], ("-(1+h)", None, True)),
        (["--text", "-x*y", "-1/2 h"], ("-1/2 h", "-x*y", False)),
        (["--text=-x", "-\\frac12"], ("-\\frac12", "-x", False)),
        (["--", "-q"], ("-q", None, False)),
        (["-½ s"], ("-½ s", None, False)),
        (["-"], ("-", None, False)),
        (["-K.sum(x)"], ("-K.sum(x)", None, False)),
        (["--0.5"], ("--0.5", None, False)),
    ],
)
def test_what_is_a_formula(arguments: list[str], expected: tuple[str, str | None, bool]) -> None:
    @click.command(cls=FormulaCommand)
    @click.argument("formula", required=False)
    @click.option("--text")
    @click.option("-q", "quiet", is_flag=True)
    def command(**_: object) -> None: ...

    context = command.make_context("command", arguments)
    assert (context.params["formula"], context.params["text"], context.params["quiet"]) == expected
