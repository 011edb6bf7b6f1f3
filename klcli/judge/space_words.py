"""What a space says of its formulas in its own words; the rest is said alike of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.scaled_kl import FoundNumber
from klcli.judge.ways import Side, Way
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.judge.verification import Verification


@dataclass(frozen=True, slots=True)
class SpaceWords:
    """The words of a space.

    Attributes:
        subject: what its symbols are.
        readings: what a head can mean, by name.
        spread_noun: what the head of a Gaussian is: "head", "matrix".
        ingredients: what a KL never lacks.
        whatever: "whatever its head means".
        symbol: a symbol as the answer names it.
        spread: the variance, or covariance, of one side in the notation of the formula.
        fixed_spread: that of a fixed prior with a variance.
        points: at how many points a formula was held against the KL.
        checked: what a verdict rests on that is not proved.
        has_proofs: whether algebra can prove one.
    """

    subject: str
    readings: Mapping[str, Parameterization]
    spread_noun: str
    ingredients: str
    whatever: str
    symbol: Callable[[Program, str], str]
    spread: Callable[[Program, Way, Side], str]
    fixed_spread: Callable[[FoundNumber], str]
    points: Callable[[Verification], int]
    checked: Callable[[Verification], str]
    has_proofs: bool = False
