"""What `klcli compare` says without a reading: which of the formulas met online is right, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from klcli.formula.numeral import number_text, significant
from klcli.formula.read.math_parser import known
from klcli.formula.tree import Tree
from klcli.formula.value.interval import enclose, nearest_double
from klcli.formula.write.printing import to_text
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison import ComparisonEntry, truth_at
from klcli.report.csv_records import ResultRow
from klcli.report.document import Cell, CellTable, Document, DocumentBlock, Heading, Paragraph, Text, table_of
from klcli.report.report import Report
from klcli.report.wording import about
from klcli.values import dataclass

_ONE = (
    "All are one KL, ",
    *(known("-1/2 (log sigma^2 - sigma^2 - mu^2 + 1)"), ", written in s; between A and B stands "),
    *("2 ", known("log sigma"), " = ", known("log sigma^2"), " alone. klcli derive goes there step by step."),
)
_MARK = "*"
"""What stands before a value that is the KL's under the reading."""


@dataclass(frozen=True, slots=True)
class FormulaReadings:
    """A formula and the readings under which it is KL(q || N(0, 1))."""

    name: str
    formula: str
    exact_under: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The data of `klcli compare` without a reading; the field names are the keys of its JSON.

    Attributes:
        point: mean and standard deviation at which the values of the table are.
        truth: KL(q || N(0, 1)) there, in nats.
        heads: the number that stands for this standard deviation, by reading; None where none does.
        table: verdict and value of every formula under every reading.
    """

    schema: str
    unit: str
    point: Mapping[str, Fraction]
    truth: float
    heads: Mapping[str, float | None]
    formulas: tuple[FormulaReadings, ...]
    table: tuple[ComparisonEntry, ...]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        found = ", ".join(f"{row.name}={' '.join(row.exact_under)!r}" for row in self.formulas)
        return f"{type(self).__name__}({found})"


def readings_report(
    formulas: Mapping[str, Tree],
    table: Sequence[ComparisonEntry],
    mu: Fraction,
    sigma: Fraction,
    *,
    every: bool,
) -> Report:
    """The report of formulas under all readings.

    Args:
        formulas: the formulas of one latent, by name.
        table: their verdicts and values under every reading, see `klcli.judge.comparison.matrix`.
        mu: the mean at which the values are.
        sigma: the standard deviation there.
        every: whether readings are shown under which none of the formulas is right.
    """
    heads = {
        name: nearest_double(partial(enclose, reading.head, {"sigma": sigma}))
        if reading.reaches(sigma)
        else None
        for name, reading in PARAMETERIZATIONS.items()
    }
    rows = tuple(
        FormulaReadings(name, to_text(tree), _exact_under(name, table)) for name, tree in formulas.items()
    )
    data = Overview(
        schema="klcli.readings/1",
        unit="nats",
        point={"mu": mu, "sigma": sigma},
        truth=truth_at(mu, sigma),
        heads=heads,
        formulas=rows,
        table=tuple(table),
        warnings=(),
    )
    return Report(
        data=data,
        rows=tuple(_records(data)),
        document=Document(_verdict(rows), tuple(_blocks(data, formulas, every=every))),
        bare="\n".join(f"{row.name} {' '.join(row.exact_under)}" for row in rows),
        holds=True,
    )


def _exact_under(name: str, table: Sequence[ComparisonEntry]) -> tuple[str, ...]:
    return tuple(entry.parameterization for entry in table if entry.name == name and entry.verdict == "exact")


def _verdict(rows: Sequence[FormulaReadings]) -> str:
    """``each is right under one reading: A std, B var, ...``, or what else is so."""
    found = ", ".join(f"{row.name} {' and '.join(row.exact_under) or 'none'}" for row in rows)
    if all(len(row.exact_under) == 1 for row in rows):
        return f"each is right under one reading: {found}"
    return f"right under these readings: {found}"


def _records(data: Overview) -> Iterator[ResultRow]:
    formulas = {row.name: row.formula for row in data.formulas}
    for entry in data.table:
        yield {
            "parameterization": entry.parameterization,
            "head": data.heads[entry.parameterization],
            "name": entry.name,
            "formula": formulas[entry.name],
            "verdict": entry.verdict,
            "value": entry.value,
            "truth": data.truth,
        }


def _blocks(data: Overview, formulas: Mapping[str, Tree], *, every: bool) -> Iterator[DocumentBlock]:
    yield _right(data, formulas)
    yield Paragraph(_ONE)
    point = ", ".join(f"{name} = {number_text(value)}" for name, value in data.point.items())
    yield Heading(f"nats at {point}, where KL(q || N(0, 1)) {about(data.truth)}")
    yield _values(data, every=every)
    yield Paragraph(
        f"{_MARK} is the KL itself; klcli compare --param var says more of a reading, and "
        "klcli verify 'FORMULA' finds the reading of your own line."
    )


def _right(data: Overview, formulas: Mapping[str, Tree]) -> CellTable:
    """When each formula is right."""
    rows = []
    for row in data.formulas:
        meanings: list[str | Tree] = []
        for name in row.exact_under:
            reading = PARAMETERIZATIONS[name]
            meanings += [*[" or "][: len(meanings)], f"{reading.meaning}, s = ", reading.head]
        rows.append((Cell(row.name, "strong"), (formulas[row.name],), Cell(tuple(meanings), "good")))
    return table_of(("", "KL(q || N(0, 1))", "if s is"), rows)


def _values(data: Overview, *, every: bool) -> CellTable:
    entries = {(entry.parameterization, entry.name): entry for entry in data.table}
    right = {name for row in data.formulas for name in row.exact_under}
    rows: list[list[Text | Cell]] = []
    for name, head in data.heads.items():
        if every or name in right:
            rows.append([name, _number(head), *(_cell(entries[name, row.name]) for row in data.formulas)])
    titles = ("s is", "s", *(row.name for row in data.formulas))
    return table_of(titles, rows, numeric=titles[1:])


def _cell(entry: ComparisonEntry) -> Cell:
    number = _number(entry.value)
    return Cell(f"{_MARK} {number}", "good") if entry.verdict == "exact" else Cell(number)


def _number(value: float | None) -> str:
    return "–" if value is None else significant(value)
