"""The tables of mistakes: codes are promises, each has one page whose sentences end, and its own example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from klcli.errors import KlcliError
from klcli.judge.mistakes.page_reader import FOLDER, entries
from klcli.judge.mistakes.table import MISTAKES, OF_MATRICES, OF_NUMBERS, find_mistake, place_of

FILES = sorted(path.stem for path in Path(FOLDER).glob("*.md"))


def test_every_file_is_in_the_table_and_no_code_twice() -> None:
    rows = [row for name in FILES for row in entries(name)]
    assert len(FILES) == 5
    assert len({row.code for row in rows}) == len(rows) == len(MISTAKES)
    assert {*OF_NUMBERS, *OF_MATRICES, *entries("KL2nn_found_by_lint")} == set(rows)


@pytest.mark.parametrize("code", MISTAKES)
def test_a_row_says_what_it_has_to(code: str) -> None:
    row = MISTAKES[code]
    assert re.fullmatch(r"KL[12]\d\d", code)
    assert row.codes[0] == code
    assert not row.sentence.endswith("."), "it is a part of a verdict"
    assert row.what.endswith(".")
    assert row.why.endswith((".", "`"))
    wrong, right = row.example
    assert wrong != right


def test_names_are_of_one_mistake() -> None:
    names = [row.name for row in MISTAKES.values()]
    assert len(set(names)) == len(names)


def test_former_codes_lead_to_older_ones() -> None:
    for row in MISTAKES.values():
        assert all(former < row.code for former in row.formerly)


def test_of_two_the_first_is_named() -> None:
    places = [place_of(row) for row in MISTAKES.values()]
    assert places == list(range(len(MISTAKES)))


@pytest.mark.parametrize("code", ["kl101", "KL101"])
def test_a_code_is_found_in_any_case(code: str) -> None:
    assert find_mistake(code).code == "KL101"


def test_a_code_that_is_none_is_an_error() -> None:
    with pytest.raises(KlcliError, match="there is no mistake 'KL999'") as caught:
        find_mistake("KL999")
    assert "klcli explain" in caught.value.hint
