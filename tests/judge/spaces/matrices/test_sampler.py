"""SamplerJudgement lines of full covariances: mean + A noise, where A A^T is the covariance, and what draws from another."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_as_matrices
from klcli.judge.answer import verify
from klcli.judge.sampler import SamplerJudgement
from klcli.judge.spaces.matrices.sampler import judge_matrix_sampler
from tests.judge.spaces.matrices.settings import program

FACTOR = "0.5 * (torch.trace(L @ L.T) + mu @ mu - d) - torch.log(torch.diag(L)).sum()"
COVARIANCE = "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S))"


def judged(formula: str, line: str) -> SamplerJudgement:
    best = verify(program(formula)).best
    assert best.kind == "exact"
    return judge_matrix_sampler(read_as_matrices(line, "python"), best.verdict, right=True)


@pytest.mark.parametrize(
    ("formula", "line"),
    [(FACTOR, "mu + L @ eps"), (FACTOR, "mu - L @ eps"), (COVARIANCE, "mu + torch.linalg.cholesky(S) @ eps")],
)
def test_a_factor_times_noise_draws_from_it(formula: str, line: str) -> None:
    assert judged(formula, line).status == "agrees"


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        (COVARIANCE, "mu + S @ eps"),  # S S^T is the square of it
        (FACTOR, "mu + L @ L.T @ eps"),
        (FACTOR, "mu + 2 * L @ eps"),
    ],
)
def test_another_matrix_draws_from_another_gaussian(formula: str, line: str) -> None:
    found = judged(formula, line)
    assert found.status == "disagrees"
    assert found.mistake is not None


@pytest.mark.parametrize("line", ["L @ eps", "mu + eps", "mu + L @ eps + L @ noise"])
def test_what_is_no_sample_is_refused(line: str) -> None:
    with pytest.raises(KlcliError) as caught:
        judged(FACTOR, line)
    assert caught.value.message
