"""Documents as HTML, read back with a reader of XML and one of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from klcli.formula.read.math_parser import parse
from klcli.render.character_spellings import visible
from klcli.render.html import render
from klcli.report.document import (
    Axis,
    Cell,
    CellTable,
    ColumnHead,
    Curve,
    Document,
    Excerpt,
    Fact,
    FactList,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Plot,
    ShownStep,
    SourceExcerpts,
    Steps,
)
from tests.render.documents import COMPARE, COMPUTE, documents

TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "span",
        "a",
    ),
    *("div", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "ol", "li", "pre", "code"),
    *("figure", "svg", "path", "text"),
}
ATTRIBUTES = {
    *(
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "href",
        "id",
        "tabindex",
        "viewBox",
        "role",
    ),
    *("font-family", "d", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-linejoin"),
    *("stroke-dasharray", "x", "y", "font-size", "font-weight", "text-anchor"),
}
EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title></pre><svg onload=alert(1)>",
    "&lt;script&gt; &amp; &#60; &quot;",
    "javascript:alert(1) <a href='javascript:alert(1)'>",
    "<!-- --> ]]> <![CDATA[ <?php",
    "\x00\x1b[31m\u202e\udc80\ufffe",
)


class Reader(HTMLParser):
    """What a reader of HTML takes for tags and for texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def checked(text: str) -> Reader:
    """The page, once it is seen that it is well formed and that nothing in it runs or is loaded."""
    root, reader = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n")), Reader(text)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert names <= TAGS
    assert attributes <= ATTRIBUTES
    assert {tag for tag, _ in reader.tags} == {name.lower() for name in names}
    for style in root.iter("style"):
        assert not re.search(r"url|@import|expression", str(style.text))
    targets = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    for element in root.iter("a"):
        assert element.attrib["href"].removeprefix("#") in targets
    assert text.endswith("</html>\n")
    return reader


def page(*blocks: object, title: str = "title") -> Document:
    return Document(title, blocks)  # type: ignore[arg-type]


def everywhere(words: str) -> Document:
    """A document with these words wherever words can stand."""
    plot = Plot(words, Axis(words), Axis(words), (Curve(words, (0.0, 1.0), (0.0, 1.0)),) * 2, None, words)
    source = SourceExcerpts(
        "error",
        (Excerpt(words, 1, 1, 1, 5, (words,), words), Excerpt(words, 1, 1, 2, 5, (words, words))),
        (words,),
    )
    return page(
        Heading(words),
        Paragraph(words),
        Note("warning", words),
        Listing(words, words),
        Item(words, (Paragraph(words),)),
        FactList((Fact(words, words, words),)),
        CellTable((ColumnHead(words), ColumnHead(words)), ((Cell(words), Cell(words)),)),
        Steps(words, (ShownStep(words, parse("s^2"), words),)),
        plot,
        source,
        title=words,
    )


@pytest.mark.parametrize("words", EVIL)
def test_texts_are_texts(words: str) -> None:
    reader = checked(render(everywhere(words), pages={"KL101": everywhere(words)}))
    shown = " ".join(visible(words).split())
    assert " ".join(reader.text.split()).count(shown) >= 16


@pytest.mark.parametrize("document", [COMPUTE, COMPARE])
def test_the_documents_of_commands(document: Document) -> None:
    assert checked(render(document)).text


@given(documents)
@settings(deadline=None, max_examples=40)
def test_any_document_is_harmless(document: Document) -> None:
    checked(render(document))


def test_the_policy_forbids_what_the_page_does_not_need() -> None:
    policies = [found["content"] for tag, found in Reader(render(COMPUTE)).tags if "http-equiv" in found]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_a_code_leads_to_its_page_and_that_to_others() -> None:
    pages = {
        "KL201": page(Paragraph("see KL101, not KL1011"), title="KL201: sampler"),
        "KL101": page(Paragraph("KL101 itself"), title="KL101: factor"),
        "KL300": page(title="KL300: not spoken of"),
    }
    text = render(page(Note("error", "KL201"), Heading("KL201")), pages=pages)
    checked(text)
    assert text.count('href="#KL201"') == 2
    assert text.count('href="#KL101"') == 1, "neither in its own page nor within a longer word"
    assert "not spoken of" not in text
    assert text.index('id="KL201"') < text.index('id="KL101"')


def test_without_codes_there_are_no_pages() -> None:
    assert "<section" not in render(COMPUTE, pages={"KL201": COMPUTE})


def test_links_to_elsewhere_are_those_that_were_given() -> None:
    text = render(page(Paragraph("KL201 and KL101")), links={"KL201": "KL201.html?a=1&b=2"})
    assert '<a href="KL201.html?a=1&amp;b=2">KL201</a> and KL101' in text


def test_blocks() -> None:
    text = render(
        page(
            Paragraph(("s is ", parse("sigma^2")), "good"),
            Note("error", "no"),
            FactList((Fact("KL", "0.08", "nats", "strong"),)),
            CellTable(
                (ColumnHead(""), ColumnHead("x", numeric=True)), ((Cell("a", "bad"), Cell("1", "good")),)
            ),
            FactList(()),
            title="",
        )
    )
    for found in (
        "<title>klcli</title>",
        '<p class="good">s is <span class="math">σ²</span></p>',
        '<p class="note error"><span class="label">error:</span> no</p>',
        '<dt>KL</dt>\n<dd><span class="strong">0.08</span> <span class="remark">nats</span></dd>',
        '<tr><th></th><th class="n">x</th></tr>',
        '<tr><td class="bad">a</td><td class="good n">1</td></tr>',
    ):
        assert found in text
    assert "<h1" not in text


def test_a_picture_is_within_the_page_and_can_be_read_aloud() -> None:
    assert '<figure>\n<svg xmlns="http://www.w3.org/2000/svg" class="plot"' in render(COMPARE)
    assert "<title>penalty</title>" in render(COMPARE)
