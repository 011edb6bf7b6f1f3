"""The operations of a run done again by NumPy, against what PyTorch gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import klcli
from klcli.trace.matrices.replay import evaluated
from klcli.trace.programs import UnfollowedError
from tests.trace.losses import D, torch

SIZE = 3


def arrays() -> tuple[Any, Any, Any]:
    """Two positive definite matrices, the lower factor of one, and two vectors, in double precision."""
    torch.manual_seed(0)
    raw = torch.randn(2, SIZE, SIZE, dtype=torch.float64)
    covariance = (raw @ raw.mT + torch.eye(SIZE, dtype=torch.float64)).detach()
    factor = torch.linalg.cholesky(covariance).detach()
    vector = torch.randn(2, SIZE, dtype=torch.float64)
    return covariance.requires_grad_(), factor.requires_grad_(), vector.requires_grad_()


@pytest.mark.parametrize(
    "function",
    [
        lambda s, f, v: torch.logdet(s),
        lambda s, f, v: torch.linalg.slogdet(s)[1] + torch.slogdet(s).logabsdet + s.det().log(),
        lambda s, f, v: torch.linalg.cholesky(s) * torch.linalg.cholesky(s, upper=True).mT,
        lambda s, f, v: torch.linalg.inv(s) + torch.inverse(s),
        lambda s, f, v: torch.linalg.solve(s, v.unsqueeze(-1)).squeeze(-1),
        lambda s, f, v: torch.linalg.solve_triangular(f, v.unsqueeze(-1), upper=False),
        lambda s, f, v: torch.linalg.solve_triangular(f.mT, v[..., None], upper=True),
        lambda s, f, v: torch.cholesky_solve(v.unsqueeze(-1), f) + torch.cholesky_inverse(f[0]),
        lambda s, f, v: torch.bmm(f, s) @ s - torch.matmul(s, f),
        lambda s, f, v: torch.einsum("bij,bj->bi", s, v) + torch.einsum("bii->b", s)[:, None],
        lambda s, f, v: torch.diagonal(s, dim1=-2, dim2=-1).log() + s[0].diagonal() + s[0].trace(),
        lambda s, f, v: torch.tril(s, -1) + torch.triu(s, 1) + torch.diag_embed(v) + torch.diag(v[0]),
        lambda s, f, v: torch.diag(s[0]) + torch.flip(v, (-1,)),
        lambda s, f, v: torch.cat([v.unsqueeze(-1), s], -1).pow(2).sum(-1),
        lambda s, f, v: torch.stack([v, v.exp()], 1).permute(1, 0, 2).reshape(2, -1),
        lambda s, f, v: torch.nn.functional.softplus(v[:, 1:]) + v.chunk(3, 1)[2] + v.t()[0],
        lambda s, f, v: D.kl_divergence(D.MultivariateNormal(v, s), D.MultivariateNormal(v[0], scale_tril=f)),
        lambda s, f, v: D.MultivariateNormal(v, precision_matrix=s).log_prob(v.flip(0)),
        lambda s, f, v: D.LowRankMultivariateNormal(v, s[..., :2], v.exp()).log_prob(v * 2),
    ],
)
def test_what_pytorch_computes(function: Callable[..., Any]) -> None:
    given = arrays()
    with klcli.watch() as seen:
        weights = torch.linspace(0.5, 1.5, function(*given).numel(), dtype=torch.float64)
        loss = (function(*given).reshape(-1) * weights).sum()
        loss.backward()
    recording = seen.watched.recording
    root = recording.losses[0].node
    values = {
        index: np.array(step.values).reshape(step.shape)
        for index, step in enumerate(recording.steps)
        if step.is_leaf and not step.args and step.values
    }
    assert float(evaluated(recording, [root], values)[root]) == pytest.approx(loss.item(), rel=1e-12)


def test_what_is_not_known_is_said() -> None:
    covariance, _, _ = arrays()
    with klcli.watch() as seen:
        torch.linalg.svdvals(covariance).sum().backward()
    recording = seen.watched.recording
    with pytest.raises(UnfollowedError, match="values were not noted"):
        evaluated(recording, [recording.losses[0].node], {})
