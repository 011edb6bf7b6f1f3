"""The table of estimators: each is one function and one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from klcli.gaussian.log_ratio import LogRatio
from klcli.values import dataclass
from klcli.witness import independent_draws, log_ratio_functions, point_sets
from klcli.witness.error_bars import against_ratio
from klcli.witness.estimate import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_ESTIMATOR = "k1"


@dataclass(frozen=True, slots=True)
class Gradient:
    """What a gradient is on average over samples of q, where grad differentiates q's parameters.

    Attributes:
        expectation: the average.
        optimises: the divergence or the function that it is the gradient of.
    """

    expectation: str
    optimises: str


@dataclass(frozen=True, slots=True)
class TableUse:
    """How a table of log ratios at samples that someone else drew uses an estimator.

    Attributes:
        formula: the averaged function, in r = p(x)/q(x).
        of: the function; takes log q(x) - log p(x), an array of any shape, and returns a new one.
        exponential: whether r itself stands in it: its error then needs the moments of r and not of log r,
            and a pilot decides on its error bar.
        nonnegative: whether no single value is below 0.
        least_rows: below, its standard error is itself too uncertain.
        as_loss: the gradient of the function at fixed samples, through log q(x) (Tang and Munos, On a few
            pitfalls in KL divergence gradient estimation for RL, 2025).
        in_reward: the gradient where the function is a coefficient of grad log q(x) that is not
            differentiated, as a penalty within a reward is.
    """

    formula: str
    of: Callable[[NDArray[Any]], NDArray[Any]]
    exponential: bool
    nonnegative: bool
    least_rows: int
    as_loss: Gradient
    in_reward: Gradient


@dataclass(frozen=True, slots=True)
class Estimator:
    """A way to estimate the KL from samples of q.

    Attributes:
        name: as it is typed.
        words: what it is.
        run: the function; takes the log ratio, the most samples to be drawn, a numpy generator, and what is
            told the number of draws of each block; returns an estimate in nats, without its name and seed.
        bias: the expectation less the KL, from the KL in nats and the log ratio; its value is None where that
            is not known. None itself where the expectation is the KL.
        moments: why the moments of p/q under q, as far as they are known, make its error bar invalid with so
            many samples; empty where it is valid. None itself where it needs none.
        rate: the power of the number of samples with which its standard error falls, at best.
        in_tables: how tables of log ratios use it; None where it has to draw the samples itself.
    """

    name: str
    words: str
    run: Callable[[LogRatio, int, Any, Callable[[int], None] | None], Estimate]
    bias: Callable[[float, LogRatio], float | None] | None = None
    moments: Callable[[LogRatio, int], str] | None = None
    rate: float = 0.5
    in_tables: TableUse | None = None

    @property
    def unbiased(self) -> bool:
        """Whether its expectation is the KL."""
        return self.bias is None

    @property
    def serves_any_prior(self) -> bool:
        """Whether its value can be judged where nothing is known of p but its density."""
        return self.bias is None and self.moments is None

    def against(self, log_ratio: LogRatio, samples: int) -> str:
        """Why its standard error is no error bar of the KL with so many samples; empty where it is one."""
        if self.bias is not None:
            return "it is biased: its average does not tend to the KL"
        return "" if self.moments is None else self.moments(log_ratio, samples)


_LEAST_ROWS = 100
"""With 30 rows 95 % intervals cover 87 %."""
_LEAST_FOR_PILOT = 5000
"""A fifth of a pilot is its tail, which is told by a hundred rows and more."""

ESTIMATORS: Mapping[str, Estimator] = {
    row.name: row
    for row in (
        Estimator(
            "k1",
            "-log r at independent draws, r = p/q",
            independent_draws.k1,
            in_tables=TableUse(
                formula="-log r",
                of=log_ratio_functions.k1,
                exponential=False,
                nonnegative=False,
                least_rows=_LEAST_ROWS,
                as_loss=Gradient("E_q[grad log q] = 0", "nothing: noise around 0"),
                in_reward=Gradient("E_q[log(q/p) grad log q]", "KL(q || p)"),
            ),
        ),
        Estimator(
            "k2",
            "(log r)^2 / 2 at independent draws",
            independent_draws.k2,
            bias=independent_draws.bias_of_k2,
            in_tables=TableUse(
                formula="(log r)^2 / 2",
                of=log_ratio_functions.k2,
                exponential=False,
                nonnegative=True,
                least_rows=_LEAST_ROWS,
                as_loss=Gradient("E_q[log(q/p) grad log q]", "KL(q || p)"),
                in_reward=Gradient("E_q[1/2 log(q/p)^2 grad log q]", "E_q[k2] - KL(q || p)"),
            ),
        ),
        Estimator(
            "k3",
            "r - 1 - log r at independent draws",
            independent_draws.k3,
            moments=against_ratio,
            in_tables=TableUse(
                formula="r - 1 - log r",
                of=log_ratio_functions.k3,
                exponential=True,
                nonnegative=True,
                least_rows=_LEAST_FOR_PILOT,
                as_loss=Gradient("E_q[(1 - p/q) grad log q]", "KL(p || q)"),
                in_reward=Gradient("E_q[(p/q - 1 + log(q/p)) grad log q]", "KL(q || p) - KL(p || q)"),
            ),
        ),
        Estimator("antithetic", "-log r at pairs z and -z", independent_draws.antithetic),
        Estimator("stratified", "-log r, one draw in each stratum", point_sets.stratified, rate=1.5),
        Estimator("qmc", "-log r at randomly shifted Sobol points", point_sets.qmc, rate=2.0),
    )
}
"""k3 is unbiased as long as the expectation of r is 1: p must not have mass where q has none."""


def of_tables() -> list[tuple[Estimator, TableUse]]:
    """The rows that tables of log ratios can use, and how."""
    return [(row, row.in_tables) for row in ESTIMATORS.values() if row.in_tables]
