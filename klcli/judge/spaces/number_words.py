"""What is said of formulas of numbers: their variances, the points at which they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.formula.minimal_edits import in_habit
from klcli.formula.program_reader import Program
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.probes import PROBES, compared_digits, own_points
from klcli.judge.recognized_constants import constant_text
from klcli.judge.space_words import SpaceWords
from klcli.judge.two_gaussians import PAIR_PROBES
from klcli.judge.ways import Side, Way

if TYPE_CHECKING:
    from klcli.judge.verification import Verification


def _variance(program: Program, way: Way, side: Side) -> str:
    """The variance in the notation of the formula: ``exp(logvar)``."""
    reading = way.reading if side == "q" else way.prior_reading
    name = way.roles.head if side == "q" else way.roles.prior_head
    if name is None or reading is None:
        return "1"
    return in_habit(program, substitute(reading.variance, {"s": Symbol(name)}))


def _points(found: Verification) -> int:
    own = len(own_points(found.prepared.tree))
    return len(PAIR_PROBES) if found.best.verdict.roles.has_prior else len(PROBES) + own


def _symbol(program: Program, name: str) -> str:
    """A symbol as the text has it, where that is an entry or a part of an array: ``h[:, d:]``."""
    written = program.spellings.get(name, name)
    return written if "[" in written else name


def _checked(found: Verification) -> str:
    role = found.best.verdict.roles
    if role.head and role.head == role.prior_head:
        return "holds in double precision at 6 points"
    return f"holds to {compared_digits(found.prepared.tree)} digits at {_points(found)} points"


NUMBERS = SpaceWords(
    subject="means and heads",
    readings=PARAMETERIZATIONS,
    spread_noun="head",
    ingredients="a logarithm or an exponential of a head",
    whatever="whatever its head means",
    symbol=_symbol,
    spread=_variance,
    fixed_spread=constant_text,
    points=_points,
    checked=_checked,
    has_proofs=True,
)
"""The words for formulas of numbers."""
