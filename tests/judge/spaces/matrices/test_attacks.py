"""Formulas of matrices that look right and are not, and arguments that change what a function means."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_matrices
from klcli.judge.answer import verify

T2 = " + L2.diagonal().log().sum() - L1.diagonal().log().sum()"
M2 = "torch.linalg.solve_triangular(L2, (m2 - m1).unsqueeze(-1), upper=False).pow(2).sum()"
UNIT = "0.5*(trace(S) + mu'mu - d - log det S)"

DECEPTIONS = [
    f"0.5*(torch.linalg.solve_triangular(L2, L1, upper=False, left=False).pow(2).sum() + {M2} - d){T2}",
    f"0.5*(torch.linalg.solve(L2, L1, left=False).pow(2).sum() + {M2} - d){T2}",
    f"0.5*(lax.linalg.triangular_solve(L2, L1, lower=True).pow(2).sum() + {M2} - d){T2}",
    "L = scipy.linalg.cholesky(S)\n0.5*(np.sum(L**2) + mu@mu - d) - np.sum(np.log(np.diag(L)))",
    "from scipy.linalg import cholesky\nL = cholesky(S)\n0.5*(np.trace(L @ L.T) + mu@mu - d) - np.log(np.diag(L)).sum()",
    "0.5*(np.trace(scipy.linalg.cho_solve((L2, False), S1)) + (m2-m1)@scipy.linalg.cho_solve((L2, False), m2-m1)"
    " - len(m1)) + np.log(np.diag(L2)).sum() - 0.5*np.linalg.slogdet(S1)[1]",
    "0.5*(np.linalg.norm(L, 2)**2 + mu@mu - len(mu)) - np.sum(np.log(np.diag(L)))",
    "0.5*(np.linalg.norm(L, ord=2)**2 + mu@mu - len(mu)) - np.sum(np.log(np.diag(L)))",
    "0.5*(np.sum(np.linalg.norm(L, axis=1))**2 + mu@mu - len(mu)) - np.sum(np.log(np.diag(L)))",
    "0.5*(np.trace(S, 1) + mu@mu - len(mu) - np.linalg.slogdet(S)[1])",
    "0.5*(S.diagonal(1).sum() + mu@mu - len(mu) - torch.logdet(S))",
    "0.5*(np.trace(S) + mu@mu - np.size(S) - np.linalg.slogdet(S)[1])",
    "0.5*(np.trace(np.inner(L.T, L)) + mu@mu - len(mu)) - np.sum(np.log(np.diag(L)))",
    "0.5*(torch.diag_embed(S).sum() + mu@mu - d - torch.logdet(S))",
    "0.5*(tf.reduce_sum(tf.linalg.diag(S)) + mu@mu - d - tf.linalg.logdet(S))",
    f"0.5*(np.sum(np.linalg.solve(L2, L1)[0]**2) + {M2} - d){T2}",
    "0.5*(torch.trace(S) + mu@mu - d - torch.logdet(S))*x.shape[0]/y.shape[0]",
    "0.5*(torch.trace(S) + mu@mu - X.shape[0] - torch.logdet(S))",
    f"{UNIT} + (d-1)*(d-2)*(d-3)*(d-5)*trace(S)",
    "0.5*(100 - sqrt((trace(S)-100)^2) + mu'mu - d - log det S)",
    "0.5*(torch.clamp(torch.trace(S), max=100) + mu@mu - d - torch.logdet(S))",
    "0.5*(torch.trace(S) + mu.clamp(-2, 2) @ mu - d - torch.logdet(S))",
    "0.5*(1000*trace(S/1000 + 0.001 I) + mu'mu - d - log det S)",
    "0.5*(trace(S) + mu'mu - beta - log det S)",
    f"{UNIT} + 1e-60*trace(S)",
    "U = torch.linalg.cholesky(S, upper=True)\n0.5*(U.pow(2).sum() + mu@mu - d) - U.diagonal().log().sum()",
    "c, low = cho_factor(S)\n0.5*(np.trace(c @ c.T) + mu@mu - d) - np.log(np.diag(c)).sum()",
]


@pytest.mark.parametrize("text", DECEPTIONS)
def test_what_is_not_the_kl_is_never_called_exact(text: str) -> None:
    """Refused, or anything but exact."""
    try:
        program = read_matrices(text)
        found = verify(program) if program else None
    except KlcliError:
        return
    assert found is not None
    assert found.best.kind != "exact"


RIGHT = [
    "0.5*(np.trace(np.inner(L, L)) + mu@mu - len(mu)) - np.sum(np.log(np.diag(L)))",
    "0.5*(torch.norm(L)**2 + torch.norm(mu, 2)**2 - d) - L.diagonal().log().sum()",
    "0.5*(np.linalg.norm(L, 'fro')**2 + mu@mu - mu.shape[0]) - np.sum(np.log(np.diag(L)))",
    "L = scipy.linalg.cholesky(S, lower=True)\n0.5*(np.sum(L**2) + mu@mu - d) - np.sum(np.log(np.diag(L)))",
    f"0.5*(torch.linalg.solve_triangular(L2, L1, upper=False, left=True).pow(2).sum() + {M2} - d){T2}",
    "0.5*(np.trace(scipy.linalg.cho_solve((L2, True), S1)) + (m2-m1)@scipy.linalg.cho_solve((L2, True), m2-m1)"
    " - len(m1)) + np.log(np.diag(L2)).sum() - 0.5*np.linalg.slogdet(S1)[1]",
    "0.5*(S.trace() + mu@mu - mu.numel() - S.logdet())",
    "mu = self.fc(x)\n0.5*(S.trace() + mu@mu - d - S.logdet())",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_the_kl_is_called_exact(text: str) -> None:
    program = read_matrices(text)
    assert program
    assert verify(program).best.kind == "exact"


@pytest.mark.parametrize(
    "text",
    [
        "0.5*(tr(L L^T) + m^T m - d) - sum_i log L_ii",
        "S = W @ W.T + torch.diag(v)\n0.5*(S.trace() + mu@mu - d - torch.logdet(S))",
        "0.5*(trace(L @ L.T) + mu@mu - d) - sum(np.log(L[i, i]) for i in range(d))",
    ],
)
def test_what_is_not_understood_is_refused_and_not_called_wrong(text: str) -> None:
    with pytest.raises(KlcliError):
        verify(read_matrices(text))  # type: ignore[arg-type]


def test_helpers_that_double_a_formula_are_refused_in_time() -> None:
    doubled = ";".join(
        ["a0 = trace(S)", *(f"a{n} = a{n - 1} + a{n - 1}" for n in range(1, 40)), "a39 - logdet(S)"]
    )
    with pytest.raises(KlcliError, match="too large"):
        read_matrices(doubled)
