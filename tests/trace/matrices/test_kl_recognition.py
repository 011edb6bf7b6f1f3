"""KLs of Gaussians with covariance matrices in programs; what each is was worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import klcli
from tests.trace.losses import D, F, torch

B, SIZE = 6, 3


class Net:
    """The arrays that a network puts out, with their gradients."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.mu, self.mu_p = (torch.nn.Linear(2, SIZE)(torch.rand(B, 2)) for _ in "qp")
        self.L, self.L_p = self._factor(), self._factor()
        raw = torch.randn(SIZE, SIZE)
        self.m = torch.nn.Parameter(torch.randn(SIZE))
        self.S = torch.nn.Parameter(raw @ raw.T + torch.eye(SIZE))

    def _factor(self) -> Any:
        raw = torch.nn.Linear(2, SIZE * SIZE)(torch.rand(B, 2)).view(B, SIZE, SIZE)
        diagonal = F.softplus(torch.diagonal(raw, dim1=-2, dim2=-1)) + 0.1
        return torch.tril(raw, -1) + torch.diag_embed(diagonal)


def unit() -> Any:
    return D.MultivariateNormal(torch.zeros(SIZE), torch.eye(SIZE))


def of_factors(n: Net) -> Any:
    return D.kl_divergence(D.MultivariateNormal(n.mu, scale_tril=n.L), unit()).mean()


def of_a_covariance(n: Net) -> Any:
    return 0.1 * D.kl_divergence(D.MultivariateNormal(n.m, n.S), unit())


def of_a_precision(n: Net) -> Any:
    return D.kl_divergence(D.MultivariateNormal(n.m, precision_matrix=n.S), unit())


def of_two(n: Net) -> Any:
    q, p = D.MultivariateNormal(n.mu, scale_tril=n.L), D.MultivariateNormal(n.mu_p, scale_tril=n.L_p)
    return 0.5 * D.kl_divergence(q, p).sum()


def the_other_way_round(n: Net) -> Any:
    return D.kl_divergence(unit(), D.MultivariateNormal(n.mu, scale_tril=n.L)).mean()


def sampled(n: Net) -> Any:
    q = D.MultivariateNormal(n.mu, scale_tril=n.L)
    z = q.rsample()
    return 0.5 * (q.log_prob(z) - unit().log_prob(z)).mean()


def by_hand(n: Net) -> Any:
    covariance = n.L @ n.L.transpose(-1, -2)
    trace = torch.diagonal(covariance, dim1=-2, dim2=-1).sum(-1)
    return (0.5 * (trace + (n.mu * n.mu).sum(-1) - n.mu.shape[-1] - torch.logdet(covariance))).mean()


def of_the_factor(n: Net, power: int = 2, doubled: float = 2, size: float = SIZE) -> Any:
    volume = doubled * torch.diagonal(n.L, dim1=-2, dim2=-1).log().sum(-1)
    trace = (n.L**power).sum((-1, -2)) if power == 2 else torch.einsum("bii->b", n.L)
    return (0.5 * (trace + n.mu.pow(2).sum(-1) - size - volume)).mean()


def with_inverses(n: Net) -> Any:
    q, p = torch.bmm(n.L, n.L.mT), n.L_p @ n.L_p.mT + 0.5 * torch.eye(SIZE)
    precision, distance = torch.linalg.inv(p), n.mu - n.mu_p
    trace = torch.einsum("bij,bji->b", precision, q)
    form = torch.einsum("bi,bij,bj->b", distance, precision, distance)
    return (0.5 * (trace + form - SIZE + torch.logdet(p) - torch.linalg.slogdet(q)[1])).sum()


def against_a_kernel(n: Net) -> Any:
    """Of a Gaussian process at inducing points, whose prior is fixed."""
    points = torch.linspace(0, 1, SIZE)
    kernel = torch.exp(-((points[:, None] - points) ** 2)) + 0.1 * torch.eye(SIZE)
    factor = torch.linalg.cholesky(kernel)
    trace = torch.trace(torch.cholesky_solve(n.S, factor))
    form = n.m @ torch.cholesky_solve(n.m.unsqueeze(1), factor).squeeze(1)
    return 0.5 * (trace + form - SIZE + 2 * factor.diagonal().log().sum() - torch.logdet(n.S))


