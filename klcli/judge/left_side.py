"""What a left-hand side states of the two Gaussians: their order, and the numbers of a fixed one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations

from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import FixedPrior
from klcli.lazy_regex import regex
from klcli.names.posterior_or_prior import label_of, order_of

_BETWEEN_DISTRIBUTIONS = (regex(r"\|\||\\\||‖|∥|\\(?:Vert|parallel)(?![A-Za-z])"), regex(r"\|"))
"""What stands between two distributions; one bar may do so, too, where it is the only one."""
_BEFORE = regex(r"\A[^(\[]*[(\[]")
"""The divergence and its bracket."""
_LABELS = (
    regex(r"(?<![A-Za-z\\])[pq](?![A-Za-z])", re.IGNORECASE),
    regex(r"(?<![\d.])[12](?![\d.])"),
)
"""Letters and numbers of the two Gaussians."""
_WORDS = regex(r"[^\W\d_]+")
"""Names in one side."""
_NO_SYMBOLS = frozenset(
    ("N", "Normal", "mathcal", "mathbf", "mathrm", "operatorname", "left", "right", "I", "big")
)
"""Words of a Gaussian that is written with numbers alone: ``\\mathcal{N}(0, I)``."""
_FIXED = regex(r"[(]\s*(-?[\d./]+)\s*[,;]\s*([\d./]*)(\s*\^\s*\{?2\}?)?\s*I?\s*[)]")
"""The mean and the variance of a Gaussian of numbers: ``(0, 4)``, ``(1, 2^2)``, ``(0, I)``."""
_DIGIT = regex(r"(?<!_)[0-9]")
"""A number that is no index."""
_STYLE = regex(r"\\(?:mathbf|mathrm|boldsymbol|bm|mathbb)\{([01I])\}|\\left|\\right|\\[,;! ]")
"""Commands that change only the look."""
_VARIANCE = regex(r"[,;].*(\^\s*\{?2|²|\*\*\s*2|var)", re.IGNORECASE)
"""A Gaussian whose second argument is a variance: ``N(mu, sigma^2)``."""


def is_stated_turned(left: str, way: Roles) -> bool:
    """Whether a left-hand side begins with the Gaussian that a way takes for the prior.

    Only where the symbols have the same labels: the p of ``KL(p || q)`` may well be that of mu_1.
    """
    if not left:
        return False
    own = (label_of(way.head or ""), label_of(way.prior_head or ""))
    return None not in own and own[0] != own[1] and own[::-1] in set(_stated(left))


def begins_with_fixed(left: str) -> bool:
    """Whether a left-hand side begins with a Gaussian of numbers alone: ``KL(N(0, 1) || N(mu, s^2))``."""
    if (sides := _sides(left)) is None:
        return False
    first, second = sides
    return bool(_DIGIT.search(first)) and not _symbols(first) and bool(_symbols(second))


def stated_prior(left: str) -> FixedPrior | None:
    """The fixed Gaussian of a left-hand side: that of N(1, 4) in ``KL(N(mu, s^2) || N(1, 4))``.

    None where there is none, or where nothing says whether its second number is a variance.
    """
    for one, other in permutations(_sides(_STYLE.sub(r"\1", left)) or () if left else (), 2):
        fixed = _FIXED.search(one)
        if not fixed or _symbols(one) or not _symbols(other):
            continue
        mean, spread, square = fixed.groups()
        try:
            number = Fraction(spread or 1)
            if number and (square or number == 1 or _VARIANCE.search(other)):
                return FixedPrior(Fraction(mean), number**2 if square else number)
        except (ValueError, ZeroDivisionError):
            continue
    return None


def _symbols(side: str) -> set[str]:
    return {*_WORDS.findall(side)} - _NO_SYMBOLS


def _stated(left: str) -> Iterator[tuple[str | None, ...]]:
    """The labels of the two sides, as letters and as numbers."""
    if sides := _sides(left):
        for labels in _LABELS:
            yield tuple(found[0].lower() for side in sides if (found := labels.search(side)))


def _sides(left: str) -> Sequence[str] | None:
    """What stands on both sides of the bars; None where there are none."""
    if not left:
        return None
    if named := order_of(left):
        return named
    inside = _BEFORE.sub("", left)
    return next((sides for bars in _BETWEEN_DISTRIBUTIONS if len(sides := bars.split(inside)) == 2), None)
