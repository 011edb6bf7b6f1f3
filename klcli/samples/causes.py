"""Why the mean of p/q is not 1: causes of which a table can tell, each held against its rows.

Where a row is one draw, such as a token, and q and p are normalised over all that could have been drawn, the
mean of p/q is 1 in every context, so that a mend which leaves it at 1 explains the table. Rows of a sequence
need not be independent for that: p/q - 1 is a martingale difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log, sqrt
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from klcli.samples.row_sample import RowSample
from klcli.samples.temperature import context_parts, temperature
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

CauseName: TypeAlias = Literal[
    "padding",
    "shifted-tokens",
    "base-2",
    "base-10",
    "negative-logs",
    "other-texts",
    "truncated-q",
    "floor",
    "temperature",
]

FITS = 4.0
"""Standard errors within which a mended mean is 1; a right mend is beyond in 1 of 16,000."""
_MOST_NOISE = 0.05
"""By which a mended mean may be off unseen: with more noise than that, chance mends by many causes."""
_LEAST_ROWS = 200
"""Rows below which nothing is told."""
_LEAST_SHARE = 0.01
"""Of the rows that are left out, or that show something: fewer move no mean by much."""
_UNRELATED = 0.1
"""The correlation of log q and log p of one text under two models is nearer to 1."""
_DOUBT = 0.05
"""Where log p is below -0.05, q = 1 is no rounding, however few bits it was kept with."""
_FLOOR_ROWS = 100
"""The smallest q is a floor where so many draws of a token with that probability were to be expected."""


@dataclass(frozen=True, slots=True)
class RatioCause:
    """What can have moved the mean of p/q.

    Attributes:
        name: of the cause.
        explains: whether the mean is 1 once it is mended, or its trace is one that nothing else leaves.
        share: of the rows that show it, where it is one of some rows.
        value: a number that goes with it: the mended mean, the temperature, the floor.
        error: one standard error of it.
    """

    name: CauseName
    explains: bool
    share: float | None = None
    value: float | None = None
    error: float | None = None


def padded_share(sample: RowSample) -> float:
    """The share of the rows where both columns are 0 at the end of a sequence: of tokens, or of padding."""
    both = sample.q_has_ended & sample.p_has_ended
    return float(both.mean()) if len(both) else 0.0


def causes(sample: RowSample) -> tuple[RatioCause, ...]:
    """Those that explain the mean; where none does, those that leave a trace in the rows.

    A temperature, which can be chosen to fit, is looked for only where nothing fits without a choice.

    Args:
        sample: of a table in which the mean of p/q is not 1.
    """
    import numpy

    if len(sample.log_q) < _LEAST_ROWS:
        return ()
    with numpy.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = [cause for search in _SEARCHES for cause in search(sample)]
        if not any(cause.explains or cause.name == "other-texts" for cause in found):
            found += _temperature(sample)
    explaining = tuple(cause for cause in found if cause.explains)
    return explaining or tuple(found)


def _padding(sample: RowSample) -> Iterator[RatioCause]:
    """Ends of sequences where one column is 0 and the other one is not."""
    padded = sample.q_has_ended | sample.p_has_ended
    share = float(padded.mean())
    if share >= _LEAST_SHARE:
        kept = ~padded
        mean, error = _mean(sample.log_p[kept] - sample.log_q[kept])
        yield RatioCause("padding", _is_one(mean, error), share, mean, error)


def _shifted(sample: RowSample) -> Iterator[RatioCause]:
    """log p of the token before, or of the one behind."""
    import numpy

    for other in (sample.log_p_before, sample.log_p_after):
        known = ~numpy.isnan(other)
        if numpy.count_nonzero(known) >= _LEAST_ROWS:
            mean, error = _mean(other[known] - sample.log_q[known])
            related = _correlation(other[known], sample.log_q[known])
            plain = _correlation(sample.log_p[known], sample.log_q[known])
            if _is_one(mean, error) and related > max(plain, _UNRELATED):
                yield RatioCause("shifted-tokens", True, None, mean, error)


def _bases(sample: RowSample) -> Iterator[RatioCause]:
    names: tuple[tuple[CauseName, float], ...] = (("base-2", log(2)), ("base-10", log(10)))
    for name, unit in names:
        logs = unit * (sample.log_p - sample.log_q)
        mean, error = _mean(logs)
        if all(_is_one(*_mean(part)) for part in (logs, *(logs[part] for part in context_parts(sample)))):
            yield RatioCause(name, True, None, mean, error)


def negative_logs(sample: RowSample) -> Iterator[RatioCause]:
    """No number is below 0, as no -log q of a token is; exchanged columns have a mean of 1 as these have."""
    if len(sample.log_q) < _LEAST_ROWS:
        return
    if min(sample.log_q.min(), sample.log_p.min()) >= 0 < max(sample.log_q.max(), sample.log_p.max()):
        mean, error = _mean(sample.log_q - sample.log_p)
        yield RatioCause("negative-logs", _is_one(mean, error), None, mean, error)


def _other_texts(sample: RowSample) -> Iterator[RatioCause]:
    if not sample.log_q.std() or not sample.log_p.std():
        return  # what does not vary has no correlation
    found = _correlation(sample.log_q, sample.log_p)
    if found < _UNRELATED:
        yield RatioCause("other-texts", False, None, found, 1 / sqrt(len(sample.log_q)))


def _truncated(sample: RowSample) -> Iterator[RatioCause]:
    """q is 1 where p is not: the only token that top-k or top-p have left."""
    alone = (sample.log_q == 0.0) & ~sample.q_has_ended
    surprised = alone & (sample.log_p < -_DOUBT)
    share = float(surprised.mean())
    if share >= _LEAST_SHARE:
        mean, error = _mean(sample.log_p[alone])
        yield RatioCause("truncated-q", True, share, mean, error)


def _floor(sample: RowSample) -> Iterator[RatioCause]:
    import numpy

    least = float(numpy.exp(sample.log_q.min()))
    if least * len(sample.log_q) >= _FLOOR_ROWS and sample.log_q.max() <= 0 and least < 1 / 2:
        yield RatioCause("floor", False, None, least)


def _temperature(sample: RowSample) -> Iterator[RatioCause]:
    found = temperature(sample)
    if found is not None:
        yield RatioCause("temperature", found.is_held, None, found.value, found.error)


_SEARCHES: tuple[Callable[[RowSample], Iterator[RatioCause]], ...] = (
    *(_padding, _shifted, _bases, negative_logs, _other_texts, _truncated, _floor),
)


def _mean(logs: NDArray[Any]) -> tuple[float, float]:
    """The mean of exp(logs), and its standard error."""
    import numpy

    values = numpy.exp(logs)
    if len(values) < 2:
        return float("nan"), float("inf")
    return float(values.mean()), float(values.std(ddof=1)) / sqrt(len(values))


def _is_one(mean: float, error: float) -> bool:
    """Whether a mean is 1 as far as these rows tell, and they tell much."""
    return abs(mean - 1) <= FITS * error <= _MOST_NOISE


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    import numpy

    if one.std() == 0 or other.std() == 0:
        return 0.0
    found = float(numpy.corrcoef(one, other)[0, 1])
    return found if numpy.isfinite(found) else 1.0
