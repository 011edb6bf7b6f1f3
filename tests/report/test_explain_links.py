"""All pages as files: each is there once, and every link leads to one of them."""

from __future__ import annotations

import pytest

from klcli.report import explain_links
from klcli.report.explain_links import INDEX, LinkedPage, linked_pages, written_report
from klcli.report.explainable_terms import pages


@pytest.fixture(scope="module")
def linked() -> list[LinkedPage]:
    """The pages without their pictures, which have tests of their own and take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explain_links, "pictures_of", lambda page: ())
        return list(linked_pages())


@pytest.fixture
def files(linked: list[LinkedPage]) -> list[str]:
    return [one.file for one in linked]


def test_the_list_comes_first_and_every_page_once(files: list[str]) -> None:
    assert files[0] == INDEX
    assert len(files) == len(set(files)) == len(pages()) + 1


def test_names_are_those_of_files_anywhere(files: list[str]) -> None:
    """Two that differ in case alone are one file on some systems, and blanks and slashes trouble others."""
    assert len({name.lower() for name in files}) == len(files)
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
        for name in files
    )


def test_every_link_leads_to_a_file(linked: list[LinkedPage], files: list[str]) -> None:
    assert all(set(one.links.values()) <= set(files) for one in linked)


def test_the_list_leads_to_every_page_and_each_page_back(linked: list[LinkedPage], files: list[str]) -> None:
    index, *others = linked
    assert set(index.links.values()) == set(files[1:])
    assert all(INDEX in one.links.values() for one in others)
    assert all(
        one.file not in {to for word, to in one.links.items() if word == one.document.title} for one in others
    )


def test_what_is_said_of_them() -> None:
    found = written_report("pages", ["index.html", "a.html"])
    assert found.holds
    assert found.bare == "index.html\na.html"
    assert found.document.title == "2 pages in pages, which begin with index.html"
    assert [row["file"] for row in found.rows] == ["index.html", "a.html"]