def of_as_many_examples_as_latents(n: Net) -> Any:
    q = D.MultivariateNormal(n.mu[:SIZE], scale_tril=n.L[:SIZE])
    z = q.rsample()
    return (q.log_prob(z) - unit().log_prob(z)).mean()


def of_some(n: Net) -> Any:
    kept = torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0, 0.0])
    return (kept * D.kl_divergence(D.MultivariateNormal(n.mu, scale_tril=n.L), unit())).sum() / kept.sum()


def to_a_narrow_prior(n: Net) -> Any:
    prior = D.MultivariateNormal(torch.zeros(SIZE), precision_matrix=2 * torch.eye(SIZE))
    return D.kl_divergence(D.MultivariateNormal(n.m, n.S), prior)


@pytest.mark.parametrize(
    ("loss", "verdict", "weight", "codes"),
    [
        (of_factors, "exact", 1, []),
        (of_a_covariance, "exact", 0.1, []),
        (of_a_precision, "exact", 1, []),
        (of_two, "exact", 0.5, []),
        (the_other_way_round, "reversed", 1, []),
        (sampled, "exact", 0.5, []),
        (by_hand, "exact", 1, []),
        (of_the_factor, "exact", 1, []),
        (with_inverses, "exact", 1, []),
        (against_a_kernel, "exact", 1, []),
        (of_as_many_examples_as_latents, "exact", 1, []),
        (of_some, "exact", 1, []),
        (to_a_narrow_prior, "exact", 1, []),
        (lambda n: of_the_factor(n, size=0), "scaled", 1, []),
        (lambda n: of_the_factor(n, doubled=1), "wrong", 1, ["KL124"]),
        (lambda n: of_the_factor(n, power=1), "wrong", 1, ["KL130"]),
    ],
)
def test_what_a_loss_is(loss: Callable[[Net], Any], verdict: str, weight: float, codes: list[str]) -> None:
    with klcli.watch() as seen:
        found = loss(Net())
        found.backward()
    (term,) = seen.terms
    assert (term.kind, term.verdict) == ("kl", verdict)
    assert term.weight == pytest.approx(weight, rel=1e-8)
    assert [one.mistake.code for one in seen.findings] == codes
    assert term.contribution == pytest.approx(found.item(), rel=1e-5)
    assert seen.watched.holds(["estimator"]) is (verdict == "exact")
    assert f"of {SIZE} dimensions" in term.what
    assert term.agreement is not None
    assert term.agreement.agrees


def kl_of_covariance(n: Net, *, trace: Any = None, form: Any = None, volume: Any = None) -> Any:
    """What is called a KL, with other terms."""
    trace = torch.trace(n.S) if trace is None else trace
    form = n.m @ n.m if form is None else form
    volume = torch.logdet(n.S) if volume is None else volume
    return 0.5 * (trace + form - SIZE - volume)


def of_two_matrices(n: Net, *, trace: str = "right", form: str = "right") -> Any:
    q, p, distance = n.L @ n.L.mT, n.L_p @ n.L_p.mT, n.mu - n.mu_p
    precision = torch.linalg.inv(p)
    traces = {
        "right": lambda: torch.einsum("bij,bji->b", precision, q),
        "of the wrong inverse": lambda: torch.einsum("bij,bji->b", torch.linalg.inv(q), p),
        "without the prior": lambda: torch.einsum("bii->b", q),
        "of the diagonals": lambda: (q.diagonal(dim1=1, dim2=2) / p.diagonal(dim1=1, dim2=2)).sum(1),
    }
    middle = {"right": precision, "of the matrix": p}[form]
    total = traces[trace]() + torch.einsum("bi,bij,bj->b", distance, middle, distance)
    return (0.5 * (total - SIZE + torch.logdet(p) - torch.logdet(q))).mean()


