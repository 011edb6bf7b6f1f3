"""All pages as files: each is there once, and every link leads to one of them."""

from __future__ import annotations

from klcli.report.all_pages import INDEX, linked_pages, written_report
from klcli.report.pages import pages

LINKED = list(linked_pages())
FILES = [one.file for one in LINKED]


def test_the_list_comes_first_and_every_page_once() -> None:
    assert FILES[0] == INDEX
    assert len(FILES) == len(set(FILES)) == len(pages()) + 1


def test_names_are_those_of_files_anywhere() -> None:
    """Two that differ in case alone are one file on some systems, and blanks and slashes trouble others."""
    assert len({name.lower() for name in FILES}) == len(FILES)
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
        for name in FILES
    )


def test_every_link_leads_to_a_file() -> None:
    assert all(set(one.links.values()) <= set(FILES) for one in LINKED)


def test_the_list_leads_to_every_page_and_each_page_back() -> None:
    index, *others = LINKED
    assert set(index.links.values()) == set(FILES[1:])
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
