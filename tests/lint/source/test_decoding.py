"""Bytes as text."""

from __future__ import annotations

import pytest

from klcli.lint.source.decoding import UnreadableError, decoded, encoding_of, without_surrogates


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"x = 1", "utf-8"),
        ("# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"), "latin-1"),
        (b"# coding: rot13\nx = 1", "utf-8"),
        ("x = 'é'".encode("latin-1"), "latin-1"),
    ],
)
def test_encodings(data: bytes, encoding: str) -> None:
    assert encoding_of(data) == encoding


def test_line_ends_and_nulls() -> None:
    assert decoded(b"a\r\nb\rc\n" + b"x" * 200 + b"\0") == "a\nb\nc\n" + "x" * 200 + " "
    with pytest.raises(UnreadableError, match="null bytes"):
        decoded(b"\0\0\0a")


def test_halves_of_pairs_are_question_marks() -> None:
    assert without_surrogates("a\ud800b") == "a?b"
    assert without_surrogates("é") == "é"