@pytest.mark.parametrize(
    ("loss", "code", "words"),
    [
        (lambda n: kl_of_covariance(n, volume=-torch.logdet(n.S)), "KL126", ""),
        (lambda n: kl_of_covariance(n, volume=0.0), "KL135", ""),
        (lambda n: kl_of_covariance(n, trace=0.0), "KL136", ""),
        (lambda n: kl_of_covariance(n, trace=torch.trace(n.S @ n.S)), "KL127", ""),
        (lambda n: kl_of_covariance(n, form=-(n.m @ n.m)), "KL108", ""),
        (lambda n: of_two_matrices(n, trace="of the wrong inverse"), "KL125", ""),
        (lambda n: of_two_matrices(n, form="of the matrix"), "KL128", ""),
        (lambda n: of_two_matrices(n, trace="without the prior"), "KL100", "without the matrix of the prior"),
        (lambda n: of_two_matrices(n, trace="of the diagonals"), "KL100", "of the diagonals alone"),
    ],
)
def test_what_is_wrong_with_one(loss: Callable[[Net], Any], code: str, words: str) -> None:
    with klcli.watch() as seen:
        loss(Net()).backward()
    (term,) = seen.terms
    assert (term.kind, term.verdict) == ("kl", "wrong")
    (finding,) = seen.findings
    assert finding.mistake.code == code
    assert words in finding.message
    assert not seen.watched.holds()


def test_the_numbers_are_those_of_the_kl() -> None:
    net = Net()
    with klcli.watch() as seen:
        of_two(net).backward()
    (term,) = seen.terms
    total = 0.0
    for m, n, a, b in zip(
        *(one.detach().double().numpy() for one in (net.mu, net.mu_p, net.L, net.L_p)), strict=True
    ):
        precision = np.linalg.inv(b @ b.T)
        logs = np.log(np.linalg.det(b @ b.T) / np.linalg.det(a @ a.T))
        total += 0.5 * (np.trace(precision @ a @ a.T) + (m - n) @ precision @ (m - n) - SIZE + logs)
    assert term.agreement is not None
    assert term.agreement.true == pytest.approx(0.5 * total, rel=1e-5)


def test_the_gaussians_have_the_names_of_the_run() -> None:
    with klcli.watch() as seen:
        n = Net()
        mean, scale, prior_mean, prior_scale = n.mu, n.L, n.mu_p, n.L_p
        q = D.MultivariateNormal(mean, scale_tril=scale)
        p = D.MultivariateNormal(prior_mean, scale_tril=prior_scale)
        D.kl_divergence(q, p).mean().backward()
    (term,) = seen.terms
    assert term.what.startswith("KL(N(mean, scale @ scale.T) || N(prior_mean, prior_scale @ prior_scale.T))")
    assert "mean over the batch" in term.what


def test_beside_a_likelihood_it_has_a_beta() -> None:
    with klcli.watch() as seen:
        n = Net()
        q = D.MultivariateNormal(n.mu, scale_tril=n.L)
        error = ((torch.nn.Linear(SIZE, 5)(q.rsample()) - torch.rand(B, 5)) ** 2).sum(1).mean()
        (error + 3 * D.kl_divergence(q, unit()).mean()).backward()
    (loss,) = seen.losses
    assert [term.kind for term in loss.terms] == ["likelihood", "kl"]
    assert loss.weighing is not None
    assert float(loss.weighing.beta) == pytest.approx(1.5)


@pytest.mark.parametrize(
    "loss",
    [
        # The likelihood of a Gaussian process has no trace, that of full covariance none either.
        lambda n: 0.5 * (torch.randn(SIZE) @ torch.linalg.solve(n.S, torch.randn(SIZE)) + torch.logdet(n.S)),
        lambda n: -D.MultivariateNormal(n.mu, scale_tril=n.L).log_prob(torch.rand(B, SIZE)).mean(),
        lambda n: -D.MultivariateNormal(n.mu, scale_tril=n.L).entropy().mean(),
        lambda n: torch.logdet(n.S) + torch.trace(n.S) ** 2,
        lambda n: (n.S @ n.S).log().sum(),
        # Of Wishart matrices, of a sparse precision, of an expected likelihood: trace and logarithm, no mean.
        lambda n: -D.Wishart(torch.tensor(5.0), torch.eye(SIZE)).log_prob(n.S),
        lambda n: torch.trace(torch.cov(torch.rand(SIZE, 9)) @ n.S) - torch.logdet(n.S) + n.S.abs().sum(),
        lambda n: n.m @ n.m + torch.trace(n.S),
        # The sign of the logarithm is that of no KL, and nothing calls it one.
        lambda n: n.m @ n.m + torch.trace(n.S) + torch.logdet(n.S),
    ],
)
def test_what_is_no_kl_is_not_found(loss: Callable[[Net], Any]) -> None:
    with klcli.watch() as seen:
        loss(Net()).backward()
    assert not [term for term in seen.terms if term.kind == "kl"]
    assert not seen.findings
