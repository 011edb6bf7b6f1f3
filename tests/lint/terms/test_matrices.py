"""KL terms of covariance matrices in source code: right ones are listed, wrong ones named, and nothing else is one."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.lint.linter import linted
from tests.lint.sources import module

RIGHT = {
    "covariances": """
def kl_mvn(m0, S0, m1, S1):
    inverse = np.linalg.inv(S1)
    diff = m1 - m0
    trace = np.trace(inverse @ S0)
    log_det = np.log(np.linalg.det(S1) / np.linalg.det(S0))
    return 0.5 * (trace + log_det + diff.T @ np.linalg.inv(S1) @ diff - m0.shape[0])
""",
    "in steps": """
def distance(m0, S0, m1, S1):
    dist = np.trace(np.linalg.inv(S1) @ S0)
    dist += (m1 - m0).transpose() @ np.linalg.inv(S1) @ (m1 - m0)
    dist += np.log(np.linalg.det(S1)) - np.log(np.linalg.det(S0))
    dist -= len(m0)
    return 0.5 * dist
""",
}
WRONG = {
    "KL126": """
def kl_mvn(m0, S0, m1, S1):
    log_det = np.log(np.linalg.det(S0) / np.linalg.det(S1))
    diff = m1 - m0
    return 0.5 * (np.trace(np.linalg.inv(S1) @ S0) + log_det + diff.T @ np.linalg.inv(S1) @ diff - m0.shape[0])
""",
    "KL137": """
def kl_div(m0, S0, m1, S1):
    diff = m0 - m1
    inverse = torch.linalg.inv(S1)
    return (
        0.5 * torch.diagonal(inverse.matmul(S0), dim1=-1, dim2=-2).sum(-1)
        + diff.unsqueeze(-2).matmul(inverse).matmul(diff.unsqueeze(-1))[..., 0, 0]
        + torch.logdet(S1) - torch.logdet(S0) - diff.shape[-1]
    )
""",
    "KL124": """
def kl_loss(mu, L):
    kl = 0.5 * (torch.trace(L @ L.T) + mu @ mu - mu.shape[0] - torch.logdet(L))
    return kl
""",
}
NONE = {
    "a marginal likelihood": """
def nll(K, y, n):
    return 0.5 * (y.T @ np.linalg.inv(K) @ y + np.log(np.linalg.det(K)) + n * np.log(2 * np.pi))
""",
    "a distance of Fréchet": """
def fid(m0, S0, m1, S1, root):
    diff = m0 - m1
    return diff.dot(diff) + np.trace(S0) + np.trace(S1) - 2 * np.trace(root)
""",
    "an information, by its name a KL": """
def information_kl(Sx, Sy, S):
    return 0.5 * (np.log(np.linalg.det(Sx)) + np.log(np.linalg.det(Sy)) - np.log(np.linalg.det(S)))
""",
    "a part, by its name": """
def kl_cross_entropy(m0, S0, m1, S1):
    diff = m1 - m0
    inverse = np.linalg.inv(S1)
    return 0.5 * (np.log(np.linalg.det(S1)) + np.trace(inverse @ S0) + diff @ inverse @ diff)
""",
    "a method of a KL, by its name a part of it": """
class KL:
    def trace_term(self, m0, S0, m1, S1):
        diff = m1 - m0
        inverse = np.linalg.inv(S1)
        return 0.5 * (np.trace(inverse @ S0) - np.log(np.linalg.det(S0)) + diff @ inverse @ diff)
