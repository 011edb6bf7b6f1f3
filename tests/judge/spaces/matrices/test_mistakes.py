"""Every mistake is caught by its name, in several spellings; the corrected text is exact, the wrong one is not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from klcli.formula.program_reader import read_matrices
from klcli.formula.value.symbol_kinds import Manner
from klcli.judge.mistakes.table import OF_MATRICES
from klcli.judge.spaces.matrices.fitting import Subject
from klcli.judge.spaces.matrices.mistakes import RULES
from klcli.judge.spaces.matrices.term_weights import coefficients, terms
from tests.judge.spaces.matrices.formulas import unit
from tests.judge.spaces.matrices.test_matrix_space import gaussian, run, settled

WRONG: list[tuple[str, str]] = [
    ("KL123", "0.5 * (np.trace(S) + mu @ mu - np.linalg.slogdet(S)[1])"),
    ("KL123", "0.5 * (np.trace(S) + mu @ mu - 1 - np.linalg.slogdet(S)[1])"),
    ("KL123", "0.5 * (trace(L @ L.T) + mu @ mu) - torch.log(torch.diag(L)).sum()"),
    ("KL123", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) + log|S_p|/|S_q|)"),
    ("KL124", "0.5 * (trace(L @ L.T) + mu @ mu - d - torch.log(torch.diag(L)).sum())"),
    ("KL124", "0.5 * ((L**2).sum() + (mu**2).sum() - d - torch.logdet(L))"),
    ("KL124", r"\frac12 (\operatorname{tr}(L L^\top) + \mu^\top \mu - d - \log|L|)"),
    ("KL124", "0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(L))"),
    ("KL124", "0.5 (tr(S) + mu' mu - d - log det L)"),
    ("KL125", "0.5 * (trace(S) + mu @ torch.inverse(S) @ mu - d - torch.logdet(S))"),
    ("KL125", "0.5 (tr(S_q^-1 S_p) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL125", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_q^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL125", "0.5 (tr(S_q^-1 S_p) + (m_p - m_q)' S_q^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL126", "0.5 * (np.trace(S) + mu @ mu - d + np.linalg.slogdet(S)[1])"),
    ("KL126", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_q|/|S_p|)"),
    ("KL126", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d - log det S_p + log det S_q)"),
    ("KL126", r"\frac12 (\operatorname{tr}(\Sigma) + \mu^\top \mu - d + \log|\Sigma|)"),
    ("KL127", "0.5 * (np.trace(S @ np.outer(mu, mu)) - d - np.linalg.slogdet(S)[1])"),
    ("KL127", "0.5 (tr(S S) + mu' mu - d - log det S)"),
    ("KL128", "0.5 (tr(S_p S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL128", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL128", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL128", "0.5 (tr(S_p S_q) + (m_p - m_q)' (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL129", "0.5 * (S.sum() + mu @ mu - d - torch.logdet(S))"),
    ("KL129", "0.5 * (np.sum(S) + mu @ mu - d - np.linalg.slogdet(S)[1])"),
    ("KL130", "0.5 * (trace(L) + mu @ mu - d) - torch.log(torch.diag(L)).sum()"),
    ("KL131", "0.5 * (np.trace(S) + mu @ mu - d - np.linalg.det(S))"),
    ("KL131", "0.5 * (np.trace(S) + mu @ mu - d - np.log(np.trace(S)))"),
    ("KL131", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + |S_p|/|S_q|)"),
    ("KL132", "0.5 * (trace(L @ L) + mu @ mu - d) - torch.log(torch.diag(L)).sum()"),
    ("KL102", "0.5 * (np.trace(S) + mu @ mu - d - 2 * np.linalg.slogdet(S)[1])"),
    ("KL106", "np.trace(S) + mu @ mu - d - np.linalg.slogdet(S)[1]"),
    ("KL108", "0.5 * (np.trace(S) - mu @ mu - d - np.linalg.slogdet(S)[1])"),
    ("KL109", "-0.5 * (np.trace(S) + mu @ mu - d - np.linalg.slogdet(S)[1])"),
    ("KL135", "0.5 * (np.trace(S) + mu @ mu - d)"),
    ("KL135", "0.5 * (torch.trace(S) + mu @ mu - mu.numel())"),
    ("KL135", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|)"),
    ("KL135", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d - log|S_q|)"),
    ("KL135", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d)"),
    ("KL135", "0.5 * (np.trace(np.linalg.inv(P)) + mu @ mu - d)"),
    ("KL136", "0.5 * (mu @ mu - d) - torch.log(torch.diag(L)).sum()"),
    ("KL136", "0.5 * (mu @ mu - d - np.linalg.slogdet(S)[1])"),
    ("KL136", "0.5 ((m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p|/|S_q|)"),
    ("KL137", "0.5 * (np.trace(S) + 3 * mu @ mu - d - np.linalg.slogdet(S)[1])"),
    ("KL137", "0.5 * (5 * np.trace(S) + mu @ mu - d - np.linalg.slogdet(S)[1])"),
    ("KL137", "0.5 (tr(S_p^-1 S_q) + (m_p - m_q)' S_p^-1 (m_p - m_q) - d + 3 log|S_p| - 4 log|S_q|)"),
    (
        "KL137",
        "beta * 0.5 (tr(S_p^-1 S_q) + 0.3 (m_p - m_q)' S_p^-1 (m_p - m_q) - d + log|S_p| - log|S_q|)/N",
    ),
]


@pytest.mark.parametrize(("code", "text"), WRONG)
def test_a_mistake_is_caught_by_its_name(code: str, text: str) -> None:
    best = settled(text).best
    assert (best.mistake and best.mistake.code) == code
    assert best.kind in ("wrong", "scaled")
    assert best.corrected
    assert settled(best.corrected).best.verdict.kind == "exact"  # beside a weight, which is no mistake


@pytest.mark.parametrize(
    ("code", "text"), [entry for entry in WRONG if "@ mu" in entry[1] or "np." in entry[1]]
)
def test_python_agrees_that_it_is_wrong_and_that_the_correction_is_right(code: str, text: str) -> None:
    best = settled(text).best
    mean, factor = gaussian(11, 3)
    cov = factor @ factor.T
    values = {"mu": mean, "S": cov, "P": np.linalg.inv(cov), "L": factor, "d": 3.0}
    truth = unit(mean, cov)
    assert abs(run(text, values) - truth) > 1e-3
    assert best.corrected
    assert run(best.corrected, values) == pytest.approx(truth, rel=1e-9)


WEIGHTS = ("trace", "mahalanobis", "logdet_q", "logdet_p", "dimensions", "constant")


@pytest.mark.parametrize(
    ("a", "b", "c", "e", "off"),
    [
        (1, 2, -1, 1, ("mahalanobis",)),
        (3, 1, -1, 1, ("trace",)),
        (1, 1, -3, 1, ("logdet_q",)),
        (1, 1, -1, 0, ("logdet_p",)),
        (1, 1, -4, 3, ("logdet_q", "logdet_p")),
        (1, -3, -1, 1, ("mahalanobis",)),
        (-1, 7, -1, 1, ("trace", "mahalanobis")),
    ],
)
def test_the_weights_that_are_off_are_named(a: int, b: int, c: int, e: int, off: tuple[str, ...]) -> None:
    text = f"0.5 ({a} tr(S_p^-1 S_q) + {b} (m_p - m_q)' S_p^-1 (m_p - m_q) - d + {c} log|S_q| + {e} log|S_p|)"
    text = text.replace("(-", "(0 - ").replace("+ -", "- ")
    best, program = settled(text).best, read_matrices(text)
    assert program
    found = terms(Subject(program.tree, Manner(True), {}), best.verdict.way, text)
    assert found
    assert found.off == off
    halves = [Fraction(weight, 2) for weight in (a, b, c, e, -1, 0)]
    assert dict(found.found) == dict(zip(WEIGHTS, halves, strict=True))
    assert best.mistake
    assert settled(text).terms.count("is due") == len(off)


def test_the_weights_are_those_that_numpy_solves_for() -> None:
    """Least squares over Gaussians of several sizes, with terms written out in numpy."""
    text = "0.5 * (np.trace(S) + 3 * mu @ mu) - 0.7 * d - np.linalg.slogdet(S)[1] / 5 + 2"
    rows, values = [], []
    for seed in range(12):
        mean, factor = gaussian(seed, 2 + seed % 3)
        cov, size = factor @ factor.T, float(len(mean))
        rows.append([np.trace(cov), mean @ mean, np.linalg.slogdet(cov)[1], size, 1])
        values.append(run(text, {"mu": mean, "S": cov, "d": size}))
    solved = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    program = read_matrices(text)
    assert program
    way = settled(text).best.verdict.way
    found = coefficients(Subject(program.tree, Manner(False, flat=True), {}), way)
    assert found
    assert [float(weight) for weight in found.values()] == pytest.approx(solved)


def test_every_mistake_of_matrices_is_made_here() -> None:
    assert {mistake.code for mistake in OF_MATRICES} <= {code for code, _ in WRONG}


@pytest.mark.parametrize(
    "text", ["0.5*(3 trace(S) + mu' mu - d - log det S)", "0.5*(7 tr(S) + mu' mu - d - ln|S|)"]
)
def test_a_correction_is_the_kl_and_no_multiple_of_it(text: str) -> None:
    corrected = settled(text).best.corrected
    assert corrected is None or settled(corrected).best.kind == "exact"


def test_every_mistake_of_matrices_has_a_rule() -> None:
    assert {mistake.code for mistake in OF_MATRICES} <= {mistake.code for mistake, _ in RULES}


def test_a_page_says_what_is_true_of_half_the_log_det() -> None:
    fit = settled("0.5 * (trace(L L') + mu' mu - d - sum(log(diag(L))))").best.verdict.kl
    assert fit
    assert (float(fit.scale), float(fit.prior_mean or 0), float(fit.prior_variance or 0)) == (0.5, 0, 0.5)
    assert np.isfinite(float(fit.per_dimension))
