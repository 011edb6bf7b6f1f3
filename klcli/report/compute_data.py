"""The data of `klcli compute`: one shape, whatever the distributions are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import inf
from typing import TYPE_CHECKING

from klcli.gaussian.divergence_result import ClosedForm, Unit
from klcli.report.compute_inputs import InputData
from klcli.report.divergence_limits import Held
from klcli.report.report import in_short
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.gaussian.priors.bounds import Bound
    from klcli.witness.examination_parts import Status
    from klcli.witness.sequential_sampling import Target
    from klcli.witness.witness import Witness


@dataclass(frozen=True, slots=True)
class ComputeData:
    """The data of `klcli compute`; the field names are the keys of its JSON, the values are in `unit`.

    Attributes:
        schema: the name of this shape.
        inputs: posterior and prior as they were read.
        unit: ``nats`` or ``bits``.
        divergence: ``KL(q || p)``.
        closed_form: its value with its terms, correctly rounded for Gaussians; where there is none its fields
            are None, and `reason` says why.
        integral: the deterministic witness.
        monte_carlo: the sampling witness.
        bounds: of a mixture.
        status: ``agrees``, ``disagrees``, ``unconfirmed``, ``infinite`` or ``undetermined``.
        reason: why it is one of the last three.
        target: the standard error that was asked for.
        diagonal: the divergence without the correlations of q.
        digits: the closed form to as many digits as were asked for.
        steps: the derivation.
        reverse: the same fields of KL(p || q), if it was asked for.
        estimators: all of them side by side, if that was asked for.
        limits: the divergence held against numbers.
        warnings: what has to be known beside it.
    """

    schema: str
    inputs: Mapping[str, InputData]
    unit: Unit
    divergence: str
    closed_form: ClosedForm | Mapping[str, object]
    integral: Witness | None
    monte_carlo: Witness | None
    bounds: tuple[Bound, ...]
    status: Status
    reason: str
    target: Target | None
    diagonal: float | None
    digits: Decimal | None
    steps: Sequence[Mapping[str, object]]
    reverse: Mapping[str, object] | None
    estimators: Sequence[Mapping[str, object]]
    limits: Held | None
    warnings: tuple[str, ...]

    @property
    def value(self) -> float | None:
        """The best value there is: the closed form, or else the integral, or else the sampled estimate."""
        if self.status == "infinite":
            return inf
        found = (self.closed_form, self.integral, self.monte_carlo)
        return next((known.value for known in found if known and not isinstance(known, Mapping)), None)

    def __repr__(self) -> str:
        return in_short(self, "divergence", "value", "unit", "status")
