"""Bayesian networks: torchbnn, blitz, bayesian-torch; Gaussian processes of gpytorch."""

from __future__ import annotations

from typing import Any

import torch

from tests.benchmarks.trace.known import Kl, case

F = torch.nn.functional

X, LABELS = torch.rand(16, 8), torch.randint(0, 3, (16,))


def _torchbnn(reduction: str, *, last: bool = False) -> Any:
    import torchbnn as bnn

    def layer(a: int, b: int) -> Any:
        return bnn.BayesLinear(prior_mu=0, prior_sigma=0.1, in_features=a, out_features=b)

    net = torch.nn.Sequential(layer(8, 6), torch.nn.ReLU(), layer(6, 3))
    return F.cross_entropy(net(X), LABELS), bnn.BKLLoss(reduction=reduction, last_layer_only=last)(net)


def _of(count: int, one: Kl) -> tuple[Kl, ...]:
    return (one,) * count


@case("torchbnn", *_of(4, ("exact", "logstd", 0.01)))
def sum_of_two_layers() -> None:
    """log(t/s) + (s^2 + (m - m0)^2)/(2 t^2) - 1/2 of exp(log_sigma), for two weights and two biases."""
    error, kl = _torchbnn("sum")
    (error + 0.01 * kl).backward()


@case("torchbnn", *_of(4, ("exact", "logstd", 0.1 / 75)))
def mean_of_two_layers() -> None:
    """Divided by all 48 + 6 + 18 + 3 weights."""
    error, kl = _torchbnn("mean")
    (error + 0.1 * kl).backward()


@case("torchbnn", ("exact", "logstd", 1.0))
def last_layer_only() -> None:
    """With this option the last KL that was computed, that of the last bias, is all."""
    error, kl = _torchbnn("sum", last=True)
    (error + kl).backward()


@case("torchbnn", *_of(2, ("exact", "logstd", 1 / 60000)))
def convolution() -> None:
    import torchbnn as bnn

    net = bnn.BayesConv2d(prior_mu=0, prior_sigma=0.1, in_channels=1, out_channels=2, kernel_size=3)
    error = F.mse_loss(net(torch.rand(4, 1, 6, 6)), torch.rand(4, 2, 4, 4))
    (error + bnn.BKLLoss(reduction="sum")(net) / 60000).backward()


def _blitz(**options: Any) -> Any:
    from blitz.modules import BayesianLinear
    from blitz.utils import variational_estimator

    @variational_estimator
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = BayesianLinear(8, 3, **options)

        def forward(self, x: Any) -> Any:
            return self.layer(x)

    return Net()


@case("blitz")
def prior_of_two_gaussians() -> None:
    """Sampled against a mixture of two Gaussians: no KL of Gaussians."""
    net = _blitz()
    net.sample_elbo(X, LABELS, torch.nn.CrossEntropyLoss(), 2, complexity_cost_weight=1 / 16).backward()


@case("blitz")
def prior_of_one_gaussian() -> None:
    """Sampled against log(N(w; 0, 1) + 1e-6): the small number keeps it from being a KL in expectation."""
    net = _blitz(prior_dist=torch.distributions.Normal(0.0, 1.0))
    net.sample_elbo(X, LABELS, torch.nn.CrossEntropyLoss(), 1, complexity_cost_weight=1 / 16).backward()


def _bayesian_torch(name: str, *sizes: Any, **options: Any) -> Any:
    import bayesian_torch.layers as layers

    prior = {"prior_mean": 0, "prior_variance": 0.5, "posterior_mu_init": 0, "posterior_rho_init": -3.0}
    return getattr(layers, name)(*sizes, **prior, **options)


MEAN = ("scaled", "softplus", 1 / 16)


@case("bayesian-torch", *_of(2, MEAN), codes=("KL206",) * 2)
def linear_reparameterization() -> None:
    """kl_div ends in a mean over the weights; sigma = log1p(exp(rho)), the prior's sigma is 0.5."""
    layer = _bayesian_torch("LinearReparameterization", 8, 3)
    out, kl = layer(X)
    (F.cross_entropy(out, LABELS) + kl / 16).backward()


@case("bayesian-torch", *_of(4, MEAN), codes=("KL206",) * 2)
def two_flipout_layers() -> None:
    from bayesian_torch.models.dnn_to_bnn import get_kl_loss

    first, second = _bayesian_torch("LinearFlipout", 8, 6), _bayesian_torch("LinearFlipout", 6, 3)
    net = torch.nn.ModuleList([first, second])
    out = second(torch.relu(first(X)[0]))[0]
    (F.cross_entropy(out, LABELS) + get_kl_loss(net) / 16).backward()


@case("bayesian-torch", ("scaled", "softplus", 1 / 16), codes=("KL206",))
def convolution_without_bias() -> None:
    layer = _bayesian_torch("Conv2dReparameterization", 1, 2, 3, bias=False)
    out, kl = layer(torch.rand(4, 1, 6, 6))
    (out.pow(2).mean() + kl / 16).backward()


def _svgp(distribution: str) -> None:
    import gpytorch

    points = torch.rand(5, 1)

    class Model(gpytorch.models.ApproximateGP):
        def __init__(self) -> None:
            own = getattr(gpytorch.variational, distribution)(5)
            super().__init__(gpytorch.variational.VariationalStrategy(self, points, own))
            self.mean_module = gpytorch.means.ConstantMean()
            self.covar_module = gpytorch.kernels.ScaleKernel(gpytorch.kernels.RBFKernel())

        def forward(self, x: Any) -> Any:
            return gpytorch.distributions.MultivariateNormal(self.mean_module(x), self.covar_module(x))

    model, likelihood = Model(), gpytorch.likelihoods.GaussianLikelihood()
    elbo = gpytorch.mlls.VariationalELBO(likelihood, model, num_data=100)
    model.train()
    (-elbo(model(torch.rand(10, 1)), torch.rand(10))).backward()


@case("gpytorch", ("exact", None, 0.01))
def svgp_with_a_cholesky_factor() -> None:
    """KL(N(m, L L') || N(0, I)) over 100 examples."""
    _svgp("CholeskyVariationalDistribution")


@case("gpytorch", ("exact", None, 0.01))
def svgp_of_a_diagonal() -> None:
    _svgp("MeanFieldVariationalDistribution")


@case("gpytorch")
def svgp_of_a_point() -> None:
    """A delta has no KL."""
    _svgp("DeltaVariationalDistribution")
