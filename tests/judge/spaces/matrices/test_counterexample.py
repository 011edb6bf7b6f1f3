"""Points at which a formula of matrices is not the KL: both values by numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klcli.judge.answer import verify
from tests.judge.spaces.matrices.settings import program


def kl(mean: Any, cov: Any, mean_p: Any = None, cov_p: Any = None) -> float:
    size = len(mean)
    cov_p = np.eye(size) if cov_p is None else cov_p
    gap = np.asarray(mean) - (0 if mean_p is None else np.asarray(mean_p))
    inverse = np.linalg.inv(cov_p)
    volume = np.linalg.slogdet(cov_p)[1] - np.linalg.slogdet(cov)[1]
    return float(0.5 * (np.trace(inverse @ cov) + gap @ inverse @ gap - size + volume))


def array(value: Any) -> Any:
    return np.array(
        [[float(entry) for entry in row] if isinstance(row, tuple) else float(row) for row in value]
    )


def test_a_covariance_alone() -> None:
    found = verify(program("0.5 * (torch.trace(S) + mu @ mu - d + torch.logdet(S))")).counterexample
    assert found is not None
    mu, cov = array(found.point["mu"]), array(found.point["S"])
    assert found.expected == pytest.approx(kl(mu, cov), rel=1e-13)
    assert found.found == pytest.approx(
        0.5 * (np.trace(cov) + mu @ mu - 2 + np.linalg.slogdet(cov)[1]), rel=1e-13
    )


def test_a_factor_is_lower_triangular() -> None:
    text = "0.5 * (torch.trace(L @ L.T) + mu @ mu - d - torch.log(torch.diag(L)).sum())"
    found = verify(program(text)).counterexample
    assert found is not None
    mu, lower = array(found.point["mu"]), array(found.point["L"])
    assert lower[0, 1] == 0
    assert found.expected == pytest.approx(kl(mu, lower @ lower.T), rel=1e-13)


def test_two_gaussians() -> None:
    text = "0.5 (tr(S_p S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"
    found = verify(program(text)).counterexample
    assert found is not None
    values = {name: array(found.point[name]) for name in ("m_q", "S_q", "m_p", "S_p")}
    assert found.expected == pytest.approx(
        kl(values["m_q"], values["S_q"], values["m_p"], values["S_p"]), rel=1e-13
    )
    assert found.found != pytest.approx(found.expected, rel=1e-3)


def test_the_kl_itself_has_none() -> None:
    assert verify(program("0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))")).counterexample is None
