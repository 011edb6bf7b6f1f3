"""Texts as tables: separators, headers, what is missing, what is wrong and where."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from tests.tables.sources import numbers, table, values

ROWS = [[1.5, -2.0], [3.0, 4.25]]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1.5,-2\n3,4.25\n",
        "a,b\r\n1.5,-2\r\n3,4.25\r\n",
        "\ufeffa,b\n1.5,-2\n3,4.25",
        "a;b\n1.5;-2\n3;4.25\n",
        "a\tb\n1.5\t-2\n3\t4.25\n",
        "a b\n1.5 -2\n3   4.25\n",
        "  a   b\n  1.5 -2.0\n  3.0  4.25e0\n",
        "# a,b\n1.5,-2\n3,4.25\n",
        "#a b\n1.5 -2\n3 4.25\n",
        '"a","b"\n"1.5","-2"\n"3", "4.25"\n',
        "\n# made by hand\n\na, b\n\n1.5, -2\n\n   \n3, 4.25\n\n",
    ],
)
def test_one_table_in_many_spellings(text: str) -> None:
    assert table(text).names == ("a", "b")
    assert values(text, 0, 1) == ROWS


@pytest.mark.parametrize("text", ["1.5,-2\n3,4.25\n", "# a remark\n1.5,-2\n3,4.25", "# 1,2\n1.5,-2\n3,4.25"])
def test_a_table_without_a_header(text: str) -> None:
    assert table(text).names == ()
    assert table(text).width == 2
    assert values(text, 1, 0) == [row[::-1] for row in ROWS]


@pytest.mark.parametrize("text", ["s1,1.5\ns2,2\n", "s1;1,5\ns2;2\n", ",1.5\nNA,2\n"])
def test_a_first_line_with_a_number_is_no_header(text: str) -> None:
    assert table(text).names == ()


@pytest.mark.parametrize("text", [",a\n0,1\n", "a,\n0,1\n"])
def test_a_header_may_leave_names_out(text: str) -> None:
    assert "a" in table(text).names
    assert len(values(text, 0)) == 1


def test_other_columns_may_hold_anything() -> None:
    text = 'id,text,a\nx,"1,2 # 3",1\ny,é,2\n'
    assert values(text, 2) == [[1.0], [2.0]]
    (block,) = table(text).blocks((2,), 1)
    assert list(block.keys) == ["1,2 # 3", "é"]


def test_lines_are_counted_with_those_that_are_no_rows() -> None:
    assert numbers("# one\na,b\n1,2\n\n \n3,4\n5,6\n", 0) == [3, 6, 7]
    assert numbers("1,2\n3,4\n", 0) == [1, 2]


@pytest.mark.parametrize("word", ["", "nan", "NaN", "NA", "n/a", "null", "None", '""'])
def test_what_is_missing_is_nan(word: str) -> None:
    ((first, missing),) = values(f"a,b\n1,{word}\n", 0, 1)
    assert first == 1
    assert math.isnan(missing)


@pytest.mark.parametrize(("word", "value"), [("inf", math.inf), ("-Infinity", -math.inf), ("+inf", math.inf)])
def test_infinite_numbers(word: str, value: float) -> None:
    assert values(f"a,b\n1,{word}\n", 1) == [[value]]
    assert values(f"a,b\n1,{word}\n,\n", 1)[0] == [value]


@given(
    st.lists(st.tuples(*[st.floats(allow_nan=False)] * 2), min_size=1, max_size=30), st.sampled_from(",;\t ")
)
def test_numbers_come_back_to_the_last_digit(rows: list[tuple[float, float]], separator: str) -> None:
    text = "".join(f"{a!r}{separator}{b!r}\n" for a, b in rows)
    assert values(f"a{separator}b\n{text}", 0, 1) == [list(row) for row in rows]
    # an empty line and a quoted one take the other way through the code
    assert values(f"a{separator}b\n{text}nan{separator}nan\n", 0, 1)[:-1] == [list(row) for row in rows]


def test_many_blocks_are_one_table() -> None:
    rows = numpy.random.default_rng(0).normal(size=(150_000, 2))
    text = "\n".join(f"{a!r},{b!r}" for a, b in rows.tolist())
    blocks = list(table(text).blocks((0, 1)))
    assert len(blocks) > 3
    assert numpy.array_equal(numpy.concatenate([block.values for block in blocks]), rows)
    assert [number for block in blocks for number in block.numbers] == list(range(1, 150_001))


def test_an_error_in_a_late_block_names_its_line() -> None:
    lines = ["a,b", *["1.25,2.5"] * 400_000]
    lines[300_007] = "1.25,2.5x"
    with pytest.raises(KlcliError, match=r"line 300,008, column b: not a number: '2.5x'"):
        values("\n".join(lines), 0, 1)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("a,b\n1,2\n3\n", "line 3 has 1 field, the first line has 2", "comma"),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 fields", "comma"),
        ("a b\n1 2\n3 4 5\n", "line 3 has 3 fields", "blanks"),
        ("a;b\n1;2\n3,5;4\n", "line 3, column a: not a number: '3,5'", "decimal point"),
        ("1,5;2\n3,5;4\n", "line 1, column 1: not a number: '1,5'", "decimal point"),
        ("a,b\n1,2_000\n", "line 2, column b: not a number: '2_000'", "-1.25"),
        ("a,b\n1,0x10\n", "not a number: '0x10'", "-1.25"),
        ("a,b\n1,\u0661\n", "not a number", "-1.25"),
        ("a,b\n1,\u22122\n", "not a number", "ASCII '-'"),
        ("a,b\n1,__import__('os')\n", "not a number", "-1.25"),
        ("a,b\n1," + "9" * 200 + "x\n", "not a number: '" + "9" * 30 + "...", "-1.25"),
        ("a,b\r1,2\r", "end in carriage returns alone", "tr "),
        ("", "t.csv is empty", "row"),
        ("\n \n# only\n", "there is no row", "row"),
    ],
)
def test_what_is_wrong(text: str, message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as error:
        values(text, 0, 1)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        ("a,b\n1,2\n".encode("utf-16"), "not UTF-8: byte 0xff in line 1", "utf-16"),
        ("a,b\n1,2\né,2\n".encode("latin1"), "not UTF-8: byte 0xe9 in line 3", "latin1"),
        (b"a,b\n1,\x002\n", "NUL bytes", "begins as none"),
        (b"\0" * 3_000_000, "NUL bytes", "begins as none"),
        (b"1" * 3_000_000, "longer than 1,048,576 bytes", "each line is a row"),
        ("é".encode() * 1_500_000, "longer than 1,048,576 bytes", "each line is a row"),
        (b"a,b\n" + b"1,2\n" * 10 + b"1" * 3_000_000, "line 12 of t.csv is longer", "each line is a row"),
    ],
)
def test_what_is_no_text(data: bytes, message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as error:
        values(data, 0, 1)
    assert message in error.value.message
    assert hint in error.value.hint


def complaint(data: bytes) -> str | None:
    """The message, if the bytes are no table."""
    try:
        found = values(data, 0)
    except KlcliError as error:
        return error.message
    assert all(isinstance(row[0], float) for row in found)
    return None


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet='0123456789.,;\t "#\n\r-+eEinfa\u2212é', max_size=60).map(str.encode),
    )
)
def test_any_bytes_are_a_table_or_one_clear_error(data: bytes) -> None:
    message = complaint(data)
    assert message is None or (message and "\n" not in message)


@pytest.mark.parametrize("name", ["[" * 100_000, "1_" * 50_000, "mu" * 50_000, "1" * 99_999 + "x"])
def test_a_name_without_an_end_is_none(name: str) -> None:
    """A rule on names that took their square would need minutes."""
    with pytest.raises(KlcliError, match="a name of 100,000 characters"):
        table(f"{name},b\n1,2\n")
    assert table(f"{name[-500:]},b\n1,2\n").names == (name[-500:], "b")


def test_lines_are_counted_behind_many_empty_ones() -> None:
    assert numbers("a,b\n1,2\n" + "\n" * 600_000 + "3,4\n", 0, 1) == [2, 600_003]
