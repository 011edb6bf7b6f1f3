"""The tables of `klcli compare`: the formulas at the point, along sigma, and under every reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from klcli.formula.numeral import significant
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.comparison import ComparisonEntry, Judged, grid_of
from klcli.report.compare_data import CompareData
from klcli.report.document import Cell, CellTable, ColumnHead, Tone
from klcli.report.wording import FEW_DIGITS, RATIO_DIGITS

TRUTH = "KL"
"""The row and the curve that all others stand beside."""

TONES: Mapping[str, Tone] = {"exact": "good", "scaled": "plain", "wrong": "bad", "not-kl": "bad"}
"""How a verdict is shown; one that does not stand here is plain."""


def at_point(data: CompareData, judged: Sequence[Judged], *, full: bool) -> CellTable:
    """Values, minima and curvatures, with the truth in the first row.

    Args:
        data: of the comparison.
        judged: the formulas with what they are.
        full: whether the slopes at the truth are wanted, too.
    """
    truth = (TRUTH, "", significant(data.truth.value), "1", "sigma = 1", "2", "0", "")
    rows = [tuple(Cell(text, "strong") for text in truth), *map(_numbers, judged)]
    shown = [place for place, column in enumerate(_NUMBERS) if full or column is not _SLOPE]
    return CellTable(
        tuple(_NUMBERS[place] for place in shown), tuple(tuple(row[place] for place in shown) for row in rows)
    )


_SLOPE = ColumnHead("slope at sigma = 1", numeric=True)

_NUMBERS = (
    ColumnHead(""),
    ColumnHead("verdict"),
    ColumnHead("nats", numeric=True),
    ColumnHead("ratio", numeric=True),
    ColumnHead("minimum at"),
    ColumnHead("curvature there", numeric=True),
    _SLOPE,
    ColumnHead("exact for"),
)


def _numbers(formula: Judged) -> tuple[Cell, ...]:
    return (
        Cell(formula.name),
        Cell(formula.verdict, TONES.get(formula.verdict, "plain")),
        Cell(figure(formula.value)),
        Cell(figure(formula.ratio, RATIO_DIGITS)),
        Cell(_lowest(formula)),
        Cell(figure(formula.curvature, RATIO_DIGITS)),
        Cell(figure(formula.slope_at_truth, RATIO_DIGITS)),
        Cell(", ".join(formula.exact_under)),
    )


def _lowest(formula: Judged) -> str:
    if formula.minimum:
        mu = f"mu = {significant(formula.minimum.mu, RATIO_DIGITS)}, " if formula.minimum.mu else ""
        sigma = (
            "any sigma"
            if formula.minimum.sigma is None
            else f"sigma = {significant(formula.minimum.sigma, RATIO_DIGITS)}"
        )
        return mu + sigma
    return f"none ({formula.limit.where})" if formula.limit else "none"


def along_sigma(judged: Sequence[Judged], reading: Parameterization) -> CellTable:
    """The ratio of every formula to the KL at the sigmas of the grid."""
    sigmas = [significant(float(sigma), FEW_DIGITS) for sigma in grid_of(reading)]
    columns = [ColumnHead(""), *(ColumnHead(f"sigma = {sigma}", numeric=True) for sigma in sigmas)]
    rows = [
        (Cell(formula.name), *(Cell(figure(point.ratio, RATIO_DIGITS)) for point in formula.grid))
        for formula in judged
        if formula.is_of_gaussians
    ]
    return CellTable(tuple(columns), tuple(rows))


def under_every_reading(table: Sequence[ComparisonEntry]) -> CellTable:
    """Every formula under every reading: its value, and what it is."""
    names = list(dict.fromkeys(entry.name for entry in table))
    entries = {(entry.parameterization, entry.name): entry for entry in table}
    rows = []
    for reading in PARAMETERIZATIONS:
        cells = [Cell(reading)]
        for name in names:
            entry = entries[reading, name]
            cells.append(Cell(f"{figure(entry.value)} {entry.verdict}", TONES.get(entry.verdict, "plain")))
        rows.append(tuple(cells))
    return CellTable((ColumnHead("head"), *(ColumnHead(name, numeric=True) for name in names)), tuple(rows))


# Six digits, as everywhere where nothing says otherwise.
def figure(value: float | None, digits: int = 6) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else significant(value, digits)
