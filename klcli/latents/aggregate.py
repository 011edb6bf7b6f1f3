"""The aggregate posterior, the mixture of the posteriors of all examples, and how far it is from the prior.

The mean KL is the mutual information of example and latents plus the KL of the aggregate posterior from the
prior (Hoffman and Johnson, ELBO surgery, 2016). With the Gaussian g of the aggregate's mean and covariance

    KL(aggregate || p) = KL(aggregate || g) + KL(g || p) >= KL(g || p)

since log g - log p is a quadratic form, whose expectation depends on these moments alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Prior:
    """One prior for all examples.

    Attributes:
        mean: doubles of shape (latents,), or one number.
        variance: the same.
    """

    mean: Any = 0.0
    variance: Any = 1.0


def marginal_bound(mean: NDArray[Any], covariance: NDArray[Any], prior: Prior) -> float:
    """KL(g || p) in nats, a lower bound of the KL of the aggregate posterior from the prior.

    Args:
        mean: of the aggregate, shape (latents,).
        covariance: of the aggregate, shape (latents, latents); or its variances, shape (latents,), with
            which the bound is that of the latents one by one, and lower.
        prior: independent Gaussians.
    """
    import numpy

    from klcli.gaussian.kernel import divergence

    sigma = numpy.sqrt(numpy.broadcast_to(prior.variance, mean.shape))
    distance = (mean - prior.mean) / sigma
    if covariance.ndim == 1:
        return float(divergence(distance, covariance / sigma**2, parameterization="var").sum())
    # In units of the prior a rotation changes nothing, and makes the covariance diagonal.
    values, vectors = numpy.linalg.eigh(covariance / numpy.outer(sigma, sigma))
    tiny = numpy.finfo(float).tiny
    axes = divergence(vectors.T @ distance, numpy.maximum(values, tiny), parameterization="var")
    return float(axes.sum())
