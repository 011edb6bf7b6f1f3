"""A text that a formula was read from: what stands at its places, and the text with others there."""

from __future__ import annotations

from collections.abc import Collection

from klcli.formula.tree import Span
from klcli.values import dataclass

TextEdit = tuple[Span, str]
"""A place and what comes to stand there."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text; the places of trees are those of characters in it."""

    text: str

    def written(self, span: Span) -> str:
        """What stands at a place."""
        return self.text[slice(*span)]

    def around(self, span: Span) -> tuple[str, str]:
        """What stands before and after a place."""
        return self.text[: span[0]], self.text[span[1] :]

    def edited(self, edits: Collection[TextEdit]) -> PlainText:
        """The text with others at these places."""
        text = self.text
        for (start, end), new in sorted(set(edits), reverse=True):
            text = text[:start] + new + text[end:]
        return PlainText(text)
