"""Formulas of matrices as people write them, with what each is in numpy, written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tests.gaussian.multivariate.matrices import reference

__all__ = ["PAIRS", "UNIT", "Array", "pair", "unit"]

Array = NDArray[np.float64]

UNIT: dict[str, str] = {
    "0.5 * (trace(S) + mu' mu - d - log det S)": "covariance",
    "0.5 * (trace(S) + mu^T mu - d - logdet(S))": "covariance",
    "1/2 (tr(S) + mu' mu - d - ln|S|)": "covariance",
    "1/2 (tr S + ||mu||^2 - d - log|S|)": "covariance",
    "1/2 (Tr[S] + |mu|^2 - k - log(det(S)))": "covariance",
    "½ (tr(Σ) + μᵀμ − d − log |Σ|)": "covariance",
    "½(tr Σ + μ^⊤ μ − k − ln det Σ)": "covariance",
    "-1/2 (log det S + d - tr S - mu' mu)": "covariance",
    "1/2 (tr(S + mu mu') - d - log det S)": "covariance",
    r"\frac{1}{2}\left(\operatorname{tr}(\Sigma) + \mu^\top\mu - k - \log\det\Sigma\right)": "covariance",
    r"\frac12\left[\mathrm{tr}(\boldsymbol{\Sigma}) + \boldsymbol{\mu}^{\mathsf{T}}\boldsymbol{\mu} - d "
    r"- \ln\left|\boldsymbol{\Sigma}\right|\right]": "covariance",
    r"\frac{1}{2}(\text{tr}\{\Sigma\} + \|\mu\|^2 - d - \log \lvert\Sigma\rvert)": "covariance",
    "0.5 * (torch.trace(S) + mu @ mu - mu.shape[-1] - torch.logdet(S))": "covariance",
    "0.5 * (torch.trace(S) + mu @ mu - mu.shape[0] - torch.logdet(S)).mean()": "covariance",
    "0.5 * (S.trace() + mu.dot(mu) - mu.numel() - S.logdet())": "covariance",
    "0.5 * (torch.trace(S) + torch.sum(mu**2) - len(mu) - torch.linalg.slogdet(S)[1])": "covariance",
    "0.5 * (torch.trace(S) + mu.T @ mu - d - torch.linalg.slogdet(S).logabsdet)": "covariance",
    "0.5 * (np.trace(S) + np.dot(mu, mu) - d - np.log(np.linalg.det(S)))": "covariance",
    "sign, ld = np.linalg.slogdet(S)\n0.5 * (np.trace(S) + mu @ mu - mu.size - sign * ld)": "covariance",
    "_, logdet = torch.slogdet(S)\nreturn 0.5 * (S.diagonal().sum() + mu.pow(2).sum() - S.shape[0] - logdet)": (
        "covariance"
    ),
    "0.5 * (tf.linalg.trace(S) + tf.reduce_sum(mu**2) - tf.cast(tf.shape(mu)[-1], tf.float32) "
    "- tf.linalg.logdet(S))": "covariance",
    "0.5 * (jnp.trace(S) + jnp.einsum('i,i->', mu, mu) - d - jnp.linalg.slogdet(S)[1])": "covariance",
    "L = torch.linalg.cholesky(S)\n0.5 * (torch.trace(S) + mu @ mu - d) - L.diagonal().log().sum()": "covariance",
    "L = np.linalg.cholesky(S)\n0.5 * (np.sum(L**2) + np.linalg.norm(mu)**2 - d) - np.log(np.diag(L)).sum()": (
        "covariance"
    ),
    "0.5 * (np.einsum('ii->', S) + mu @ mu - d - np.linalg.slogdet(S)[1])": "covariance",
    "0.5 * (np.trace(S) + (mu[None, :] @ mu[:, None]).squeeze() - d - np.linalg.slogdet(S)[1])": "covariance",
    "0.5 * (trace(L @ L.T) + mu @ mu - d - 2 * torch.log(torch.diag(L)).sum())": "cholesky",
    "0.5 * ((L**2).sum() + (mu**2).sum() - d) - torch.diagonal(L, dim1=-2, dim2=-1).log().sum()": "cholesky",
    "0.5 * (tf.reduce_sum(tf.square(L)) + tf.reduce_sum(tf.square(mu)) - d) "
    "- tf.reduce_sum(tf.math.log(tf.linalg.diag_part(L)))": "cholesky",
    "0.5 * (np.sum(np.square(alpha)) + np.sum(L**2) - d - 2*np.sum(np.log(np.diag(L))))": "cholesky",
    "0.5 * (np.linalg.norm(L, 'fro')**2 + mu @ mu - d - np.log(np.linalg.det(L)**2))": "cholesky",
    "1/2 (tr(L L') + mu' mu - d) - sum(log(diag(L)))": "cholesky",
    "1/2 (tr(S) + mu' mu - d) - ∑ log diag(chol(S))": "covariance",
    r"D_{KL}(q\|p) = \frac12 (\operatorname{tr}(\Sigma - \mathbf{I}) + \mu^\top\mu - \ln|\Sigma|)": "covariance",
    "def kl(mu, S):\n    d = mu.shape[0]\n    return 0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))": (
        "covariance"
    ),
    "0.5 * (np.trace(np.linalg.inv(P)) + mu @ mu - d + np.linalg.slogdet(P)[1])": "precision",
    r"\frac12 (\operatorname{tr}\Lambda^{-1} + \mu^\top \mu - d + \log|\Lambda|)": "precision",
    "kl_divergence(MultivariateNormal(mu, S), MultivariateNormal(zeros(3), eye(3)))": "covariance",
    "kl_divergence(MultivariateNormal(mu, precision_matrix=P), MultivariateNormal(zeros(3), eye(3)))": "precision",
    "tfd.kl_divergence(tfd.MultivariateNormalTriL(mu, L), "
    "tfd.MultivariateNormalDiag(tf.zeros(3), tf.ones(3)))": "cholesky",
}
"""KL(N(mu, S) || N(0, I)), each with its reading."""

_TORCH = (
    "diff = mu_p - mu_q\n"
    "0.5 * (torch.trace(torch.linalg.solve(S_p, S_q)) + diff @ torch.linalg.solve(S_p, diff) - diff.numel() "
    "+ torch.logdet(S_p) - torch.logdet(S_q))"
)
_NUMPY = (
    "inv_p = np.linalg.inv(S_p)\ndm = mu_p - mu_q\n"
    "kl = 0.5 * (np.log(np.linalg.det(S_p) / np.linalg.det(S_q)) - len(mu_q) + np.trace(inv_p @ S_q) "
    "+ dm.T @ inv_p @ dm)\nreturn kl"
)
_SCIPY = (
    "c = scipy.linalg.cho_solve((L_p, True), S_q)\n"
    "a = scipy.linalg.solve_triangular(L_p, m_q - m_p, lower=True)\n"
    "0.5 * (np.trace(c) + np.sum(a**2) - d + 2 * np.sum(np.log(np.diag(L_p))) - np.linalg.slogdet(S_q)[1])"
)
_TFP = (
    "b = tf.linalg.triangular_solve(L_p, L_q)\nz = tf.linalg.triangular_solve(L_p, m_p[:, None] - m_q[:, None])\n"
    "tf.reduce_sum(tf.math.log(tf.linalg.diag_part(L_p))) - tf.reduce_sum(tf.math.log(tf.linalg.diag_part(L_q))) "
    "+ 0.5 * (-d + tf.reduce_sum(b**2) + tf.reduce_sum(z**2))"
)
_DISTRIBUTIONS = (
    "half_term1 = L_p.diagonal(dim1=-2, dim2=-1).log().sum(-1) - L_q.diagonal(dim1=-2, dim2=-1).log().sum(-1)\n"
    "term2 = torch.linalg.solve_triangular(L_p, L_q, upper=False).pow(2).sum([-2, -1])\n"
    "term3 = torch.linalg.solve_triangular(L_p, mu_q - mu_p, upper=False).pow(2).sum(-1)\n"
    "half_term1 + 0.5 * (term2 + term3 - n)"
)
_GPFLOW = (
    "alpha = tf.linalg.triangular_solve(Lp, q_mu, lower=True)\n"
    "mahalanobis = tf.reduce_sum(tf.square(alpha))\n"
    "logdet_qcov = tf.reduce_sum(tf.math.log(tf.square(tf.linalg.diag_part(Lq))))\n"
    "trace = tf.reduce_sum(tf.square(tf.linalg.triangular_solve(Lp, Lq, lower=True)))\n"
    "log_sqdiag_Lp = tf.math.log(tf.square(tf.linalg.diag_part(Lp)))\n"
    "twoKL = mahalanobis - tf.cast(tf.size(q_mu), tf.float64) - logdet_qcov + trace "
    "+ tf.reduce_sum(log_sqdiag_Lp)\n0.5 * twoKL"
)
PAIRS: dict[str, str] = {
    r"\frac{1}{2}\left(\operatorname{tr}\left(\Sigma_1^{-1}\Sigma_0\right) - k + (\mu_1-\mu_0)^\mathsf{T}"
    r"\Sigma_1^{-1}(\mu_1-\mu_0) + \ln\left(\frac{\det\Sigma_1}{\det\Sigma_0}\right)\right)": "covariance",
    r"\frac{1}{2}\left[\log\frac{|\Sigma_2|}{|\Sigma_1|} - d + \text{tr}\{\Sigma_2^{-1}\Sigma_1\} "
    r"+ (\mu_2 - \mu_1)^T \Sigma_2^{-1} (\mu_2 - \mu_1)\right]": "covariance",
    "1/2 (log|Σ_2|/|Σ_1| - d + tr(Σ_2^-1 Σ_1) + (μ_2 - μ_1)ᵀ Σ_2^-1 (μ_2 - μ_1))": "covariance",
    "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log det S_p - log det S_q)": "covariance",
    "0.5 (tr(inv(S_p) S_q) + (m_p - m_q)' inv(S_p) (m_p - m_q) - d - log det(S_q)/det(S_p))": "covariance",
    "0.5 (tr(S_p^{-1} S_q) + (m_p - m_q)' S_p^{-1} (m_p - m_q) - d - log|S_p^{-1} S_q|)": "covariance",
    "0.5 (tr(S_p^-1 (S_q + (m_p - m_q)(m_p - m_q)')) - d + ln|S_p| - ln|S_q|)": "covariance",
    "0.5 (tr(S_q S_p^{-1}) - d + (m_p - m_q)' S_p^{-1} (m_p - m_q) + log(det S_p/det S_q))": "covariance",
    "0.5 (tr(S_0 S_1^-1) - d + (m_0 - m_1)' S_1^-1 (m_0 - m_1) + log(det S_1/det S_0))": "covariance",
    _TORCH: "covariance",
    _GPFLOW: "cholesky",
    _NUMPY: "covariance",
    _SCIPY: "covariance",
    _TFP: "cholesky",
    _DISTRIBUTIONS: "cholesky",
    "0.5 * (torch.trace(K_inv @ S) + m @ K_inv @ m - d - torch.logdet(K_inv) - torch.logdet(S))": "covariance",
    "0.5*(np.trace(np.linalg.solve(K, S)) + m.T @ np.linalg.solve(K, m) - M + np.linalg.slogdet(K)[1] "
    "- np.linalg.slogdet(S)[1])": "covariance",
    "D.kl_divergence(D.MultivariateNormal(m_q, S_q), D.MultivariateNormal(m_p, S_p))": "covariance",
    "q = tfd.MultivariateNormalTriL(m_q, scale_tril=L_q)\n"
    "q.kl_divergence(tfd.MultivariateNormalTriL(m_p, scale_tril=L_p))": "cholesky",
    "a = torch.cholesky_solve(m[:, None], Lk)\nb = torch.cholesky_solve(S, Lk)\n"
    "0.5 * (b.trace() + (m[:, None] * a).sum() - m.shape[0] + 2 * Lk.diag().log().sum() - S.logdet())": "covariance",
}
"""KL between two Gaussians, or to N(0, K), each with the reading of the posterior's matrix."""


def unit(mu: Array, cov: Array) -> float:
    """KL(N(mu, cov) || N(0, I))."""
    return pair(mu, cov, np.zeros_like(mu), np.eye(len(mu)))


def pair(mu_q: Array, cov_q: Array, mu_p: Array, cov_p: Array) -> float:
    """KL between two Gaussians, by the textbook formula in mpmath at 50 digits."""
    distance = [Fraction(x) - Fraction(y) for x, y in zip(mu_q.tolist(), mu_p.tolist(), strict=True)]
    return float(reference(cov_q.tolist(), cov_p.tolist(), distance, digits=50).value)


Truth = Callable[[Array, Array, Array, Array], float]
