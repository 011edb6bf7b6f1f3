"""Options of a few words: each is taken as it is, and another is answered with the nearest and with all."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from klcli.cli.options.words import WordChoice
from klcli.errors import KlcliError

STEPS = WordChoice(("full", "short", "none"))
OPTION = click.Option(["--steps"], type=STEPS)


@pytest.mark.parametrize("word", ["full", "short", "none"])
def test_a_word_is_itself(word: str) -> None:
    assert STEPS.convert(word, OPTION, None) == word


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("ful", "did you mean 'full'? one of: full, short, none"),
        ("SHORT", "did you mean 'short'? one of: full, short, none"),
        ("everything", "one of: full, short, none"),
        ("", "one of: full, short, none"),
    ],
)
def test_another_is_answered(word: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        STEPS.convert(word, OPTION, None)
    assert caught.value.message == f"--steps cannot be {word!r}"
    assert caught.value.hint == hint


def test_help_has_no_list_of_its_own() -> None:
    """Neither in the metavar, nor where an argument is missing."""

    @click.command
    @click.option("--steps", type=STEPS, help="One of the words.")
    @click.argument("kind", type=STEPS)
    def command(steps: str, kind: str) -> None: ...

    assert "--steps WORD" in CliRunner().invoke(command, ["--help"]).output
    missing = CliRunner().invoke(command, []).output
    assert "full" not in missing
