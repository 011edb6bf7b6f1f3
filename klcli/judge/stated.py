"""The order in which a left-hand side states two Gaussians: ``KL(p || q) = ...`` begins with the p."""

from __future__ import annotations

import re
from collections.abc import Iterator

from klcli.judge.roles import Roles
from klcli.patterns import regex

__all__ = ["is_stated_turned"]

_BARS = (regex(r"\|\||\\\||‖|∥|\\(?:Vert|parallel)(?![A-Za-z])"), regex(r"\|"))
"""What stands between two distributions; one bar may do so, too, where it is the only one."""
_BEFORE = regex(r"\A[^(\[]*[(\[]")
_LABELS = (
    regex(r"(?<![A-Za-z\\])[pq](?![A-Za-z])", re.IGNORECASE),
    regex(r"(?<![\d.])[12](?![\d.])"),
)
_OF_NAME = regex(r"(?P<last>[pq12])\Z|\A(?P<first>[pq])_", re.IGNORECASE)


def is_stated_turned(left: str, way: Roles) -> bool:
    """Whether a left-hand side begins with the Gaussian that a way takes for the prior.

    Only where the symbols have the same labels: the p of ``KL(p || q)`` may well be that of mu_1.
    """
    own = (_label(way.head), _label(way.prior_head))
    return None not in own and own[0] != own[1] and own[::-1] in set(_stated(left))


def _stated(left: str) -> Iterator[tuple[str | None, ...]]:
    """The labels of the two sides, as letters and as numbers."""
    inside = _BEFORE.sub("", left)
    for bars in _BARS:
        sides = bars.split(inside)
        if len(sides) == 2:
            for labels in _LABELS:
                yield tuple(found[0].lower() for side in sides if (found := labels.search(side)))
            return


def _label(name: str | None) -> str | None:
    found = _OF_NAME.search(name or "")
    return (found["last"] or found["first"]).lower() if found else None
