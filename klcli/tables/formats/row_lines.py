"""The rows of a text: a line each, or several where a quoted field goes on behind the end of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klcli.errors import KlcliError
from klcli.lazy_regex import regex
from klcli.tables.formats.lines import texts
from klcli.tables.source import Source
from klcli.values import dataclass, field

_QUOTED = {sign: regex(rf'(?:^|{sign}) *"(?:[^"]|"")*("?)') for sign in "\t;,"}
"""A field that begins with a quote, and the quote that ends it, which may stand in a later line."""
_CLOSED = regex(r'(?:[^"]|"")*"')
"""What a quoted field goes on with in another line, as far as its end."""
_NUMBER = regex(r"\s*[+-]?[0-9]*\.?[0-9]+\.?(?:[eE][+-]?[0-9]+)?\s*")
"""A field with a number, as rows have."""
_LONGEST = 1 << 20
"""Letters of a row with line breaks, as of a line."""


def separator_of(line: str) -> str | None:
    """A tab, a semicolon or a comma, whichever of these, in this order, a first line has; None for blanks."""
    return next((sign for sign in "\t;," if sign in line), None)


@dataclass(slots=True)
class _Rows:
    """What was seen of a text.

    Attributes:
        name: of the file.
        comment: the last one above the first row.
        separator: of the first row.
        width: how many fields it has; 0 before it.
        open: the lines of a row whose quoted field has not ended.
        first: the number of the first of them.
    """

    name: str
    comment: str = ""
    separator: str | None = None
    width: int = 0
    open: list[str] = field(default_factory=list)
    first: int = 0

    def of(self, numbers: Sequence[int], lines: Sequence[str]) -> tuple[list[int], list[str]]:
        """The rows in some lines, and the number of the line in which each begins."""
        found: list[tuple[int, str]] = []
        for number, line in zip(numbers, lines, strict=True):
            if not self.open and not self._begins(number, line):
                continue
            self.open.append(line)
            if not self._goes_on(line):
                found.append((self.first, self._closed()))
        if sum(map(len, self.open)) > _LONGEST:
            raise self.unended()
        return [number for number, _ in found], [row for _, row in found]

    def _begins(self, number: int, line: str) -> bool:
        """Whether a row begins with a line: it is not empty, and no comment above the first row."""
        if not line.strip():
            return False
        if not self.width:
            if line.lstrip().startswith("#"):
                self.comment = line.strip()
                return False
            self.separator = separator_of(line)
            self.width = line.count(self.separator or "\n") + 1
        self.first = number
        return True

    def _goes_on(self, line: str) -> bool:
        """Whether a quoted field is open at the end of the last line."""
        if self.separator is None or '"' not in line:
            return len(self.open) > 1
        if len(self.open) > 1:
            closed = _CLOSED.match(line)
            if closed is None:
                return True
            line = line[closed.end() :]
        return any(not quoted[1] for quoted in _QUOTED[self.separator].finditer(line))

    def _closed(self) -> str:
        """The row that has ended.

        Raises:
            KlcliError: each of its lines looks like a row: quotes that are no quotes, as of tokens.
        """
        lines, self.open = self.open, []
        if len(lines) > 1 and all(map(self._is_row, lines)):
            raise KlcliError(
                f"line {self.first:,} of {self.name} opens a quoted field that ends in another row",
                "a quote in a field is doubled, and the field quoted: csv.writer and pandas do so",
            )
        return "\n".join(lines)

    def _is_row(self, line: str) -> bool:
        fields = line.split(self.separator)
        return len(fields) == self.width and any(map(_NUMBER.fullmatch, fields))

    def unended(self) -> KlcliError:
        """What to say of a quoted field that has no end."""
        return KlcliError(
            f"line {self.first:,} of {self.name} opens a quoted field that does not end",
            "a quote in a field is doubled, and the field quoted: csv.writer and pandas do so",
        )


def row_lines(source: Source, begin: bytes) -> Iterator[tuple[str, Sequence[int], list[str]]]:
    """Blocks of rows, with the last comment above the first of them and the numbers of their lines.

    Lines that begin with # are comments above the first row, where numpy.savetxt writes them; below it a
    field may begin so.

    Args:
        source: behind its first bytes.
        begin: these.

    Raises:
        KlcliError: a quoted field that does not end, and what is no text.
    """
    start, rows = 1, _Rows(source.name)
    for text in texts(source, begin):
        if not rows.open and not text.strip():  # nothing to keep; a packed file can have gigabytes of it
            start += text.count("\n")
            continue
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        numbers: Sequence[int] = range(start, start + len(lines))
        start += len(lines)
        if rows.open or not rows.width or '"' in text or _has_empty(lines):
            numbers, lines = rows.of(numbers, lines)
        yield rows.comment, numbers, lines
    if rows.open:
        raise rows.unended()


def _has_empty(lines: list[str]) -> bool:
    return not all(lines) or any(map(str.isspace, lines))
