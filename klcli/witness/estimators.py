"""The table of estimators: each is one function and one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from klcli.gaussian.log_ratio import LogRatio
from klcli.witness import plain_draws, point_sets
from klcli.witness.error_bars import against_k2, against_k3, against_none
from klcli.witness.estimate import Estimate

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
        against: why its error bar is not valid with so many samples; empty where it is.
        rate: the power of the number of samples with which its standard error falls, at best.
    """

    name: str
    words: str
    unbiased: bool
    run: Callable[[LogRatio, int, Any, Callable[[int], None] | None], Estimate]
    against: Callable[[LogRatio, int], str] = against_none
    rate: float = 0.5


ESTIMATORS: Mapping[str, Estimator] = {
    row.name: row
    for row in (
        Estimator("k1", "-log r at independent draws, r = p/q", True, plain_draws.k1),
        Estimator("k2", "(log r)^2 / 2 at independent draws", False, plain_draws.k2, against_k2),
        Estimator("k3", "r - 1 - log r at independent draws", True, plain_draws.k3, against_k3),
        Estimator("antithetic", "-log r at pairs z and -z", True, plain_draws.antithetic),
        Estimator("stratified", "-log r, one draw in each stratum", True, point_sets.stratified, rate=1.5),
        Estimator("qmc", "-log r at randomly shifted Sobol points", True, point_sets.qmc, rate=2.0),
    )
}
