"""The order in which a left-hand side states two Gaussians: ``KL(p || q) = ...`` begins with the p."""

from __future__ import annotations

import re
from collections.abc import Iterator

from klcli.judge.roles import Roles
from klcli.names.gaussians import label_of
from klcli.patterns import regex

__all__ = ["begins_with_fixed", "is_stated_turned"]

_BARS = (regex(r"\|\||\\\||‖|∥|\\(?:Vert|parallel)(?![A-Za-z])"), regex(r"\|"))
"""What stands between two distributions; one bar may do so, too, where it is the only one."""
_BEFORE = regex(r"\A[^(\[]*[(\[]")
_LABELS = (
    regex(r"(?<![A-Za-z\\])[pq](?![A-Za-z])", re.IGNORECASE),
    regex(r"(?<![\d.])[12](?![\d.])"),
)
_WORDS = regex(r"[^\W\d_]+")
_NO_SYMBOLS = frozenset(
    ("N", "Normal", "mathcal", "mathbf", "mathrm", "operatorname", "left", "right", "I", "big")
)
"""Words of a Gaussian that is written with numbers alone: ``\\mathcal{N}(0, I)``."""


def is_stated_turned(left: str, way: Roles) -> bool:
    """Whether a left-hand side begins with the Gaussian that a way takes for the prior.

    Only where the symbols have the same labels: the p of ``KL(p || q)`` may well be that of mu_1.
    """
    own = (label_of(way.head or ""), label_of(way.prior_head or ""))
    return None not in own and own[0] != own[1] and own[::-1] in set(_stated(left))


def begins_with_fixed(left: str) -> bool:
    """Whether a left-hand side begins with a Gaussian of numbers alone: ``KL(N(0, 1) || N(mu, s^2))``."""
    first, second = _sides(left) or ("", "")
    return "0" in first and not _symbols(first) and bool(_symbols(second))


def _symbols(side: str) -> set[str]:
    return {*_WORDS.findall(side)} - _NO_SYMBOLS


def _stated(left: str) -> Iterator[tuple[str | None, ...]]:
    """The labels of the two sides, as letters and as numbers."""
    if sides := _sides(left):
        for labels in _LABELS:
            yield tuple(found[0].lower() for side in sides if (found := labels.search(side)))


def _sides(left: str) -> list[str] | None:
    """What stands on both sides of the bars; None where there are none."""
    inside = _BEFORE.sub("", left)
    return next((sides for bars in _BARS if len(sides := bars.split(inside)) == 2), None)
