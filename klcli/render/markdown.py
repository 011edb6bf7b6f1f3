"""Documents as GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never

from klcli.formula.tree import Tree
from klcli.formula.write.printing import to_text
from klcli.lazy_regex import regex
from klcli.render.character_spellings import to_latex_math
from klcli.render.excerpts import listing
from klcli.render.wording import as_table, lines_of, spell, without_picture
from klcli.report.document import (
    CellTable,
    Document,
    DocumentBlock,
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

_SPECIAL = regex(r"[\\`*_\[\]<|~#]|&(?=#?\w+;)")
"""What Markdown would take for its own."""
_LINE = 100
"""Characters that a line of source may take."""
_DOLLAR = "<span>$</span>"
_START_OF_BLOCK = regex(r"^(?:(\d{1,9})(?=[.)](?:\s|$))|(?=>|[+-](?:[\s-]|$)))")
"""What begins a list or a quotation at the start of a line."""


def render(document: Document) -> str:
    """The Markdown text of a document, ending in a line end; plots are named and left out."""
    title = [f"# {_words(document.title)}"] if document.title else []
    return "\n\n".join([*title, *map(_block, document.blocks)]) + "\n"


def _block(block: DocumentBlock) -> str:
    match block:
        case Heading(text):
            return f"## {_words(text)}"
        case Paragraph(text, tone):
            return _toned(_line(text), tone)
        case Listing(text, language):
            return _fenced(lines_of(text), language)
        case Note(kind, text):
            return f"> **{kind}:** {_words(text)}"
        case Item(label, lines):
            told = [_toned(_words(label), "strong"), *(_toned(_line(line.text), line.tone) for line in lines)]
            return "- " + "\\\n  ".join(filter(None, told))
        case FactList():
            return _table(as_table(block))
        case CellTable():
            return _table(block)
        case Steps():
            return _steps(block)
        case Plot():
            return _line(without_picture(block))
        case SourceExcerpts():
            return _fenced(listing(block, _LINE, unicode=True))
    assert_never(block)


def _fenced(text: str, language: str = "") -> str:
    """A text as it is, between fences that are longer than any in it."""
    # Runs of backticks, each of which would end a fence of its length.
    longest = max(map(len, re.findall("`+", text)), default=0)
    # CommonMark has no shorter fence.
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _words(text: Text) -> str:
    return spell(text, _escaped, _inline).strip()


def _line(text: Text) -> str:
    """Words at the start of a line, where ``1.`` and ``-`` would begin a list."""
    return _START_OF_BLOCK.sub(r"\1\\", _words(text), count=1)


def _escaped(words: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", words).replace("$", _DOLLAR)


def _inline(tree: Tree) -> str:
    return f"${to_text(tree, 'latex')}$"


def _display(tree: Tree, left: str = "") -> str:
    return f"$${left}{to_text(tree, 'latex')}$$"


def _toned(words: str, tone: Tone) -> str:
    return f"**{words}**" if tone == "strong" and words else words


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(table: CellTable) -> str:
    rows = [[_toned(_words(cell.text), cell.tone) for cell in row] for row in table.rows]
    alignment = ["---:" if column.numeric else "---" for column in table.columns]
    return "\n".join(map(_row, [[_words(column.title) for column in table.columns], alignment, *rows]))


def _steps(steps: Steps) -> str:
    left = f"{to_latex_math(steps.subject)} = "
    items = []
    for number, step in enumerate(steps.steps, start=1):
        mark = f"{number}. "
        value = f" ({_words(step.value)})" if step.value else ""
        items.append(f"{mark}{_line(step.rule)}{value}\n\n{' ' * len(mark)}{_display(step.tree, left)}")
        left = "= "
    return "\n\n".join(items)
