"""The prior in the numbers that the array kernel takes: heads under the reading of the posteriors."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from klcli.formula.read.math_parser import known
from klcli.formula.traversal import substitute
from klcli.formula.value.interval import enclose, nearest_double
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import Parameterization
from klcli.latents.aggregate import Prior

if TYPE_CHECKING:
    from numpy.typing import NDArray


def prior_means(prior: Gaussian[Heads]) -> NDArray[Any]:
    """Its means as doubles, shape (latents,)."""
    import numpy

    return numpy.array([float(mean) for mean in prior.mean])


def prior_heads(prior: Gaussian[Heads], reading: Parameterization) -> NDArray[Any] | None:
    """Its heads under a reading, each the nearest double; None where every sigma is 1 and needs none."""
    import numpy

    if all(_is_one(prior.spread.parameterization, head) for head in prior.spread.head):
        return None
    if prior.spread.parameterization is reading:
        return numpy.array([float(head) for head in prior.spread.head])
    tree = substitute(known(reading.head_text), {"sigma": prior.spread.parameterization.sigma})
    return numpy.array([nearest_double(partial(enclose, tree, {"s": head})) for head in prior.spread.head])


def prior_of(prior: Gaussian[Heads]) -> Prior:
    """The same for averages: means and variances."""
    import numpy

    return Prior(prior_means(prior), numpy.array(prior.spread.sigma()) ** 2)


def _is_one(reading: Parameterization, head: Fraction) -> bool:
    """Whether the head stands for sigma = 1 exactly; a head that does so by chance of rounding does not."""
    return head == (1 if reading.domain == "positive" else 0) and not reading.tail
