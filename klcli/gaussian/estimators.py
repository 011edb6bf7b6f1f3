"""The table of estimators: each is one function and one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from klcli.gaussian import plain_draws, point_sets
from klcli.gaussian.estimate import Estimate
from klcli.gaussian.log_ratio import LogRatio

__all__ = ["DEFAULT_ESTIMATOR", "ESTIMATORS", "Estimator"]

DEFAULT_ESTIMATOR = "k1"


@dataclass(frozen=True, slots=True)
class Estimator:
    """A way to estimate the KL from samples of q.

    Attributes:
        name: as it is typed.
        words: what it is.
        unbiased: whether its expectation is the KL.
        run: the function; takes the log ratio, the most samples to be drawn, a numpy generator, and what is
            told the number of draws of each block; returns an estimate in nats, without its seed.
    """

    name: str
    words: str
    unbiased: bool
    run: Callable[[LogRatio, int, Any, Callable[[int], None] | None], Estimate]


ESTIMATORS: Mapping[str, Estimator] = {
    row.name: row
    for row in (
        Estimator("k1", "the average of -log r, r = p/q", True, plain_draws.k1),
        Estimator("k2", "the average of (log r)^2 / 2", False, plain_draws.k2),
        Estimator("k3", "the average of r - 1 - log r", True, plain_draws.k3),
        Estimator("antithetic", "k1 at pairs z and -z", True, plain_draws.antithetic),
        Estimator("stratified", "k1 at one draw in each of many equal strata", True, point_sets.stratified),
        Estimator("qmc", "k1 at randomly shifted Sobol points", True, point_sets.qmc),
    )
}
