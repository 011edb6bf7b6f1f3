"""Records by names of columns: CSV and JSON lines, with what is wrong said by line."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.tables.records import Record, records


def read(text: str) -> list[Record]:
    return list(records(text, "x.csv"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv(separator: str) -> None:
    text = f'\nmu{separator} sigma\n0.30{separator}"1,2"\n\n-1{separator}\n'
    assert read(text) == [
        Record(3, {"mu": "0.30", "sigma": "1,2"}),
        Record(5, {"mu": "-1", "sigma": ""}),
    ]


def test_a_quoted_field_may_span_lines() -> None:
    assert [one.line for one in read('name,mu\n"a\nb",1\nc,2\n')] == [2, 4]


def test_a_row_of_another_length_is_named() -> None:
    (one,) = read("mu,sigma\n1,2,3\n")
    assert (one.line, one.problem) == (2, "it has 3 fields, the header has 2")


def test_json_lines_keep_the_digits_that_were_typed() -> None:
    text = '{"mu": 0.30000000000000000001, "var": [1, 2.50]}\n\n{"mu": "1e-3", "sigma": null}\n'
    assert read(text) == [
        Record(1, {"mu": "0.30000000000000000001", "var": ["1", "2.50"]}),
        Record(3, {"mu": "1e-3"}),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{bad", "it is no JSON"),
        ("[1]", "it is no JSON object"),
        ('{"mu": {"a": 1}}', "mu is neither a number nor a list of numbers"),
        ('{"mu": [[1]]}', "mu is neither a number nor a list of numbers"),
        ('{"mu": true}', "mu is neither a number nor a list of numbers"),
        ('{"mu": ' + "[" * 100_000, "it is no JSON"),
    ],
)
def test_a_line_that_is_no_record_is_named_and_the_others_are_read(line: str, problem: str) -> None:
    first, second, third = read(f'{{"mu": 1}}\n{line}\n{{"mu": 2}}\n')
    assert (first.problem, third.problem) == ("", "")
    assert second.line == 2
    assert problem in second.problem


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_nothing_to_read(text: str) -> None:
    with pytest.raises(KlcliError, match=r"there is no row in x\.csv"):
        read(text)
