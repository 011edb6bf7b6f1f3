"""Documents as one page of HTML that stands alone: pictures within it, nothing loaded, no script.

Every text is escaped, and the page says itself that nothing of it may run or be fetched, so that a browser
would refuse what an error of ours let through. It is well-formed XML, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import assert_never

from klcli.formula.tree import Tree
from klcli.formula.write.printing import to_text
from klcli.lazy_regex import regex
from klcli.render import svg
from klcli.render.character_spellings import visible
from klcli.render.excerpts import marked
from klcli.render.html_frame import whole
from klcli.render.wording import lines_of, spell
from klcli.report.document import (
    CellTable,
    Document,
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Plot,
    SourceExcerpts,
    Steps,
    Text,
    Tone,
)

_NO_PAGES: Mapping[str, Document] = MappingProxyType({})
_NO_LINKS: Mapping[str, str] = MappingProxyType({})
_TYPED = regex(r"`([^`\n]+)`")
"""What stands between backticks is something to type."""
_LINE = 110
"""Characters that a line of source may take; a window that is narrower scrolls."""


def render(
    document: Document,
    *,
    pages: Mapping[str, Document] = _NO_PAGES,
    links: Mapping[str, str] = _NO_LINKS,
) -> str:
    """The HTML of a document, a whole page that ends in a line end.

    Args:
        document: what to say.
        pages: by the terms that they explain, such as codes; those of which the document speaks stand at its
            end, and what speaks of them leads there.
        links: addresses of pages elsewhere, by their terms.
    """
    writer = _Writer({**links, **{term: f"#{term}" for term in pages}})
    body = writer.document(document, level=1)
    title = spell(document.title, str, _math) or "klcli"
    return whole(title, body + "".join(_appendix(writer, pages)))


def _appendix(writer: _Writer, pages: Mapping[str, Document]) -> Iterator[str]:
    """The pages that were spoken of, and those of which these speak."""
    shown: list[str] = []
    while left := [term for term in writer.spoken if term in pages and term not in shown]:
        shown.append(left[0])
        if len(shown) == 1:
            yield '<div class="pages">\n'
        content = writer.document(pages[left[0]], level=2, about=left[0])
        yield f'<section id="{escape(left[0])}">\n{content}</section>\n'
    if shown:
        yield "</div>\n"


class _Writer:
    """What each block is in HTML; remembers the terms with an address that were spoken of."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.addresses = addresses
        self.about = ""
        self.spoken: dict[str, None] = {}
        longest = sorted(map(re.escape, addresses), key=len, reverse=True)
        # Any of the terms as whole words; of two that begin alike the longer one comes first.
        self._terms = re.compile(rf"\b(?:{'|'.join(longest)})\b") if longest else None

    def document(self, document: Document, level: int, about: str = "") -> str:
        """A document under a heading of some level; what it is about leads nowhere."""
        self.about = about
        title = f"<h{level}>{self.text(document.title)}</h{level}>\n" if document.title else ""
        return title + "".join(f"{self.block(block, level + 1)}\n" for block in document.blocks)

    def block(self, block: DocumentBlock, level: int) -> str:
        match block:
            case Heading(text):
                return f"<h{level}>{self.text(text)}</h{level}>"
            case Paragraph(text, tone):
                return f"<p{_class(tone)}>{self.text(text)}</p>"
            case Listing(text):
                return f'<pre tabindex="0">{self.words(lines_of(text))}</pre>'
            case Note(kind, text):
                return f'<p class="note {kind}"><span class="label">{kind}:</span> {self.text(text)}</p>'
            case Item(label, lines):
                told = "".join(f"{self.block(line, level)}\n" for line in lines)
                name = f'<span class="label">{self.text(label)}</span>'
                return f'<div class="item">\n{name}\n<div>\n{told}</div>\n</div>'
            case FactList(facts):
                return f"<dl>\n{''.join(map(self.fact, facts))}</dl>" if facts else ""
            case CellTable():
                return self.table(block)
            case Steps():
                return self.steps(block)
            case Plot():
                return f"<figure>\n{svg.inline(block)}</figure>"
            case SourceExcerpts():
                return self.source(block)
        assert_never(block)

    def text(self, text: Text) -> str:
        return spell(text, self.prose, lambda tree: f'<span class="math">{escape(_math(tree))}</span>')

    def prose(self, words: str) -> str:
        """Words, in which back-ticks stand around what is typed."""
        return _TYPED.sub(r"<code>\1</code>", self.words(words))

    def words(self, words: str) -> str:
        """Words, with links from the terms that have an address."""
        if self._terms is None:
            return escape(words)
        parts, end = [], 0
        for found in self._terms.finditer(words):
            if found[0] == self.about:
                continue
            self.spoken[found[0]] = None
            parts.append(escape(words[end : found.start()]))
            parts.append(f'<a href="{escape(self.addresses[found[0]])}">{escape(found[0])}</a>')
            end = found.end()
        return "".join([*parts, escape(words[end:])])

    def fact(self, fact: Fact) -> str:
        remark = f' <span class="remark">{self.text(fact.remark)}</span>' if fact.remark else ""
        value = f"<span{_class(fact.tone)}>{self.text(fact.value)}</span>"
        return f"<dt>{self.text(fact.label)}</dt>\n<dd>{value}{remark}</dd>\n"

    def table(self, table: CellTable) -> str:
        numeric = [column.numeric for column in table.columns]
        titles = [self.text(column.title) for column in table.columns]
        rows = [[(self.text(cell.text), cell.tone) for cell in row] for row in table.rows]
        head = f"<thead>\n{_row('th', [(title, 'plain') for title in titles], numeric)}</thead>\n"
        body = "".join(_row("td", row, numeric) for row in rows)
        inside = (head if any(titles) else "") + f"<tbody>\n{body}</tbody>\n"
        return f'<div class="scroll" tabindex="0">\n<table>\n{inside}</table>\n</div>'

    def steps(self, steps: Steps) -> str:
        left, items = f"{escape(visible(steps.subject))} = ", []
        for step in steps.steps:
            value = f' <span class="muted">{self.text(step.value)}</span>' if step.value else ""
            formula = f'<span class="math step">{left}{escape(_math(step.tree))}</span>'
            items.append(f"<li>{self.text(step.rule)}{value}\n{formula}</li>\n")
            left = "= "
        return f"<ol>\n{''.join(items)}</ol>" if items else ""

    def source(self, source: SourceExcerpts) -> str:
        rows = marked(source, _LINE, unicode=True)
        lines = ["".join(self.piece(piece.text, piece.role) for piece in row) for row in rows]
        inside = "\n".join(lines)
        return f'<div class="{source.kind}"><pre tabindex="0">{inside}</pre></div>'

    def piece(self, text: str, role: str) -> str:
        words = self.words(text)
        return words if role == "code" else f'<span class="{role.replace(" ", "-")}">{words}</span>'


def _math(tree: Tree) -> str:
    return to_text(tree, "unicode")


def _class(tone: Tone) -> str:
    return "" if tone == "plain" else f' class="{tone}"'


def _row(kind: str, cells: Sequence[tuple[str, Tone]], numeric: Sequence[bool]) -> str:
    written = []
    for (text, tone), is_number in zip(cells, numeric, strict=True):
        names = " ".join(name for name, said in ((tone, tone != "plain"), ("n", is_number)) if said)
        attribute = f' class="{names}"' if names else ""
        written.append(f"<{kind}{attribute}>{text}</{kind}>")
    return f"<tr>{''.join(written)}</tr>\n"
