"""A page of `klcli explain`: one for every name that a verdict, an option or a finding can have."""

from __future__ import annotations

from klcli.report.csv_records import CellValue, ResultRow, fields_of
from klcli.report.document import Document, DocumentBlock
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a term.

    Attributes:
        term: what it is about, as it is asked for.
        group: guide, mistake, parameterization, verdict, condition, statistic, estimator or exit status.
        name: a few words.
        text: the page in words alone.
        blocks: the page.
        fields: what data formats have beside these, such as its formulas.
    """

    term: str
    group: str
    name: str
    text: str
    blocks: tuple[DocumentBlock, ...]
    fields: ResultRow

    @property
    def record(self) -> dict[str, CellValue]:
        """The page as data."""
        return {**fields_of(self, "term group name text"), **self.fields}

    @property
    def document(self) -> Document:
        """The page under its title."""
        return Document(f"{self.term}: {self.name}", self.blocks)
