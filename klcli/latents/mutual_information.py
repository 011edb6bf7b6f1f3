"""The mutual information of example and latents, estimated from draws of some posteriors.

With z drawn from the posterior q_i of an example i that is drawn from all n, it is the mean of

    log q_i(z) - log (1/n sum_k q_k(z)),

which takes a second pass over the table for the sum. The draws are those of a fixed seed, and the examples
those whose numbers a hash of 64 bits puts first: the same ones however the table is cut into blocks.
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Any

from klcli.gaussian.parameterization import Parameterization
from klcli.latents.head_variances import variances
from klcli.latents.rows import Rows
from klcli.samples.random_rows import hashed, places
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 512
"""The error of a mean of 512 draws is 4 % of their deviation, which is about a nat."""
_CELLS = 1 << 18
"""Pairs of a draw and an example that are worked on at a time."""


@dataclass(slots=True, eq=False)
class ExampleSample:
    """Examples drawn from all without preference: those with the smallest hashes so far.

    Attributes:
        size: how many are kept.
        seed: another one keeps others.
    """

    size: int
    seed: int
    _keys: Any = None
    means: Any = None
    heads: Any = None

    def add(self, rows: Rows) -> None:
        """Look at the rows of a block, all of which are good."""
        keys = hashed(places(rows.order, rows.numbers), self.seed)
        self._keep(keys, rows.mean, rows.head)

    def merge(self, other: ExampleSample) -> None:
        """Look at those of another sample of the same size and seed."""
        if other._keys is not None:
            self._keep(other._keys, other.means, other.heads)

    def _keep(self, keys: NDArray[Any], means: NDArray[Any], heads: NDArray[Any]) -> None:
        import numpy

        if self._keys is not None:
            keys = numpy.concatenate([self._keys, keys])
            means, heads = numpy.concatenate([self.means, means]), numpy.concatenate([self.heads, heads])
        kept = numpy.argsort(keys)[: self.size]
        self._keys, self.means, self.heads = keys[kept], means[kept], heads[kept]


@dataclass(slots=True, eq=False)
class Draws:
    """Samples of some posteriors.

    Attributes:
        z: of shape (draws, latents).
        log_density: of the posterior that each was drawn from, shape (draws,), but for a constant.
    """

    z: NDArray[Any]
    log_density: NDArray[Any]


@dataclass(slots=True, eq=False)
class SummedDensities:
    """The sum of the densities of all examples at the draws, in logarithms.

    Attributes:
        draws: where it is taken.
        reading: what the heads are.
        log_sum: shape (draws,).
        count: examples so far.
    """

    draws: Draws
    reading: Parameterization
    log_sum: NDArray[Any]
    count: int = 0

    def add(self, rows: Rows) -> None:
        """Add the densities of good rows."""
        import numpy

        size = max(1, _CELLS // len(self.log_sum))
        for start in range(0, len(rows.mean), size):
            part = slice(start, start + size)
            densities = _log_densities(self.draws.z, rows.mean[part], rows.head[part], self.reading)
            self.log_sum = numpy.logaddexp(self.log_sum, numpy.logaddexp.reduce(densities, axis=1))
        self.count += len(rows.mean)

    def merge(self, other: SummedDensities) -> None:
        """Add the densities of other examples."""
        import numpy

        self.log_sum = numpy.logaddexp(self.log_sum, other.log_sum)
        self.count += other.count

    def information(self) -> tuple[float, float]:
        """The mutual information in nats and its standard error."""
        ratios = self.draws.log_density - self.log_sum + log(self.count)
        return float(ratios.mean()), float(ratios.std(ddof=1)) / sqrt(len(ratios))


def mixture(sample: ExampleSample, reading: Parameterization) -> SummedDensities:
    """The mixture of no example yet, at draws of the sampled posteriors.

    Args:
        sample: of two examples or more.
        reading: what their heads are.
    """
    import numpy

    draws = max(sample.size, len(sample.means))
    picked = numpy.arange(draws) % len(sample.means)
    means, heads = sample.means[picked], sample.heads[picked]
    normal = numpy.random.Generator(numpy.random.SFC64(sample.seed)).standard_normal(means.shape)
    z = means + numpy.sqrt(variances(reading, heads)) * normal
    own = numpy.concatenate(
        [
            _log_densities(z[k : k + 1], means[k : k + 1], heads[k : k + 1], reading)[:, 0]
            for k in range(draws)
        ]
    )
    return SummedDensities(Draws(z, own), reading, numpy.full(draws, -numpy.inf))


def _log_densities(
    z: NDArray[Any], means: NDArray[Any], heads: NDArray[Any], reading: Parameterization
) -> NDArray[Any]:
    """log N(z; mean, sigma^2) but for the same constant in all, shape (draws, examples)."""
    import numpy

    variance = variances(reading, heads)
    found = numpy.zeros((len(z), len(means)))
    with numpy.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for j in range(means.shape[1]):
            # The difference first: a square that is multiplied out loses its digits where sigma is small.
            off = z[:, j, None] - means[None, :, j]
            off *= off
            off /= variance[None, :, j]
            found -= off
        found -= numpy.log(variance).sum(axis=1)[None, :]
    found *= 0.5
    return found
