"""The tables of `klcli compare`: the formulas at the point, along sigma, and under every reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from klcli.formula.numeral import significant
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.comparison import ComparisonEntry, Judged, grid_of
from klcli.report.compare_data import CompareData
from klcli.report.document import Cell, CellTable, ColumnHead, Text, Tone, table_of
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
    shown = [place for place, title in enumerate(_TITLES) if full or title != _SLOPE]
    columns = ([row[place] for place in shown] for row in rows)
    return table_of(
        [_TITLES[place] for place in shown], columns, numeric=("nats", "ratio", _CURVATURE, _SLOPE)
    )


_CURVATURE, _SLOPE = "curvature there", "slope at sigma = 1"
_TITLES = ("", "verdict", "nats", "ratio", "minimum at", _CURVATURE, _SLOPE, "exact for")


def _numbers(formula: Judged) -> tuple[Text | Cell, ...]:
    return (
        formula.name,
        Cell(formula.verdict, TONES.get(formula.verdict, "plain")),
        figure(formula.value),
        figure(formula.ratio, RATIO_DIGITS),
        _lowest(formula),
        figure(formula.curvature, RATIO_DIGITS),
        figure(formula.slope_at_truth, RATIO_DIGITS),
        ", ".join(formula.exact_under),
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
    titles = [f"sigma = {significant(float(sigma), FEW_DIGITS)}" for sigma in grid_of(reading)]
    rows = (
        (formula.name, *(figure(point.ratio, RATIO_DIGITS) for point in formula.grid))
        for formula in judged
        if formula.is_of_gaussians
    )
    return table_of(("", *titles), rows, numeric=titles)


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
    columns = (ColumnHead("head"), *(ColumnHead(name, numeric=True) for name in names))
    return CellTable(columns, tuple(rows))


# Six digits, as everywhere where nothing says otherwise.
def figure(value: float | None, digits: int = 6) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else significant(value, digits)
