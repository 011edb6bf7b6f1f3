"""Lines lose what no one sees at their ends, and keep together what belongs together."""

from __future__ import annotations

import pytest

from klcli.render.styled_rows import text_of, trimmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  \nb ", "a\nb"),
        ("\x1b[31ma\x1b[0m   \n", "\x1b[31ma\x1b[0m\n"),
        ("a \x1b[0m \nb", "a\x1b[0m\nb"),
        ("  a", "  a"),
    ],
)
def test_blanks_at_ends_of_lines_go(text: str, expected: str) -> None:
    assert trimmed(text) == expected


def test_a_line_without_its_styles() -> None:
    assert text_of((("a", "bold"), (" b", ""))) == "a b"
