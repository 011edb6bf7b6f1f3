"""The long pages: Markdown files in `klcli/pages`, which are read here into documents.

Of Markdown they have titles, paragraphs, tables and fenced listings, links, back-ticks and double stars.
The files in `klcli/pages/terms` have a section for each of their terms, which is a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

from klcli.lazy_regex import regex
from klcli.report.document import Cell, CellTable, ColumnHead, DocumentBlock, Heading, Listing, Paragraph
from klcli.report.explain_page import Page
from klcli.values import dataclass

FOLDER = Path(__file__).parent.parent / "pages"
"""Where the pages are."""

_FENCE = "```"
_TO_PAGE = regex(r"\[([^\]]*)\]\(([\w-]+)\.md\)")
"""A link to another page."""
_TO_WEB = regex(r"\[([^\]]*)\]\((https?://[^)]*)\)")
"""A link to the web."""
_STRONG = regex(r"\*\*(.+?)\*\*")
"""Words in bold."""
_BAR = regex(r"(?<!\\)\|")
"""The bar of a cell."""


def guides() -> Iterator[Page]:
    """Every page by the name of its file, in the order of the names."""
    for path in sorted(FOLDER.glob("*.md")):
        title, _, rest = path.read_text(encoding="utf-8").partition("\n")
        blocks = tuple(blocks_of(rest))
        text = "\n\n".join(str(block.text) for block in blocks if isinstance(block, Paragraph))
        yield Page(path.stem, "guide", title.removeprefix("# "), text, blocks, {})


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A word that reports use, with what it means.

    Attributes:
        term: the word.
        name: what it is called besides; empty where the first sentence of the text says it.
        text: what it means.
        example: a line that shows it; empty where there is none.
    """

    term: str
    name: str
    text: str
    example: str


def terms(group: str) -> Mapping[str, GlossaryTerm]:
    """The terms of a file, by themselves."""
    _, *sections = (FOLDER / "terms" / f"{group}s.md").read_text(encoding="utf-8").split("\n## ")
    return {one.term: one for one in map(_term, sections)}


def _term(section: str) -> GlossaryTerm:
    text, _, fenced = section.partition(f"\n\n{_FENCE}text\n")
    heading, _, words = text.partition("\n\n")
    term, _, name = heading.partition(": ")
    return GlossaryTerm(term, name, words.rstrip("\n").replace("\n", " "), fenced.partition(f"\n{_FENCE}")[0])


def blocks_of(markdown: str) -> Iterator[DocumentBlock]:
    """The blocks of a text."""
    lines = iter(markdown.splitlines())
    for line in lines:
        if line.startswith(_FENCE):
            text = "\n".join(takewhile(lambda each: each != _FENCE, lines))
            yield Listing(text, line.removeprefix(_FENCE))
        elif line.startswith("#"):
            yield Heading(_words(line.lstrip("# ")))
        elif line:
            together = [line, *takewhile(bool, lines)]
            yield _table(together) if line.startswith("|") else Paragraph(_words(" ".join(together)))


def _table(lines: list[str]) -> CellTable:
    titles, alignment, *rows = map(_cells, lines)
    columns = tuple(
        ColumnHead(title, numeric=mark.endswith(":")) for title, mark in zip(titles, alignment, strict=True)
    )
    return CellTable(columns, tuple(tuple(map(Cell, row)) for row in rows))


def _cells(line: str) -> list[str]:
    return [_words(cell.strip().replace("\\|", "|")) for cell in _BAR.split(line)[1:-1]]


def _words(text: str) -> str:
    """Words without the marks of Markdown; where a link leads is said."""
    text = _TO_PAGE.sub(r"\1 (`klcli explain \2`)", text)
    return _STRONG.sub(r"\1", _TO_WEB.sub(r"\1 (\2)", text))
