"""What a shell is offered: its own files, codes with names, pages; of a list with commas the last word."""

from __future__ import annotations

import click
import pytest

from klcli.cli.options.completing import codes, files, terms
from klcli.judge.mistakes.table import MISTAKES
from klcli.report.explainable_terms import pages

CONTEXT = click.Context(click.Command("klcli"))
OPTION = click.Option(["--x"])


def offered(function, text: str) -> dict[str, str | None]:  # type: ignore[no-untyped-def]
    return {item.value: item.help for item in function(CONTEXT, OPTION, text)}


def test_files_are_left_to_the_shell() -> None:
    (item,) = files(CONTEXT, OPTION, "src/m")
    assert (item.value, item.type) == ("src/m", "file")


@pytest.mark.parametrize("text", ["KL10", "kl10"])
def test_codes_are_offered_with_their_names(text: str) -> None:
    found = offered(codes, text)
    assert set(found) == {code for code in MISTAKES if code.startswith("KL10")}
    assert found["KL101"] == MISTAKES["KL101"].name


def test_of_a_list_the_last_code_is_completed() -> None:
    assert set(offered(codes, "KL101,KL11")) == {
        f"KL101,{code}" for code in MISTAKES if code.startswith("KL11")
    }


def test_pages_are_offered_in_any_case() -> None:
    assert "KL101" in offered(terms, "kl1")
    assert "logvar" in offered(terms, "LogV")
    assert set(offered(terms, "")) == {page.term for page in pages().values()}
    assert offered(terms, "no such page") == {}
