"""Whole lines of texts, and bytes that are none."""

from __future__ import annotations

from io import BytesIO

import pytest

from klcli.errors import KlcliError
from klcli.tables.formats.lines import texts
from klcli.tables.source import Source


def lines(data: bytes, begin: int = 3) -> list[str]:
    source = Source("t.csv", BytesIO(data[begin:]), len(data), seekable=False)
    return list(texts(source, data[:begin]))


def test_whole_lines() -> None:
    data = b"a,b\n" + b"1,2\n" * 200_000 + b"3,4"
    found = lines(data)
    assert len(found) > 3
    assert all(text.endswith("\n") for text in found[:-1])
    assert "".join(found).encode() == data


def test_the_ends_of_lines_and_the_mark_of_the_order() -> None:
    assert lines(b"\xef\xbb\xbfa\r\nb\r\n") == ["a\nb\n"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\nb\xff\n", "t.csv is not UTF-8: byte 0xff in line 2"),
        (b"a\n\0\n", "t.csv is no text"),
        (b"a\rb\r", "end in carriage returns alone"),
        (b"a\n" + b"1" * (3 << 19), "line 2 of t.csv is longer than 1,048,576 bytes"),
    ],
)
def test_what_is_no_text(data: bytes, message: str) -> None:
    with pytest.raises(KlcliError) as raised:
        lines(data, begin=1)
    assert message in raised.value.message
