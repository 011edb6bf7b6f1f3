"""The pages of `klcli explain`: Markdown, and what the tables of mistakes, readings and estimators say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from operator import attrgetter

from klcli.errors import EXIT_STATUSES
from klcli.gaussian.derivation import steps_of_one_dimension
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import MISTAKES
from klcli.report.document import Document, DocumentBlock, Fact, FactList, Heading, Listing, Paragraph
from klcli.report.explain_page import Page
from klcli.report.markdown_pages import GlossaryTerm, guides, terms
from klcli.report.wording import plain
from klcli.witness.estimators import ESTIMATORS, Estimator

_MISTAKE = "mistake"


@cache
def pages() -> Mapping[str, Page]:
    """Every page by its term, in lower case."""
    return {page.term.lower(): page for page in _all_pages()}


def code_pages() -> Mapping[str, Document]:
    """The pages of the mistakes by their codes."""
    return {page.term: page.document for page in pages().values() if page.group == _MISTAKE}


def _all_pages() -> Iterator[Page]:
    yield from guides()
    yield from map(_of_mistake, sorted(MISTAKES.values(), key=attrgetter("code")))
    yield from map(_of_reading, PARAMETERIZATIONS.values())
    for group in ("verdict", "condition", "statistic", "estimator"):
        yield from (_of_term(one, group) for one in terms(group).values())
    known = terms("estimator")
    for row in ESTIMATORS.values():
        if row.name not in known:
            yield _of_estimator(row)
    for status, meaning in EXIT_STATUSES.items():
        yield _of_words(str(status), "exit status", meaning)


def _of_term(one: GlossaryTerm, group: str) -> Page:
    if one.name:
        return Page(one.term, group, one.name, one.text, (Paragraph(one.text),), {})
    return _of_words(one.term, group, one.text, {"example": one.example})


def _of_words(term: str, group: str, text: str, listings: Mapping[str, str] | None = None) -> Page:
    """A page whose first sentence is its title."""
    first, _, rest = text.partition(". ")
    shown = listings or {}
    blocks = (*([Paragraph(rest)] if rest else []), *_listed(shown))
    return Page(term, group, first.rstrip("."), text, blocks, shown)


def _listed(texts: Mapping[str, str]) -> Iterator[DocumentBlock]:
    for title, text in texts.items():
        yield Heading(title)
        yield Listing(text.rstrip("\n"), "python" if "\n" in text else "")


def _of_mistake(mistake: Mistake) -> Page:
    wrong, right = mistake.example
    blocks = (
        Paragraph(mistake.what),
        Heading("why it matters"),
        Paragraph(mistake.why),
        *_listed({"wrong": wrong, "right": right}),
    )
    fields = {"what": mistake.what, "why": mistake.why, "wrong": wrong, "right": right}
    return Page(mistake.code, _MISTAKE, mistake.name, f"{mistake.what} {mistake.why}", blocks, fields)


def _of_estimator(row: Estimator) -> Page:
    expectation = (
        "its average is the KL" if row.unbiased else "it is biased: its average does not tend to the KL"
    )
    text = (
        f"{row.words}, with r = p(x)/q(x) and x drawn from q; {expectation}. Its standard error "
        f"falls like n^-{row.rate:g} with n samples at best. klcli compute --estimator {row.name} takes it."
    )
    return Page(row.name, "estimator", row.words, text, (Paragraph(text),), {})


def _of_reading(row: Parameterization) -> Page:
    form = steps_of_one_dimension(row, standard=True)[-1].tree
    text = (
        f"The head s is {row.meaning}. The formula below is KL(q || N(0, 1)) under this reading and no other."
    )
    domain = "any number" if row.domain == "real" else "positive"
    facts = (
        Fact("sigma", (row.sigma,)),
        Fact("variance", (row.variance,)),
        Fact("head", ("s = ", row.head)),
        Fact("s is", domain),
        *([Fact("range", row.range_text())] if row.has_range else []),
        Fact("KL", (form,)),
    )
    fields = {fact.label.replace(" ", "_"): plain(fact.value) for fact in facts}
    return Page(row.name, "parameterization", row.meaning, text, (Paragraph(text), FactList(facts)), fields)
