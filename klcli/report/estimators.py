"""How estimates are said: beside the closed form, among the other estimators, at the end of a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from klcli.formula.numeral import significant
from klcli.gaussian.divergence_result import Unit
from klcli.report.csv_records import CellValue, ResultRow, own_fields
from klcli.report.document import DocumentBlock, Heading, Paragraph, table_of
from klcli.report.wording import FEW_DIGITS, about, with_error
from klcli.witness.estimators import DEFAULT_ESTIMATOR
from klcli.witness.witness import Witness

if TYPE_CHECKING:
    from klcli.witness.sequential_sampling import Target
    from klcli.witness.side_by_side import EstimatorComparison


def estimator_records(
    divergence: str, found: Sequence[EstimatorComparison]
) -> Iterator[dict[str, CellValue]]:
    """The estimators of one divergence for JSON; a time is in milliseconds."""
    for row in found:
        yield {
            "divergence": divergence,
            "description": row.words,
            **own_fields(row.witness),
            # A second has so many.
            "milliseconds": 1000 * row.seconds,
            "factor": row.factor,
        }


def estimator_rows(unit: Unit, records: Iterable[ResultRow]) -> Iterator[dict[str, CellValue]]:
    """The same for CSV."""
    for row in records:
        kept = ("bias", "reason", "milliseconds", "factor")
        yield {
            "divergence": row["divergence"],
            "dimension": "sum",
            "unit": unit,
            "estimator": row["estimator"],
            "monte_carlo": row["value"],
            **{name: row[name] for name in ("standard_error", "z", "samples", "seed")},
            "status": None if row["agrees"] is None else "agrees" if row["agrees"] else "disagrees",
            **{name: row[name] for name in kept},
        }


def estimate_text(found: Witness) -> str:
    """The value and one standard error, ``≈ 0.08202 ± 0.00048``, or what stands in its place."""
    if found.standard_error is None:
        return about(found.value, FEW_DIGITS)
    if _is_rounding(found):
        return f"≈ {with_error(found.value, found.rounding)}"
    return f"≈ {with_error(found.value, found.standard_error)}"


def estimate_remark(found: Witness, verdict: str) -> str:
    """The verdict on it, and what the run was: ``agrees; z = -1.38, 1,000,000 samples, seed 0``."""
    run = f"{found.samples:,} samples, seed {found.seed}"
    named = "" if found.estimator == DEFAULT_ESTIMATOR else f"{found.estimator}, "
    if found.standard_error is None:
        return f"no error bar: {_bias(found) or found.reason}; {named}{run}"
    if _is_rounding(found):
        return f"{verdict}; all of ± is rounding, {named}{run}"
    z = "" if found.z is None else f"z = {found.z:+.2f}, "
    return f"{verdict}; {z}{named}{run}"


def estimator_blocks(title: str, found: Sequence[EstimatorComparison], unit: Unit) -> Iterator[DocumentBlock]:
    """The estimators side by side below a title, and why some have no error bar.

    Args:
        title: of the table.
        found: the estimators, in the unit.
        unit: of their values.
    """
    if not found:
        return
    yield Heading(title)
    titles = ("estimator", f"KL, {unit}", "bias", "z", "ms", "efficiency")
    # From z on they are plain numbers; those before are words, or have an error.
    yield table_of(titles, map(_cells, found), numeric=titles[3:])
    for row in found:
        if row.witness.reason:
            yield Paragraph(f"{row.witness.estimator} has no error bar: {row.witness.reason}.")
    yield Paragraph(
        "efficiency: 1/(variance x time) with these samples, beside that of k1; it varies from run to run",
        "muted",
    )


def target_block(target: Target, sampled: Witness, unit: Unit) -> Paragraph:
    """Whether the standard error that was asked for has been reached.

    Args:
        target: the standard error, in the unit.
        sampled: the estimate.
        unit: of both.
    """
    asked = f"a standard error of {target.standard_error:g} {unit}"
    if target.reached:
        return Paragraph(f"{sampled.estimator} needed {sampled.samples:,} samples for {asked}.", "good")
    return Paragraph(
        f"The limit of {target.limit:,} samples was reached before {asked}; --samples N raises it.", "bad"
    )


def _cells(row: EstimatorComparison) -> tuple[str, ...]:
    found = row.witness
    return (
        str(found.estimator),
        estimate_text(found),
        "unknown" if found.bias is None else significant(found.bias, FEW_DIGITS),
        "" if found.z is None or _is_rounding(found) else f"{found.z:+.2f}",
        # In milliseconds.
        significant(1000 * row.seconds, FEW_DIGITS),
        "" if row.factor is None else significant(row.factor, FEW_DIGITS),
    )


def _is_rounding(found: Witness) -> bool:
    """Whether rounding can be more than the sampling error; k1 is said as it was drawn."""
    return found.estimator != DEFAULT_ESTIMATOR and (found.standard_error or 0.0) < found.rounding


def _bias(found: Witness) -> str:
    """The known bias, and whether the estimate bears it out; empty where there is none."""
    if not found.bias:
        return ""
    judged = {True: ", as the estimate confirms", False: ", which the estimate contradicts", None: ""}
    return f"biased by {found.bias:+.3g}{judged[found.agrees]}"
