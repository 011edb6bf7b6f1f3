"""Numbers that a script holds against limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from klcli.latents.summary import Summary
from klcli.report.latents_data import Check
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class SummaryLimit:
    """What an option limits.

    Attributes:
        value: the number of a summary.
        is_most: whether the limit is the largest that holds, and not the smallest.
    """

    value: Callable[[Summary], float]
    is_most: bool


LIMITS = {
    "--max-collapsed": SummaryLimit(lambda found: found.collapsed_units / len(found.latents), True),
    "--min-active": SummaryLimit(lambda found: found.active_units, False),
    "--max-kl": SummaryLimit(lambda found: found.mean, True),
    "--min-kl": SummaryLimit(lambda found: found.mean, False),
}


def checks(found: Summary, limits: Mapping[str, float | None]) -> Sequence[Check]:
    """Each limit that was given, and whether it holds."""
    made = []
    for name, limit in limits.items():
        if limit is not None:
            value = LIMITS[name].value(found)
            holds = value <= limit if LIMITS[name].is_most else value >= limit
            made.append(Check(name, limit, value, holds))
    return made
