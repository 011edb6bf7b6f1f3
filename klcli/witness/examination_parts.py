"""What an examination is about: a divergence as far as it is known, and log ratios to sample it from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from klcli.gaussian.divergence_result import ClosedForm
from klcli.gaussian.log_ratio import LogRatio
from klcli.values import dataclass
from klcli.witness.estimate import Estimate
from klcli.witness.monte_carlo import DEFAULT_SAMPLES

if TYPE_CHECKING:
    from klcli.gaussian.priors.bounds import Bound

Status: TypeAlias = Literal["agrees", "disagrees", "unconfirmed", "infinite", "undetermined"]
"""Whether a divergence and its witnesses agree; `unconfirmed` if there was nothing to hold a value against,
`infinite`, or `undetermined` if there is no value."""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A divergence as the sum of those of independent parts, in nats.

    Attributes:
        closed_form: None where none is known.
        log_ratios: that of each part, of one dimension or several; none where nothing can be sampled.
        parts: the divergence of each of them, where it is known.
        integral: of all; None where there is none.
        bounds: on all, of mixtures.
        kurtosis: of the log ratio with the heaviest tails, where the integral tells it.
        samples: draws for each log ratio, unless others are asked for.
        status: where that is settled before anything is sampled; None where it is not.
        reason: of that status.
    """

    closed_form: ClosedForm | None
    log_ratios: Sequence[LogRatio] = ()
    parts: Sequence[float] = ()
    integral: Estimate | None = None
    bounds: tuple[Bound, ...] = ()
    kurtosis: float = 0.0
    samples: int = DEFAULT_SAMPLES
    status: Status | None = None
    reason: str = ""
