"""Terms of a run with other entries, held against the framework's own arithmetic and autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from klcli.trace.term_replay import emulated_calls
from tests.trace.losses import heads, torch

F = torch.nn.functional
SHORT = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 2e-6}
"""Some roundings in each precision: the framework's functions need not be the nearest numbers."""


def textbook(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


def of_a_softplus(mu: Any, s: Any) -> Any:
    std = F.softplus(s)
    return 0.5 * (std.square() + mu * mu - 1) - std.log()


def of_a_sigmoid(mu: Any, s: Any) -> Any:
    std = torch.sigmoid(s)
    return (mu.pow(2) + std**2) / 2 - 0.5 - torch.log(std)


def by_precision(mu: Any, s: Any) -> Any:
    return 0.5 * (s.exp().rsqrt() ** 2 + mu**2 - 1 + s.exp().log())


def stable(mu: Any, logvar: Any) -> Any:
    return 0.5 * (torch.expm1(logvar) - logvar + mu**2)


def by_the_framework(function: Any, dtype: str, given: dict[str, float]) -> tuple[float, list[float]]:
    tensors = [
        torch.tensor(value, dtype=getattr(torch, dtype), requires_grad=True) for value in given.values()
    ]
    out = function(*tensors)
    return out.item(), [one.item() for one in torch.autograd.grad(out, tensors)]


@pytest.mark.parametrize("dtype", SHORT)
@pytest.mark.parametrize("function", [textbook, of_a_softplus, of_a_sigmoid, by_precision, stable])
def test_values_and_gradients_are_those_of_the_framework(function: Callable[..., Any], dtype: str) -> None:
    with klcli.watch() as seen:
        mu, s = (one.detach().to(getattr(torch, dtype)).requires_grad_() for one in heads())
        function(mu, s).sum(1).mean().backward()
    (term,) = seen.terms
    assert term.kernel
    calls = list(emulated_calls(seen.watched.recording, term.part))
    assert len(calls) == 16
    for one in calls:
        assert one.dtype == dtype
        given = {name: one.given[name] for name in ("mu", "s" if "s" in one.given else "logvar")}
        value, slopes = by_the_framework(function, dtype, given)
        # The factor in front of a term is no part of it; it is a power of 2, and rounds nothing.
        factor = float(term.kernel.verification.best.verdict.kl.scale)
        found = [one.value, *(one.gradients[name] for name in given)]
        for own, expected in zip(found, [value, *slopes], strict=True):
            limit = SHORT[dtype]
            assert own / factor == pytest.approx(expected, rel=limit, abs=limit, nan_ok=True), one


def test_a_program_is_told_in_its_own_precision() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        textbook(mu, logvar).sum(1).mean().backward()
    (found,) = seen.watched.precisions
    # By hand: the KL at 0.001 is 2.5e-7, and one rounding of 1 + s in single precision is up to 6e-8.
    assert found.dtype == "float32"
    assert found.error is not None
    assert 0.01 < found.error < 1
    assert "relative error up to" in str(seen)
    assert "expm1" in str(seen)
    with klcli.watch() as seen:
        mu, logvar = heads()
        stable(mu, logvar).sum(1).mean().backward()
    (found,) = seen.watched.precisions
    assert found.error is not None
    assert found.error < 1e-3
    assert "relative error" not in str(seen)


def test_half_precision_overflows_where_the_kl_fits() -> None:
    """exp(30) is 1e13 in half precision as in truth too large; exp(-s) of a small variance is not there."""
    with klcli.watch() as seen:
        mu, logvar = (one.detach().to(torch.float16).requires_grad_() for one in heads())
        (0.5 * (logvar.exp() * (mu**2 / logvar.exp()) + logvar.exp() - 1 - logvar)).sum(1).mean().backward()
    (found,) = seen.watched.precisions
    assert any("NaN" in text for text in found.problems)


def test_a_stopped_operand_has_no_gradient() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        (-0.5 * (1 + logvar - mu**2 - logvar.detach().exp())).sum(1).mean().backward()
    (term,) = seen.terms
    slopes = [one.gradients["logvar"] for one in emulated_calls(seen.watched.recording, term.part)]
    assert set(slopes) == {-1.0}
