"""Places in the code of a notebook as places in its JSON, for tools that know files and no cells."""

from __future__ import annotations

from klcli.lint.findings.edits import Lines
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import Edit
from klcli.lint.source.cell_offsets import CellStrings
from klcli.lint.source.decoding import UnreadableError, decoded
from klcli.lint.source.notebooks import code_of


class RawPlaces:
    """The places in the file of one notebook."""

    def __init__(self, data: bytes) -> None:
        """The places in a file.

        Args:
            data: its bytes.

        Raises:
            UnreadableError: it is no notebook, or its cells are not found in it.
        """
        self._raw, text = decoded(data), code_of(data)
        self._lines = Lines(text)
        try:
            self._cells = CellStrings(self._raw, text)
        except (ValueError, LookupError, TypeError):
            raise UnreadableError("its cells are not found in its JSON") from None

    def place(self, place: SourceSpan) -> SourceSpan | None:
        """Where a place in the code stands in the file; None for one that it does not have."""
        span = self._lines.span(place)
        if span is None:
            return None
        first = self._cells.raw_span(span[0], span[0] + 1)
        last = self._cells.raw_span(max(span[0], span[1] - 1), max(span[0] + 1, span[1]))
        if first is None or last is None:
            return None
        return SourceSpan(place.path, *self._position(first[0]), *self._position(last[1]))

    def edit(self, edit: Edit) -> Edit | None:
        """An edit of the code as one of the file; None for one that goes over several lines."""
        span = self._lines.span(edit.place)
        raw = span and self._cells.raw_span(*span)
        if raw is None:
            return None
        place = SourceSpan(edit.place.path, *self._position(raw[0]), *self._position(raw[1]))
        return Edit(place, self._cells.quoted(edit.text))

    def _position(self, at: int) -> tuple[int, int]:
        """The line and the column of a character, from 1."""
        return self._raw.count("\n", 0, at) + 1, at - self._raw.rfind("\n", 0, at)
