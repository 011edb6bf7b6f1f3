"""The oracle itself: its array shim against torch, its reader, and its verdicts on programs that are known."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from tests import reference
from tests.judge.programs.generator import made
from tests.judge.programs.mathematics import as_python
from tests.judge.programs.oracle import READINGS, Symbols, gradient_differs, truth
from tests.judge.programs.shim import running

PLAIN = Symbols("mu", "lv")
ENTRY = "-0.5*(1 + lv - mu.pow(2) - lv.exp())"


@pytest.mark.parametrize("name", READINGS)
def test_readings(name: str) -> None:
    head = reference.HEAD[name](mpmath.mpf("0.8"))
    variance, logarithm = READINGS[name]
    assert float(variance(float(head))) == pytest.approx(0.64, rel=1e-12)
    assert float(logarithm(float(head))) == pytest.approx(float(np.log(0.64)), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ENTRY, "exact"),
        (f"torch.sum({ENTRY})", "exact"),
        (f"torch.sum({ENTRY}, dim=1).mean()", "exact"),
        (f"torch.mean({ENTRY}, dim=-2)", "exact"),
        (f"torch.mean({ENTRY})", "scaled"),
        (f"torch.mean(torch.sum({ENTRY}, dim=0), dim=0)", "scaled"),
        (f"torch.sum({ENTRY}) + 1", "scaled"),
        (f"1.0000000001 * ({ENTRY})", "scaled"),
        (f"({ENTRY}) + 0.0000000001 * mu", "none"),
        ("-0.5*torch.sum(1 + lv - torch.sum(mu**2) - lv.exp())", "none"),
        ("-0.5*torch.sum(1 + lv - mu.pow(2) - (2*lv).exp())", "other-prior"),
        ("0.5*torch.sum((1 + mu**2)/lv.exp() - 1 + lv)", "reversed"),
        (f"torch.sum({ENTRY}, dim=2)", "exact"),  # of (B, T, d)
        (f"torch.sum({ENTRY}, dim=2).sum(0).mean()", "scaled"),
        (f"torch.sum({ENTRY}, dim=3)", "none"),
        ("torch.einsum('bd->b', 0.5*(mu**2 + lv.exp() - 1 - lv)).mean()", "exact"),
        ("torch.einsum('bd->d', 0.5*(mu**2 + lv.exp() - 1 - lv)).mean()", "scaled"),
    ],
)
def test_verdicts_of_the_oracle(text: str, kind: str) -> None:
    assert truth(text, "python", PLAIN).kind == kind


def test_numbers_of_the_oracle() -> None:
    symbols = Symbols("mu", "lv", counts={"latent_dim": (0, 1)})
    [form] = truth("-0.5*torch.sum(latent_dim + lv - mu.pow(2) - lv.exp())", "python", symbols).forms
    assert form.kind == "scaled"
    assert form.scales == pytest.approx([1.0] * len(form.shapes))
    assert form.constants == pytest.approx([b * d * (1 - d) / 2 for b, d in form.shapes])
    [form] = truth("-0.5*(1 + lv - mu**2 - (2*lv).exp())", "python", PLAIN).forms[:1]
    assert form.prior == pytest.approx((0.0, 0.5))
    assert form.scales == pytest.approx([0.5] * len(form.shapes))


def test_shapes_of_the_oracle() -> None:
    """A head without a batch, two indices, a weight, a logarithm to the base 2."""
    text = "torch.mean(0.5*(lv.exp().sum() - lv.sum() + (mu*mu).sum(-1) - mu.shape[1]))"
    assert truth(text, "python", PLAIN).kind == "none"
    assert truth(text, "python", Symbols("mu", "lv", vectors=("lv",))).kind == "exact"
    both = Symbols("mu_ij", "s_ij", counts={"N": (1, 0)}, is_doubly_summed=True)
    inner = "sum_j (mu_ij^2 + e^s_ij - s_ij)"
    assert truth(f"1/N * (sum_i (1/2 * ({inner} - 1)))", "math", both).kind == "scaled"
    assert truth("1/N * (sum_i (sum_j (1/2 * (mu_ij^2 + e^s_ij - s_ij - 1))))", "math", both).kind == "exact"
    weighed = Symbols("mu", "lv", ones=("beta",), more=0.25)
    [form] = truth("beta*0.5*(mu**2 + lv.exp() - 1 - lv) + 1", "python", weighed).forms
    assert (form.scales[0], form.constants[0]) == pytest.approx((1.25, 1.0))
    of_two = Symbols("mu", "s", base=2.0)
    assert truth("0.5*(mu**2 + 2**s - 1 - s*log(2))", "python", of_two).kind == "exact"


def test_gradients_of_the_oracle() -> None:
    assert not gradient_differs(f"torch.sum({ENTRY})", PLAIN)
    assert gradient_differs("-0.5*(1 + lv - mu.pow(2) - lv.exp().detach())", PLAIN)
    assert not gradient_differs("-0.5*(1 + lv - lv.detach() + lv.detach() - mu.pow(2) - lv.exp())", PLAIN)


@pytest.mark.parametrize(
    ("text", "python"),
    [
        (
            r"\frac{1}{2} \sum_{j=1}^{J} \left(\mu_j^2 - \log\sigma_j^2\right)",
            "0.5 * np.sum(mu_j**2 - np.log(sigma_j**2))",
        ),
        ("½ Σ_j (μ_j² + e^(2 s_j) − 1)", "0.5 * np.sum(mu_j**2 + np.exp(2*s_j) - 1)"),
        ("1/2 (mu_j - 3)^2/(2 s_j^2)", "0.5 * (mu_j - 3)**2/(2*s_j**2)"),
        ("-KL = -(log s_j)", "-np.log(s_j)"),
        ("sum_j 2", "2 * len(s_j)"),
        ("−½ (log vⱼ − e^−sⱼ)", "-0.5*(np.log(v_j) - np.exp(-s_j))"),
        (r"\log \left( \operatorname{softplus} \rho_{j} \right)", "np.log(np.log1p(np.exp(rho_j)))"),
    ],
)
def test_the_reader_of_mathematics(text: str, python: str) -> None:
    given = {name: np.array([0.7, 1.2, 0.4]) for name in ("mu_j", "sigma_j", "s_j", "v_j", "rho_j")}
    own = {"total_j": lambda body: np.sum(body) if np.ndim(body) else 3 * body, "e_": np.e}
    found = running(compile(f"result_ = {as_python(text)}", "text", "exec"), "result_", given | own)
    np.testing.assert_allclose(found, eval(python, {"np": np, **given}), rtol=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "x.sum()",
        "x.sum(1)",
        "x.mean(dim=(0, 1))",
        "torch.sum(x, dim=-2, keepdim=True)",
        "torch.mean(x.sum(-1), 0)",
        "x.sum().sum(0)",
        "x.pow(2).mul(3).add(1).exp().log().sqrt()",
        "x.size(0) * x.numel() + x.shape[1]",
        "x.detach() * torch.square(x)",
        "torch.dot(x[0], x[1])",
        "x.clamp(0.5, 1.0)",
        "x.sigmoid() + torch.sigmoid(x)",
        "torch.einsum('bd->b', x) + torch.einsum('bd,bd->b', x, x)",
    ],
)
def test_the_shim_is_torch(text: str) -> None:
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).uniform(0.3, 2, (7, 5))
    expected = eval(text, {"torch": torch, "x": torch.tensor(x)})
    found: Any = running(compile(f"result_ = {text}", "text", "exec"), "result_", {"x": x})
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-13)
    assert np.shape(found) == np.shape(np.asarray(expected))


@pytest.mark.parametrize("text", ["x.sum(2)", "x + x.sum(1)", "torch.dot(x, x)", "x.sum().sum(1)"])
def test_the_shim_refuses_what_torch_refuses(text: str) -> None:
    x = np.ones((7, 5))
    with pytest.raises(ValueError, match=r"axis|broadcast|1D"):
        running(compile(f"result_ = {text}", "text", "exec"), "result_", {"x": x})
    torch = pytest.importorskip("torch")
    with pytest.raises((RuntimeError, IndexError)):
        eval(text, {"torch": torch, "x": torch.tensor(x)})


def test_a_program_is_always_the_same() -> None:
    assert [made(seed).text for seed in range(20)] == [made(seed).text for seed in range(20)]
    assert len({made(seed).text for seed in range(100)}) > 95
