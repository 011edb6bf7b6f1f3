"""A log ratio of two dimensions at once, written from the densities, to try what is written for any dimension."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Any


@dataclass(frozen=True)
class Correlated:
    """q has the covariance [[1, c], [c, 1]] and the mean (m, 0), p is standard normal.

    x = mean + L z, log q - log p = -|z|^2/2 - log det L + |x|^2/2, and KL = m^2/2 - log(1 - c^2)/2.
    """

    c: float
    m: float

    @property
    def dimension(self) -> int:
        return 2

    @property
    def kl(self) -> float:
        return self.m**2 / 2 - log(1 - self.c**2) / 2

    def at(self, z: Any, work: Any = None) -> Any:
        root = sqrt(1 - self.c**2)
        x, y = self.m + z[:, 0], self.c * z[:, 0] + root * z[:, 1]
        return (x * x + y * y - (z * z).sum(axis=1)) / 2 - log(root)

    def unit(self) -> float:
        return 1.0

    def rounding(self) -> float:
        return 1e-14

    def variance(self) -> float | None:
        return None

    def log_moment(self, order: int) -> float | None:
        return None
