"""Functions in short precisions: digits, negatives, overflow and gradients of NaN, by their framework."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from klcli.trace.precision import Precision  # noqa: E402
from klcli.trace.recorders.function_targets import called  # noqa: E402
from klcli.trace.recording import read_recording  # noqa: E402
from klcli.trace.run_summary import watched  # noqa: E402

FILE = """
import torch

def textbook(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())

def stable(mu, logvar):
    return 0.5 * torch.sum(torch.expm1(logvar) - logvar + mu**2)

def of_distributions(mu, std):
    normal = torch.distributions.Normal
    return torch.distributions.kl_divergence(normal(mu, std, validate_args=False), normal(0.0, 1.0)).sum()

def k3(logp, ref_logp):
    d = ref_logp - logp
    return torch.where(d > 20, d, torch.exp(d) - d - 1).sum()

def safe_k3(logp, ref_logp):
    d = (ref_logp - logp).clamp(-20, 20)
    return (torch.exp(d) - d - 1).sum()
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "klcli_made_short.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def precisions(name: str) -> dict[str, Precision]:
    found = watched(read_recording(called(f"klcli_made_short:{name}", [], {})))
    return {one.dtype: one for one in found.precisions}


def test_the_textbook_form_loses_its_digits_near_the_prior() -> None:
    found = precisions("textbook")
    assert set(found) == {"float16", "bfloat16", "float32"}
    single = found["float32"]
    assert single.error is not None
    # By hand: the KL is 2.5e-7, and one rounding of 1 + s in single precision is up to 6e-8.
    assert 0.01 < single.error < 1
    assert single.stable is not None
    assert "expm1" in single.stable
    # 1 + 0.001 is 1 in bfloat16: nothing is left.
    assert found["bfloat16"].error == pytest.approx(1)


def test_overflow_is_told_where_the_kl_itself_fits() -> None:
    """e^30 is 1e13: too large for half precision as the KL itself is, and told of neither."""
    found = precisions("textbook")
    assert not any("infinite" in text for text in found["float32"].problems)
    assert not any("logvar = 30" in text and "infinite at" in text for text in found["float16"].problems)


def test_a_stable_form_has_no_problem() -> None:
    for one in precisions("stable").values():
        assert one.problems == ()
        assert one.error is not None
    assert precisions("stable")["float32"].error < 1e-3  # type: ignore[operator]


def test_the_gradient_of_a_guarded_k3_is_nan_where_its_value_is_finite() -> None:
    found = precisions("k3")["float32"]
    assert any("NaN" in text and "where the value is 100" in text for text in found.problems)
    assert precisions("safe_k3")["float32"].problems == ()


def test_nothing_is_said_of_a_reading_that_cannot_be_there() -> None:
    """A standard deviation of -30 has no KL; what the function makes of it is not judged."""
    found = precisions("of_distributions")["float32"]
    assert not any("std = -30" in text and "where the KL" in text for text in found.problems)
