"""Documents as Markdown, read back with a Markdown reader."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from klcli.formula.read.math_parser import parse
from klcli.render.character_spellings import visible
from klcli.render.markdown import render
from klcli.report.document import (
    Cell,
    CellTable,
    ColumnHead,
    Document,
    Excerpt,
    Heading,
    Item,
    Note,
    Paragraph,
    SourceExcerpts,
)
from tests.render.documents import COMPARE, COMPUTE, documents, words

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(token: Token) -> str:
    """The text that a reader of an inline token sees."""
    kinds = {"text", "code_inline", "softbreak", "hardbreak", "html_inline"}
    parts = [
        " " if child.type.endswith("break") else child.content
        for child in token.children or ()
        if child.type in kinds and child.content not in ("<span>", "</span>")
    ]
    return " ".join("".join(parts).split())


def inline(markdown: str) -> list[str]:
    """The texts of a Markdown document, block by block."""
    return [shown(token) for token in READER.parse(markdown) if token.type == "inline"]


def seen(text: str) -> str:
    """A text as a document shows it, with its spaces as a reader shows them."""
    return " ".join(visible(text).split())


def test_compute() -> None:
    assert (
        render(COMPUTE)
        == r"""# KL(q \|\| p), q = N(0.3, 1.2²), p = N(0, 1)

reading: 1.2 is a standard deviation, so sigma = 1.2

|  |  |  |
| --- | --- | --- |
| closed form | **≈ 0.0826784 nats** | spread 0.0376784 + shift 0.045 |
| integral | ≈ 0.0826784 nats | agrees |
| Monte Carlo | ≈ 0.08243 ± 0.00049 nats | z = -0.5; 1,000,000 samples, seed 0 |

> **warning:** \[nats\] are no :100: — σ² ≤ ½ has no error bar

> **note:** read as a variance it gives 0.0538392

## steps

1. definition

   $$\mathrm{KL}(q \parallel p) = \mathbb{E}_{q}\left[ \log q - \log p \right]$$

2. log densities written out

   $$= \mathbb{E}_{q}\left[ -\frac{1}{2} \log \left( 2 \pi \cdot \sigma_{1}^{2} \right) - \frac{\left( x - \mu_{1} \right)^{2}}{2 \sigma_{1}^{2}} - \left( -\frac{1}{2} \log \left( 2 \pi \cdot \sigma_{2}^{2} \right) - \frac{\left( x - \mu_{2} \right)^{2}}{2 \sigma_{2}^{2}} \right) \right]$$

3. the head s is a standard deviation (≈ 0.0826784)

   $$= -\frac{1}{2} \left( 2 \log s - s^{2} - \mu^{2} + 1 \right)$$
"""
    )


def test_compare() -> None:
    assert (
        render(COMPARE)
        == r"""# KL(q \|\| p) where $\sigma$ is the head

- **A**\
  $-\frac{1}{2} \left( 2 \log s - s^{2} - \mu^{2} + 1 \right)$\
  exact: is KL(q \|\| N(0, 1)) itself

|  | verdict | nats | what it is |
| --- | --- | ---: | --- |
| **A** | exact | 0.0826784 | the KL divergence |
| **B** | wrong | 0.05 | keeps the minimum, with a quarter of the curvature that the KL has there |

plot: penalty (left out here; --plot FILE.svg draws it)
"""
    )


def test_dollars_are_no_mathematics() -> None:
    assert "costs <span>$</span>5 and $\\sigma$" in render(
        Document("title", (Paragraph(("costs $5 and ", parse("sigma"))),))
    )


def test_source() -> None:
    """Between fences that no line of it can end, and without a title where there is none."""
    source = SourceExcerpts("error", (Excerpt("a.py", 1, 5, 1, 7, ("x = σ  # ```",)),), ("y = x",))
    text = render(Document("", (source,)))
    assert (
        text
        == """\
````
 --> a.py:1:5
  |
1 | x = σ  # ```
  |     ^^
  |
help: y = x
````
"""
    )
    assert [token.type for token in READER.parse(text)] == ["fence"]


@given(words, words)
def test_words_mean_themselves(text: str, title: str) -> None:
    document = Document(title, (Heading(text), Paragraph(text), Note("note", text), Paragraph("end")))
    texts = [found for found in inline(render(document)) if found]
    expected = [seen(title), seen(text), seen(text), f"note: {seen(text)}".strip(), "end"]
    assert texts == [found for found in expected if found]


@given(words, st.lists(words, min_size=1, max_size=3))
def test_items_mean_themselves(label: str, lines: list[str]) -> None:
    document = Document("title", (Item(label, tuple(map(Paragraph, lines))),))
    found = " ".join(inline(render(document))[1:])
    assert found.split() == " ".join(map(seen, [label, *lines])).split()


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[words] * width), min_size=1, max_size=4)))
def test_tables_keep_their_cells(rows: list[tuple[str, ...]]) -> None:
    columns = tuple(ColumnHead(title) for title in rows[0])
    document = Document("title", (CellTable(columns, tuple(tuple(map(Cell, row)) for row in rows[1:])),))
    assert inline(render(document))[1:] == [seen(text) for row in rows for text in row]


@given(documents)
@settings(deadline=None)
def test_rows_of_tables_have_as_many_cells_as_their_heads(document: Document) -> None:
    counts: list[int] = []
    for line in render(document).split("\n"):
        bars = len(re.findall(r"(?:^|(?<=[^\\]))(?:\\\\)*\|", line)) if line.startswith("| ") else 0
        counts = [*counts, bars] if bars else []
        assert len(set(counts)) <= 1


@given(documents)
@settings(deadline=None)
def test_nothing_acts(document: Document) -> None:
    text = render(document)
    assert text.endswith("\n")
    assert all(character.isprintable() for character in text if character != "\n")


@pytest.mark.parametrize("text", ["a_b", "1.2 is", "-0.5", "-> x", "A & B", "2 > 1"])
def test_what_needs_no_escape_stays_readable(text: str) -> None:
    document = Document("title", (Paragraph(text),))
    assert render(document).split("\n")[2].replace("\\_", "_").replace("\\>", ">") == text
