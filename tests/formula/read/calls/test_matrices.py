"""Formulas of matrices in Python: the spellings of the libraries, and what is refused."""

from __future__ import annotations

import re

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_as_matrices, read_matrices
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("torch.trace(S)", "tr(S)"),
        ("S.trace()", "tr(S)"),
        ("tf.linalg.trace(S)", "tr(S)"),
        ("torch.logdet(S)", "logdet(S)"),
        ("S.logdet()", "logdet(S)"),
        ("np.linalg.slogdet(S)[1]", "logdet(S)"),
        ("np.linalg.slogdet(S)[0]", "1"),
        ("torch.linalg.slogdet(S).logabsdet", "logdet(S)"),
        ("torch.slogdet(S)[1] + torch.slogdet(S).sign", "logdet(S) + 1"),
        ("_, ld = np.linalg.slogdet(S)\nld", "logdet(S)"),
        ("sign, ld = np.linalg.slogdet(S)\nsign * ld", "1 logdet(S)"),
        ("np.log(np.linalg.det(S))", "log(det(S))"),
        ("torch.inverse(S)", "inv(S)"),
        ("np.linalg.pinv(S)", "inv(S)"),
        ("S.inverse()", "inv(S)"),
        ("np.linalg.solve(A, b)", "inv(A) @ b"),
        ("torch.linalg.solve(A, b)", "inv(A) @ b"),
        ("torch.linalg.solve_triangular(L, b, upper=False)", "inv(L) @ b"),
        ("scipy.linalg.solve_triangular(L, b, lower=True)", "inv(L) @ b"),
        ("scipy.linalg.solve_triangular(L.T, b, lower=False)", "inv(L^T) @ b"),
        ("tf.linalg.triangular_solve(L, b)", "inv(L) @ b"),
        ("torch.triangular_solve(b, L, upper=False)[0]", "inv(L) @ b"),
        ("torch.cholesky_solve(b, L)", "inv(L @ L^T) @ b"),
        ("tf.linalg.cholesky_solve(L, b)", "inv(L @ L^T) @ b"),
        ("scipy.linalg.cho_solve((L, True), b)", "inv(L @ L^T) @ b"),
        ("torch.cholesky_inverse(L)", "inv(L @ L^T)"),
        ("torch.linalg.cholesky(S)", "chol(S)"),
        ("a @ b", "a @ b"),
        ("torch.matmul(a, b)", "a @ b"),
        ("a.mm(b)", "a @ b"),
        ("tf.matmul(a, b, transpose_b=True)", "a @ b^T"),
        ("tf.linalg.matmul(a, b, transpose_a=True)", "a^T @ b"),
        ("mu.T @ mu", "mu^T @ mu"),
        ("mu.t() @ mu", "mu^T @ mu"),
        ("L @ L.transpose(-1, -2)", "L @ L^T"),
        ("np.transpose(mu) @ mu", "mu^T @ mu"),
        ("L.diagonal(dim1=-2, dim2=-1)", "diag(L)"),
        ("torch.diagonal(L, dim1=-2, dim2=-1)", "diag(L)"),
        ("tf.linalg.diag_part(L)", "diag(L)"),
        ("np.einsum('ij,ij->', A, B)", "sum(A * B)"),
        ("np.einsum('ab,ba->', A, B)", "tr(A @ B)"),
        ("np.einsum('i,ij,j->', a, A, a)", "sum(a * (A @ a))"),
        ("np.outer(a, a)", "a @ a^T"),
        ("torch.eye(d)", "eye(d)"),
        ("np.identity(d)", "eye(d)"),
        ("np.linalg.norm(mu)**2", "norm(mu)^2".replace("norm(mu)", "||mu||")),
        ("mu.shape[-1] + len(mu) + S.shape[0] + mu.size(0)", "dim_mu + dim_mu + dim_S + dim_mu"),
        ("mu.numel() + mu.size", "numel(mu) + numel(mu)"),
        ("mu[:, None] + mu[None] + mu[..., np.newaxis]", "mu + mu + mu"),
        ("L * L", "L * L"),
    ],
)
def test_what_is_read(text: str, plain: str) -> None:
    assert to_text(read_as_matrices(text, "python").tree) == plain


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("np.linalg.slogdet(S)", "slogdet gives a sign and a logarithm"),
        ("torch.linalg.cholesky(S, upper=True)", "upper= is not understood here"),
        ("np.einsum('ij,kl->', A, B)", "this einsum is not understood"),
        ("np.einsum(pattern, A, B)", "this einsum is not understood"),
        ("np.trace(S, foo=1)", "foo= is not understood here"),
        ("torch.trace(foo(S))", "'foo' is not a known function"),
        ("torch.trace(__import__('os').system('true'))", "what __import__() changes is not followed"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(KlcliError, match=re.escape(problem)):
        read_matrices(text)


@pytest.mark.parametrize("text", ["solve_triangular(L, b)", "scipy.linalg.solve_triangular(L, b)"])
def test_scipy_reads_the_upper_triangle_unless_told_otherwise(text: str) -> None:
    with pytest.raises(KlcliError, match="which triangle"):
        read_matrices(f"{text} @ b + logdet(S)")
