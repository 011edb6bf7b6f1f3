"""What `klcli explain` says: a page, or the list of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import suggestion
from klcli.report.document import Document, DocumentBlock, Fact, FactList, Heading, Plot
from klcli.report.explain_page import Page
from klcli.report.explainable_terms import pages
from klcli.report.report import Report

SCHEMA = "klcli.explain/1"


def explain_report(term: str) -> Report:
    """The page of a term.

    Raises:
        KlcliError: there is no such page.
    """
    page = pages().get("-".join(term.lower().split()))
    if page is None:
        hint = suggestion(term, pages()).replace("'kl", "'KL") or "klcli explain lists all"
        # As much of it as a line has room for.
        raise KlcliError(f"there is no page for {term[:60]!r}", hint)
    return Report(
        data={"schema": SCHEMA, **page.record, "warnings": ()},
        rows=[page.record],
        document=page.document,
        bare=page.text,
        holds=True,
        pictures=lambda: _pictures(page),
        is_pictured=False,
    )


def _pictures(page: Page) -> Sequence[Plot]:
    from klcli.report.explain_pictures import pictures_of

    return pictures_of(page)


def list_report() -> Report:
    """The list of all pages, by group."""
    records = [page.record for page in pages().values()]
    return Report(
        data={"schema": SCHEMA, "pages": records, "warnings": ()},
        rows=records,
        document=Document("pages of klcli explain", tuple(lists(lambda page: Fact(page.term, page.name)))),
        bare="\n".join(page.term for page in pages().values()),
        holds=True,
    )


def lists(entry: Callable[[Page], Fact]) -> Iterator[DocumentBlock]:
    """The pages by group.

    Args:
        entry: what is said of each.
    """
    groups = dict.fromkeys(page.group for page in pages().values())
    for group in groups:
        plural = "statuses" if group.endswith("status") else f"{group.split()[-1]}s"
        yield Heading(" ".join([*group.split()[:-1], plural]))
        yield FactList(tuple(entry(page) for page in pages().values() if page.group == group))
