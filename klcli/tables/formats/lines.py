"""Texts of lines, as they come out of a file."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator

from klcli.errors import KlcliError
from klcli.tables.source import Source

_BYTES = 1 << 18
"""Read at once: some thousand rows."""
_LONGEST = 1 << 20
"""Bytes of a line; a longer one is no table."""


def texts(source: Source, begin: bytes) -> Iterator[str]:
    """Whole lines, a quarter of a megabyte at a time, which end in line feeds alone.

    Args:
        source: behind its first bytes.
        begin: these.

    Raises:
        KlcliError: not UTF-8, NUL bytes, carriage returns alone, or a line that does not end.
    """
    rest, line = begin, 1
    while data := source.read(_BYTES):
        cut = data.rfind(b"\n") + 1
        if cut:
            text = _decoded(rest + data[:cut], source, line)
            line += text.count("\n")
            yield text
            rest = data[cut:]
        else:
            rest += data
        if len(rest) > _LONGEST:
            _decoded(rest[:_LONGEST], source, line, whole=False)
            raise KlcliError(
                f"line {line:,} of {source.name} is longer than {_LONGEST:,} bytes",
                "each line is a row; is it a text?",
            )
    if rest:
        yield _decoded(rest, source, line)


def _decoded(data: bytes, source: Source, line: int, *, whole: bool = True) -> str:
    if line == 1:
        data = data.removeprefix(BOM_UTF8)
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        if not whole and error.end == len(data):
            return ""
        at = line + data.count(b"\n", 0, error.start)
        encoding = "utf-16" if line == 1 and data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin1"
        raise KlcliError(
            f"{source.name} is not UTF-8: byte 0x{data[error.start]:02x} in line {at:,}",
            f"if it is a table: iconv -f {encoding} -t utf-8",
        ) from None
    if "\0" in text:
        raise KlcliError(
            f"{source.name} is no text: it has NUL bytes",
            "CSV and JSON lines are text; other formats are told by how they begin, and it begins as none",
        )
    if "\r" in text.removesuffix("\r"):
        raise KlcliError(
            f"the lines of {source.name} end in carriage returns alone",
            "tr '\\r' '\\n' < table.csv > lines.csv",
        )
    return text
