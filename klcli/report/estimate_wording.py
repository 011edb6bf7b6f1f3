"""The sentences of `klcli estimate`: error bars, tails, signs, and what may be wrong with a table."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from math import floor, inf, log10

from klcli.formula.numeral import significant
from klcli.gaussian.divergence_result import Unit
from klcli.report.estimate_causes import UNTOLD, cause_text
from klcli.report.wording import FEW_DIGITS, RATIO_DIGITS, with_error
from klcli.samples.causes import RatioCause
from klcli.samples.estimates import RatioEstimate, RatioMean, TableEstimates
from klcli.samples.gaussian_samples import SampleCheck
from klcli.samples.ratio_sums import Tail
from klcli.samples.reliability import FINITE_VARIANCE, LEAST_CARRYING, PRACTICAL, has_variance
from klcli.samples.unseen import FEW_FOR_A_TAIL, Unseen
from klcli.tables.collected_log_ratios import TableRead

_COUNTABLE = 1e15
"""Beyond it doubles are no whole numbers any more."""
_NORMAL_90 = 1.6448536269514722
"""The 95th percentile of the normal distribution: an interval of 90 %."""
_OF_ROWS = ("tokens of a sequence or answers to one prompt", "--group COLUMN adds up those of one, ")
"""What rows that are alike can be, and what to type."""
_DOUBTFUL = 3.0
"""Standard errors from 1 that the mean of r has in one table of 370."""


def error_bar_text(estimate: RatioEstimate, found: TableEstimates) -> str:
    """Whether the standard error is one of the KL, and if not why; empty if it is."""
    shape = shape_text(found.log_ratio_tail)
    match estimate.reliability:
        case "valid":
            return ""
        case "biased":
            return "no error bar: biased, its mean is not the KL"
        case "few-rows":
            return f"no error bar: {_needed(estimate)}"
        case "dependent-rows":
            return "no error bar: the samples are not independent"
        case "heavy-tail" if estimate.use.exponential and found.k1.reliability != "heavy-tail":
            return "no error bar: rare rows carry the average, however many there are"
        case "heavy-tail":
            return f"no error bar: log r has a heavy tail ({shape})"
        case "uncertain-tail":
            return f"no error bar: log r may have no variance (tail {shape})"
        case "off-mean":
            return "no error bar: the mean of r is far from 1"
        case "few-carry":
            return f"no error bar: fewer than {LEAST_CARRYING} rows make up its variance"
        case "infinite":
            return "p(x) = 0 in a row"
        case "inconsistent":
            return "no error bar: the table is wrong"
        case _:
            return "no error bar: beyond the doubles"


def valid_text(rows: int) -> str:
    """That an error bar is one, and how far that was seen."""
    return "valid" if rows >= FEW_FOR_A_TAIL else f"valid as far as {rows:,} rows tell"


def unseen_text(found: Unseen, rows: int, unit: Unit) -> str:
    """What a table may have missed, and when that counts."""
    return (
        f"{rows:,} rows miss that in one table of 20; with log q - log p above "
        f"{significant(found.log_ratio, FEW_DIGITS)} {unit} there, the KL is above the interval"
    )


def _needed(estimate: RatioEstimate) -> str:
    """How many rows it would take."""
    needed = estimate.needed_rows
    if needed is None:
        return "too few rows for a tail"
    if needed == estimate.use.least_rows:
        return f"fewer than {needed:,} rows"
    count = f"about {int(float(significant(needed, 1))):,}" if needed < _COUNTABLE else "more than 1e15"
    return f"rare rows carry the average, {count} rows are needed"


def dependence_texts(table: TableRead) -> Iterator[str]:
    """Why samples are not independent, and what to type."""
    column, what = table.suspected_group, "sequences" if table.group else "rows"
    if column is not None:
        yield (
            f"the values of column {column} repeat, so that {what} with the same one are no independent "
            f"samples and no error bar holds: --group {shlex.quote(column)} adds them up, "
            f"{f'--group {table.group}' if table.group else '--independent'} says they are"
        )
    elif table.copies is None and table.variance_inflation is not None:
        kind, mended = ("answers to one prompt", f"--group {table.group} ") if table.group else _OF_ROWS
        yield (
            f"{what} that follow each other are alike, as {kind} are, so that the variance of their mean is "
            f"{significant(table.variance_inflation, FEW_DIGITS)} times that of independent ones and no "
            f"error bar holds: {mended}--independent says that they are independent, and only sorted"
        )
    if table.copies is not None:
        asked = "" if table.group else "; --independent says that they are none"
        yield (
            f"{what} are copies: the same log q - log p stands there "
            f"{significant(table.copies, FEW_DIGITS)} times on average, which independent samples "
            f"do not do, and no error bar holds: leave the copies out{asked}"
        )


def interval_text(interval: tuple[float, float] | None, error: float | None) -> str:
    """``0.0786 to 0.0868``, to the digits that the standard error leaves."""
    if interval is None:
        return ""
    if not error:
        return " to ".join(significant(end) for end in interval)
    places = 1 - floor(log10(error))
    # Within these places a plain decimal is short: numbers up to a million, and down to a billionth.
    if not -4 <= places <= 9:
        return " to ".join(significant(end, RATIO_DIGITS) for end in interval)
    return " to ".join(f"{round(end, places):.{max(places, 0)}f}" for end in interval)


def shape_text(tail: Tail) -> str:
    """``k = 0.31 ± 0.09``."""
    return "k unknown" if tail.shape is None else f"k = {tail.shape:.2f} ± {tail.shape_error:.2f}"


def tail_text(found: TableEstimates) -> str:
    """What the shape of the tail of r means."""
    tail = found.ratio_tail
    if tail.bounded:
        return "the largest ratios are equal: no tail"
    if tail.shape is None:
        return "too few rows for a tail"
    largest = f"of the {tail.size:,} largest"
    if tail.shape >= 1:
        return f"{largest}: k ≥ 1, not even a mean; k3 is no estimate"
    if tail.shape >= PRACTICAL:
        return f"{largest}: k ≥ {PRACTICAL}, no variance; k3 is no estimate"
    if tail.shape >= FINITE_VARIANCE:
        return f"{largest}: k ≥ 1/2, no variance; k3 converges slowly"
    if not has_variance(tail, _NORMAL_90):
        return f"{largest}: not surely below 1/2, where the variance ends"
    return f"{largest}: below 1/2, so that r has a variance as far as these rows tell"


def mean_text(mean: RatioMean) -> str:
    """Whether the mean of a ratio is 1."""
    far = "" if mean.z is None else f"; z = {mean.z:+.1f}"
    match mean.verdict:
        case "agrees" if abs(mean.z or 0.0) > _DOUBTFUL:
            return f"farther from 1 than samples of q should have it, but not beyond doubt{far}"
        case "agrees":
            return f"agrees with 1, as it must for samples of q{far}"
        case "unclear":
            return f"off by more than its noise; an event that the rows missed can explain it{far}"
        case "above":
            return f"above 1, which samples of q do not give{far}"
        case "below":
            return f"below 1{far}"
        case _:
            return "it is 1 for samples of q; too few or dependent rows, or too heavy a tail, to tell"


def sign_text(found: TableEstimates) -> str:
    """Whether a negative estimate is noise or a bug, and what it would be."""
    k1, share = found.k1, share_text(found.negative_rows / found.rows)
    never = " and ".join(row.estimator.name for row in found.estimates if row.use.nonnegative)
    if k1.value is None or k1.value == inf:
        return f"A KL is never negative. Single rows of k1 may be, and {share} are; {never} never are."
    rows = f"Single rows of k1 may be negative, and {share} are; those of {never} never are."
    if found.sign == "positive":
        return f"k1 is positive, as a KL is. {rows}"
    if found.sign == "zero":
        return f"k1 is 0, so that nothing tells q from p in these rows. {rows}"
    return f"k1 is negative{_negative_text(found, k1.value)}. {rows}"


def _negative_text(found: TableEstimates, value: float) -> str:
    """What a negative k1 of that value is."""
    error = found.k1.standard_error
    shown = significant(value, FEW_DIGITS) if error is None else with_error(value, error)
    far = "" if found.sign_z is None else f"{abs(found.sign_z):.1f} standard errors of these rows"
    if found.sign == "noise":
        return (
            f", and that is noise: {shown} is {far} below 0. The KL is 0 or too small for {found.rows:,} rows"
        )
    if found.sign == "bug":
        odds = -found.rows * value
        return (
            f", and that is a bug and no noise: the log r add up to {significant(odds, FEW_DIGITS)}, "
            f"which samples of q reach with a probability below e^-{odds:.0f}"
        )
    if not far:
        return f", and these rows do not tell whether that is noise: {shown}"
    return (
        f" by {far}: more than their noise. An event of a probability below "
        f"15/{found.rows:,} that they missed can explain it; if that cannot be, it is a bug"
    )


def problems(
    found: TableEstimates, columns: Mapping[str, str] | None = None, causes: Sequence[RatioCause] = ()
) -> Iterator[str]:
    """What is wrong with the table, and what may be the cause.

    Args:
        found: what the table says.
        columns: the columns that log q and log p were read from, by their meaning.
        causes: of which the rows tell.
    """
    fitting, off = found.row_inverse or found.inverse, found.off
    if found.exchanged and fitting.value is not None and fitting.standard_error is not None:
        inverse = with_error(fitting.value, fitting.standard_error)
        yield (
            f"exchanged, the columns would fit (the mean of q/p is {inverse}): "
            f"are log q and log p swapped{_other_way_round(columns)}, or are these samples of p?"
            + "".join(f" Or: {cause_text(cause)}" for cause in causes)
        )
    elif found.sign == "bug" or (off and off.verdict == "above"):
        yield f"these are not samples of q with both log densities; {_causes_text(causes)}"
    if off and off.verdict == "below" and off.value is not None:
        yield (
            f"the mean of r = p/q is {significant(off.value, RATIO_DIGITS)}, and k3 is off by as much as "
            "that is from 1: either p has mass where no row is, or something is wrong; "
            f"{_causes_text(causes)}"
        )


def _causes_text(causes: Sequence[RatioCause]) -> str:
    """What the rows tell of causes, or what would."""
    told = "; or ".join(map(cause_text, causes))
    if any(cause.explains for cause in causes):
        return told
    would = "; ".join(f"{cause}: {shown}" for cause, shown in UNTOLD.items())
    open_question = f"the table does not tell which cause it is. What would show it: {would}"
    return f"{told}. Otherwise {open_question}" if told else open_question


def _other_way_round(columns: Mapping[str, str] | None) -> str:
    """What to type for the columns exchanged."""
    if not columns or not {"log_q", "log_p"} <= set(columns):
        return ""
    return f" (--log-q {shlex.quote(columns['log_p'])} --log-p {shlex.quote(columns['log_q'])})"


def sample_text(check: SampleCheck) -> str:
    """The mean of the scores and of their squares, and how far they are from 0 and 1."""
    where = f" in dimension {check.dimension}" if check.dimension > 1 else ""
    return (
        f"mean of (z - mu)/sigma{where} {significant(check.mean, FEW_DIGITS)} (z = {check.mean_z:+.1f}), "
        f"of its square {significant(check.square, RATIO_DIGITS)} (z = {check.square_z:+.1f})"
    )


def share_text(share: float) -> str:
    """``62.3 %``."""
    # In percent.
    return f"{significant(100 * share, FEW_DIGITS)} %"
