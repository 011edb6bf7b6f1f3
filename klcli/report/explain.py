"""What `klcli explain` says: pages made from the tables of mistakes, readings, estimators and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from operator import attrgetter

from klcli.errors import EXIT_STATUSES, KlcliError
from klcli.formula.program import read, read_matrices
from klcli.formula.tree import Tree
from klcli.gaussian.derivation import steps_of_one_dimension
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization, suggestion
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import MISTAKES
from klcli.judge.spaces.log_ratios.estimators import ESTIMATOR_PAGES, ESTIMATOR_VERDICTS
from klcli.judge.verdict import MEANINGS
from klcli.report.document import Block, Document, Fact, Facts, Heading, Paragraph
from klcli.report.report import Report
from klcli.report.wording import plain
from klcli.values import dataclass
from klcli.witness.estimators import ESTIMATORS, Estimator

__all__ = ["explain_report", "list_report", "pages"]

SCHEMA = "klcli.explain/1"


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a term.

    Attributes:
        term: what it is about.
        group: mistake, parameterization, estimator, verdict or exit status.
        name: a few words.
        text: the page.
        facts: formulas that belong to it.
    """

    term: str
    group: str
    name: str
    text: str
    facts: tuple[Fact, ...] = ()


@cache
def pages() -> Mapping[str, Page]:
    """Every page by its term, in lower case."""
    found = [
        *map(_of_mistake, sorted(MISTAKES.values(), key=attrgetter("code"))),
        *map(_of_reading, PARAMETERIZATIONS.values()),
        *(Page(name, "estimator", words, text) for name, (words, text) in ESTIMATOR_PAGES.items()),
        *(_of_estimator(row) for row in ESTIMATORS.values() if row.name not in ESTIMATOR_PAGES),
        *(Page(kind, "verdict", _first(text), text) for kind, text in MEANINGS.items()),
        *(Page(kind, "verdict", _first(text), text) for kind, text in ESTIMATOR_VERDICTS.items()),
        *(Page(str(code), "exit status", _first(text), text) for code, text in EXIT_STATUSES.items()),
    ]
    return {page.term.lower(): page for page in found}


def explain_report(term: str) -> Report:
    """The page of a term.

    Raises:
        KlcliError: there is no such page.
    """
    page = pages().get(term.strip().lower())
    if page is None:
        hint = suggestion(term, pages()).replace("'kl", "'KL") or "klcli explain lists all"
        raise KlcliError(f"there is no page for {term[:60]!r}", hint)
    blocks: list[Block] = [Paragraph(page.text)]
    if page.facts:
        blocks.append(Facts(page.facts))
    return Report(
        data={"schema": SCHEMA, **_record(page), "warnings": ()},
        rows=[_record(page)],
        document=Document(f"{page.term}: {page.name}", tuple(blocks)),
        bare=page.text,
        holds=True,
    )


def list_report() -> Report:
    """The list of all pages."""
    records = [_record(page) for page in pages().values()]
    return Report(
        data={"schema": SCHEMA, "pages": records, "warnings": ()},
        rows=records,
        document=Document("pages of klcli explain", tuple(_lists())),
        bare="\n".join(page.term for page in pages().values()),
        holds=True,
    )


def _lists() -> Iterator[Block]:
    groups = dict.fromkeys(page.group for page in pages().values())
    for group in groups:
        plural = "statuses" if group.endswith("status") else f"{group.split()[-1]}s"
        yield Heading(" ".join([*group.split()[:-1], plural]))
        yield Facts(tuple(Fact(page.term, page.name) for page in pages().values() if page.group == group))


def _record(page: Page) -> dict[str, object]:
    shown: dict[str, object] = {"term": page.term, "group": page.group, "name": page.name, "text": page.text}
    return shown | {fact.label.replace(" ", "_"): plain(fact.value) for fact in page.facts}


def _first(text: str) -> str:
    """The first sentence of a page, without its point."""
    return text.split(". ")[0].rstrip(".")


def _of_mistake(mistake: Mistake) -> Page:
    facts: tuple[Fact, ...] = ()
    if mistake.example:
        wrong, right = mistake.example
        facts = (Fact("wrong", (_tree(wrong),)), Fact("right", (_tree(right),)))
    return Page(mistake.code, "mistake", mistake.name, mistake.page, facts)


def _tree(text: str) -> Tree:
    program = read_matrices(text)
    return program.tree if program else read(text)


def _of_estimator(row: Estimator) -> Page:
    expectation = (
        "its average is the KL" if row.unbiased else "it is biased: its average does not tend to the KL"
    )
    text = (
        f"{row.words}, with r = p(x)/q(x) and x drawn from q; {expectation}. Its standard error "
        f"falls like n^-{row.rate:g} with n samples at best. klcli compute --estimator {row.name} takes it."
    )
    return Page(row.name, "estimator", row.words, text)


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
    return Page(row.name, "parameterization", row.meaning, text, facts)