""",
    "an entropy": "def h(S, d):\n    return 0.5 * np.log(np.linalg.det(S)) + 0.5 * d * (1 + np.log(2 * np.pi))\n",
}


def _terms(source: str):
    return linted(module(source)).terms


@pytest.mark.parametrize("source", RIGHT.values(), ids=RIGHT)
def test_a_right_one_is_listed(source: str) -> None:
    (name,) = (word for word in ("kl_mvn", "distance") if word in source)
    names: dict[str, object] = {"np": np}
    exec(source, names)
    # Of one matrix: half the squared Mahalanobis distance; of one mean and S0 = 2 S1 the sum of
    # the KLs of the whitened axes, d (2 - 1 - log 2) / 2.
    m0, m1, same = np.array([1.0, 0.0]), np.array([0.0, 2.0]), np.array([[2.0, 0.0], [0.0, 0.5]])
    assert names[name](m0, same, m1, same) == pytest.approx(0.5 * (1 / 2 + 4 / 0.5))
    assert names[name](m0, 2 * same, m0, same) == pytest.approx(1 - np.log(2))
    last = _terms(source)[-1]
    assert (last.verdict, last.parameterization, last.mistake) == ("exact", "covariance", None)
    assert dict(last.symbols) == {"mean": "m0", "head": "S0", "prior_mean": "m1", "prior_head": "S1"}


@pytest.mark.parametrize(("code", "source"), WRONG.items())
def test_a_wrong_one_has_its_name(code: str, source: str) -> None:
    (found,) = [one for one in linted(module(source)).findings if one.severity == "error"]
    assert found.mistake.code == code


@pytest.mark.parametrize("source", [*NONE.values(), WRONG["KL126"].replace("kl_mvn", "score")])
def test_what_is_no_kl_or_is_not_called_one_is_nothing(source: str) -> None:
    assert _terms(source) == ()


_NEGATIVE = "0.5 * (len(m) + np.linalg.slogdet(S)[1] - np.trace(S) - m @ m)"


@pytest.mark.parametrize(
    "source",
    [
        f"def bound(m, S):\n    neg_kl = {_NEGATIVE}\n    return neg_kl\n",
        f"def bound(m, S, error):\n    kl = {_NEGATIVE}\n    return error - kl\n",
        f"def bound(m, S, ll):\n    return ll + {_NEGATIVE}\n",
        f"def bound(m, S, x, y):\n    return mse(x, y) - {_NEGATIVE}\n",
    ],
)
def test_minus_a_kl_is_one(source: str) -> None:
    found = linted(module(source))
    assert {term.verdict for term in found.terms} <= {"scaled", "exact"}
    assert {dict(term.symbols)["head"] for term in found.terms} == {"S"}
    assert {one.severity for one in found.findings} <= {"note"}


_UNKNOWN = """
def kl_mvn(m0, S0, m1, S1):
    P = np.linalg.inv(S1)
    d = m1 - m0
    return 0.5 * (np.trace(P) * np.trace(S0) + d @ P @ d - len(d) + np.log(np.linalg.det(S1) / np.linalg.det(S0)))
"""


def test_what_is_called_a_kl_of_gaussians_and_is_none_is_said() -> None:
    (found,) = linted(module(_UNKNOWN)).findings
    assert (found.mistake.code, found.severity) == ("KL100", "warning")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kl_mvn(", "score("),
        (
            "P = np.linalg.inv(S1)",
            "S1 = S1 + np.eye(len(m0)); P = np.linalg.inv(S1)",
        ),  # the covariance may be the sum
        ("P = np.linalg.inv(S1)", "S1 = L @ S1 @ L.T; P = np.linalg.inv(S1)"),
        ("S1", "Psi"),
        ("np.trace(P) *", "nu *"),
    ],
)
def test_what_may_be_of_others_is_none(old: str, new: str) -> None:
    source = _UNKNOWN.replace(old, new)
    assert linted(module(source)).findings == ()


def test_what_the_next_lines_complete_is_no_mistake() -> None:
    source = """
def kl_mvn(m0, S0, m1, S1):
    P = np.linalg.inv(S1)
    kl_a = np.log(np.linalg.det(S1) / np.linalg.det(S0)) + (m1 - m0) @ P @ (m1 - m0)
    kl_b = np.trace(P @ S0) - len(m0)
    return 0.5 * (kl_a + kl_b)
"""
    (term,) = _terms(source)
    assert term.verdict == "exact"
    assert [
        one for one in linted(module(source.replace("+ kl_b", "- kl_b"))).findings if one.severity == "error"
    ]


def test_a_mean_belongs_to_the_matrix_of_its_owner() -> None:
    source = """
def kl(self, other):
    diff = self.mu - other.mu
    inverse = np.linalg.inv(self.cov)
    return 0.5 * (
        np.trace(inverse @ other.cov) + diff.T @ inverse @ diff - len(diff)
        + np.log(np.linalg.det(self.cov) / np.linalg.det(other.cov))
    )
"""
    (term,) = _terms(source)
    assert dict(term.symbols)["mean"] == "other.mu"
