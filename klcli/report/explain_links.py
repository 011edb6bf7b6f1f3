"""All pages of `klcli explain` as files that lead to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from klcli.report.document import Document, Fact, Paragraph, with_pictures
from klcli.report.explain import SCHEMA, lists
from klcli.report.explain_page import Page
from klcli.report.explain_pictures import pictures_of
from klcli.report.explainable_terms import pages
from klcli.report.report import Report
from klcli.values import dataclass, replace

INDEX = "index.html"
_HOME = "all pages"


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """A page as a file.

    Attributes:
        file: its name.
        document: what it says.
        links: the words in it that lead to other files, and these.
    """

    file: str
    document: Document
    links: Mapping[str, str]


def linked_pages() -> Iterator[LinkedPage]:
    """Every page, and first the list of all, which leads to each."""
    every = pages().values()
    index = Document("pages of klcli explain", tuple(lists(_entry)))
    yield LinkedPage(INDEX, index, {_label(page): _file(page) for page in every})
    links = {_HOME: INDEX, **{_label(page): _file(page) for page in every}}
    links |= {page.term: _file(page) for page in every if page.group == "mistake"}
    for page in every:
        shown = with_pictures(page.document, pictures_of(page))
        document = replace(shown, blocks=(*shown.blocks, Paragraph(_HOME)))
        yield LinkedPage(_file(page), document, {word: to for word, to in links.items() if word != page.term})


def written_report(folder: str, files: Sequence[str]) -> Report:
    """What is said when they are written."""
    text = f"{len(files)} pages in {folder}, which begin with {INDEX}"
    return Report(
        data={"schema": SCHEMA, "folder": folder, "files": tuple(files), "warnings": ()},
        rows=[{"file": file} for file in files],
        document=Document(text, ()),
        bare="\n".join(files),
        holds=True,
    )


def _entry(page: Page) -> Fact:
    return Fact(_label(page), page.name)


def _label(page: Page) -> str:
    """The words that lead to a page: what one types for it, as a term alone may stand anywhere."""
    return f"klcli explain {page.term}"


def _file(page: Page) -> str:
    return f"{page.term}.html"
