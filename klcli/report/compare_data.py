"""The data of `klcli compare`: the truth at a point, and of each formula what verify says and its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from klcli.judge.comparison import ComparisonEntry, Judged
from klcli.judge.several_latents import Latents
from klcli.report.csv_records import fields_of, own_fields
from klcli.report.report import in_short
from klcli.values import dataclass
from klcli.witness.witness import Witness

_NUMBERS = (
    "exact_under value ratio minimum limit curvature slope_at_truth curvature_at_truth slope grid explanation"
)
"""The fields of a comparison, see `klcli.judge.comparison.Judged`."""


@dataclass(frozen=True, slots=True)
class PointData:
    """The point of the comparison: its mean and sigma, and the head that stands for that sigma."""

    mu: Fraction
    sigma: Fraction
    head: float


@dataclass(frozen=True, slots=True)
class Truth:
    """KL(q || N(0, 1)) at the point and its witnesses, where it is lowest and how it bends there."""

    value: float
    integral: Witness
    monte_carlo: Witness
    status: str
    minimum: Mapping[str, float]
    curvature: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """The formula that ``--expect`` named, and whether it is exact under the reading."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class CompareData:
    """The data of `klcli compare`; the field names are the keys of its JSON."""

    schema: str
    parameterization: str
    unit: str
    point: PointData
    truth: Truth
    formulas: tuple[Mapping[str, object], ...]
    table: tuple[ComparisonEntry, ...]
    expect: Expectation | None
    latents: Latents | None
    warnings: tuple[str, ...]

    @property
    def exact(self) -> tuple[str, ...]:
        """The names of the formulas that are exact under the reading, with conditions that pass."""
        return tuple(str(one["name"]) for one in self.formulas if one["verdict"] == "exact" and _passes(one))

    def __repr__(self) -> str:
        return in_short(self, "parameterization", "exact", "expect")


def _passes(formula: Mapping[str, Any]) -> bool:
    return all(condition.passes for condition in formula["conditions"])


class FormulaData(Mapping[str, object]):
    """The fields of `klcli.verify/2` under the name of a formula, and its numbers at the point.

    They are computed where they are looked at: what is said in words needs none of them.
    """

    def __init__(self, judged: Judged) -> None:
        self._judged = judged

    def __getitem__(self, name: str) -> object:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return repr(self._fields)

    @cached_property
    def _fields(self) -> Mapping[str, object]:
        from klcli.report.judge_answers import data_of

        own = own_fields(data_of(self._judged.found))
        del own["schema"]
        return {"name": self._judged.name, **own, **fields_of(self._judged, _NUMBERS)}
