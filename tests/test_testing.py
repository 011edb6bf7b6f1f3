"""``klcli.testing.assert_kl``: right functions pass, wrong ones are named, gradients count."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.acceptance import ACCEPTABLE
from klcli.testing import assert_kl

torch = pytest.importorskip("torch")


def elements(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())


def summed(mu: Any, logvar: Any) -> Any:
    return elements(mu, logvar).sum(1).mean()


def divided(mu: Any, logvar: Any) -> Any:
    return elements(mu, logvar).sum() / mu.shape[0]


def per_example(mu: Any, logvar: Any) -> Any:
    return elements(mu, logvar).sum(dim=-1)


def head_first(logvar: Any, mu: Any) -> Any:
    return elements(mu, logvar).sum()


def with_weight(mu: Any, logvar: Any, weight: float) -> Any:
    return weight * elements(mu, logvar).sum()


def of_std(mu: Any, std: Any) -> Any:
    normal = torch.distributions.Normal
    return torch.distributions.kl_divergence(normal(mu, std), normal(torch.zeros_like(mu), 1.0)).sum()


def plain_std(mu: Any, s: Any) -> Any:
    return (0.5 * (s**2 + mu**2 - 1) - torch.log(s)).sum()


def of_softplus(mu: Any, rho: Any) -> Any:
    return of_std(mu, torch.nn.functional.softplus(rho))


def to_another(mu: Any, std: Any) -> Any:
    normal = torch.distributions.Normal
    return torch.distributions.kl_divergence(normal(mu, std), normal(0.5, 2.0)).sum()


class Module(torch.nn.Module):
    def forward(self, mu: Any, logvar: Any) -> Any:
        return summed(mu, logvar)


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (elements, {}),
        (summed, {}),
        (summed, {"reduction": "sum-mean"}),
        (divided, {}),
        (per_example, {}),
        (head_first, {"reduction": "sum"}),
        (with_weight, {"arguments": {"weight": 3.0}, "scale": 3}),
        (of_std, {"param": "std"}),
        (of_softplus, {"param": "softplus"}),
        (to_another, {"param": "std", "prior": (0.5, 2)}),
        (Module(), {}),
        (lambda mu, s: elements(mu, 2 * s), {"param": "logstd"}),
        (lambda mu, s: elements(mu, s).mean(), {"reduction": "mean"}),
        (lambda mu, s: elements(mu, s), {"dtypes": ("float16", "bfloat16")}),
    ],
)
def test_right_functions_pass(function: Any, options: dict[str, Any]) -> None:
    assert_kl(function, **options)


SIGMAS = {
    "std": lambda s: s,
    "var": lambda s: s.sqrt(),
    "logstd": lambda s: s.exp(),
    "logvar": lambda s: (s / 2).exp(),
    "precision": lambda s: s.rsqrt(),
    "logprecision": lambda s: (-s / 2).exp(),
    "softplus": torch.nn.functional.softplus,
    "softplusvar": lambda s: torch.nn.functional.softplus(s).sqrt(),
    "sigmoid": torch.sigmoid,
}


@pytest.mark.parametrize("name", [name for name in PARAMETERIZATIONS if name in SIGMAS])
def test_every_reading_passes_as_itself_and_not_as_another(name: str) -> None:
    def kl(mu: Any, s: Any) -> Any:
        sigma = SIGMAS[name](s)
        return (0.5 * (sigma**2 + mu**2 - 1) - torch.log(sigma)).sum(1).mean()

    assert_kl(kl, param=name)
    other = "logvar" if name != "logvar" else "logstd"
    with pytest.raises(AssertionError):
        assert_kl(kl, param=other)


def squared_twice(mu: Any, s: Any) -> Any:
    return -0.5 * torch.sum(1 + s - mu**2 - s.exp() ** 2, dim=1).mean()


def stopped(mu: Any, s: Any) -> Any:
    return -0.5 * torch.sum(1 + s - mu**2 - s.detach().exp())


def under_no_grad(mu: Any, s: Any) -> Any:
    with torch.no_grad():
        var = s.exp()
    return -0.5 * torch.sum(1 + s - mu**2 - var)


class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.exp()

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return gradient


def with_a_gradient_of_its_own(mu: Any, s: Any) -> Any:
    return -0.5 * (1 + s - mu**2 - Straight.apply(s)).sum()


def free_bits(mu: Any, s: Any) -> Any:
    return elements(mu, s).sum(1).mean().clamp(min=0.01)


def batch_for_entries(mu: Any, s: Any) -> Any:
    return -0.5 * (mu.shape[0] + torch.sum(s - mu**2 - s.exp()))


@pytest.mark.parametrize(
    ("function", "options", "first", "more"),
    [
        (squared_twice, {}, "no KL for a log-variance: KL105", "1/2 KL(N(mu, exp(2 * s)) || N(0, 1/2))"),
        (squared_twice, {}, "", "the KL is 0.484141"),
        (plain_std, {}, "it is one for a standard deviation", "sum over all"),
        (lambda mu, s: -summed(mu, s), {}, "no KL for a log-variance", "KL"),
        (lambda mu, s: 2 * summed(mu, s), {}, "no KL for a log-variance", "2 KL("),
        (summed, {"scale": 2}, "not 2 KL for a log-variance", "worst"),
        (summed, {"reduction": "sum"}, "reduced as sum-mean", "reduction='sum-mean'"),
        (lambda mu, s: elements(mu, s).mean(), {}, "a mean over the latents is 1/d", "reduction='mean'"),
        (lambda mu, s: elements(mu, s).sum(0).mean(), {}, "reduced as mean-sum", ""),
        (batch_for_entries, {}, "B d/2", "proved"),
        (to_another, {"param": "std"}, "N(1/2, 4)", "worst"),
        (
            stopped,
            {},
            "the value of the KL and another gradient: that of s is stopped",
            "which has no minimum",
        ),
        (under_no_grad, {}, "another gradient: that of s is stopped", "true"),
        (with_a_gradient_of_its_own, {}, "the value of the KL and another gradient: that of s", "autograd"),
        (free_bits, {}, "free bits", "KL("),
        (lambda mu, s: elements(mu, s) + 0.01 * (s > 1) * mu, {}, "no KL for a log-variance", "worst"),
    ],
)
def test_wrong_functions_are_named(function: Any, options: dict[str, Any], first: str, more: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_kl(function, **options)
    lines = str(caught.value).split("\n")
    assert first in lines[0]
    assert more in str(caught.value)


def test_the_fix_is_the_line_of_the_function_without_its_mistake() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_kl(squared_twice)
    line = "return -0.5 * torch.sum(1 + s - mu**2 - s.exp(), dim=1).mean()"
    assert f"  fix        {line}    klcli explain KL105" in str(caught.value)


def test_without_a_source_the_page_is_named() -> None:
    made: dict[str, Any] = {}
    exec("def kl(mean, log_var):\n    return -0.5 * (1 + log_var - mean**2 - log_var.exp() ** 2).sum()", made)
    with pytest.raises(AssertionError) as caught:
        assert_kl(made["kl"])
    assert "klcli explain KL105" in str(caught.value)


def test_a_stopped_gradient_is_right_where_gradients_do_not_count() -> None:
    assert_kl(stopped, gradient=False)


@pytest.mark.parametrize("function", [squared_twice, lambda mu, s: 2 * summed(mu, s)])
def test_gradcheck_passes_what_fails_here(function: Any) -> None:
    """Its gradient fits its value, and both are wrong."""
    generator = torch.Generator().manual_seed(0)
    tensors = [
        torch.randn(3, 2, dtype=torch.double, generator=generator, requires_grad=True) for _ in range(2)
    ]
    assert torch.autograd.gradcheck(function, tensors)
    with pytest.raises(AssertionError):
        assert_kl(function)


def k3(logprobs: Any, ref_logprobs: Any) -> Any:
    ratio = ref_logprobs - logprobs
    return (ratio.exp() - ratio - 1).mean()


def reversed_kl(mu: Any, s: Any) -> Any:
    return (0.5 * (s + (1 + mu**2) / s.exp() - 1)).sum(1).mean()


ACCEPTED = [
    (lambda mu, s: elements(mu, s).mean(), {}, "scaled"),
    (lambda mu, s: 2 * summed(mu, s), {}, "scaled"),
    (lambda mu, s: 2 * summed(mu, s), {"scale": 2}, "scaled"),
    (to_another, {"param": "std"}, "other-prior"),
    (reversed_kl, {}, "reversed"),
    (free_bits, {}, "free-bits"),
    (k3, {}, "estimator"),
]


@pytest.mark.parametrize(("function", "options", "word"), ACCEPTED)
def test_what_is_meant_is_accepted_by_its_word(function: Any, options: dict[str, Any], word: str) -> None:
    assert_kl(function, accept=word, **options)
    assert_kl(function, accept=ACCEPTABLE, **options)
    others = [one for one in ACCEPTABLE if one != word]
    if options.get("scale") != 2:
        with pytest.raises(AssertionError):
            assert_kl(function, accept=others, **options)


class TwiceBackwards(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return 2 * gradient


def with_a_hook(mu: Any, s: Any) -> Any:
    found = 2 * summed(mu, s)
    found.register_hook(lambda slope: 3 * slope)
    return found


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (squared_twice, {}),
        (stopped, {}),
        (lambda mu, s: 2 * stopped(mu, s), {}),
        (lambda mu, s: 2 * summed(TwiceBackwards.apply(mu), s), {}),
        (with_a_hook, {}),
        (lambda mu, s: 2 * summed(mu, s), {"scale": 3}),
        (lambda mu, s: elements(mu, s).mean(), {"reduction": "sum"}),
    ],
)
def test_no_word_accepts_what_is_wrong(function: Any, options: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        assert_kl(function, accept=("scaled", "reversed", "estimator", "free-bits", "clip"), **options)


def from_a_sample(mu: Any, logvar: Any, *, is_held: bool = False, factor: float = 1) -> Any:
    posterior = torch.distributions.Normal(mu, (0.5 * logvar).exp())
    z = posterior.rsample()
    z = z.detach() if is_held else z
    return factor * (posterior.log_prob(z) - torch.distributions.Normal(0.0, 1.0).log_prob(z)).sum(1).mean()


def test_an_estimate_from_a_sample_is_judged_by_its_mean(capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    assert_kl(from_a_sample, accept="estimator")
    said = capsys.readouterr().out
    assert "from_a_sample: the mean of 3200 samples an entry is " in said
    assert " % would have been seen" in said


@pytest.mark.parametrize(
    ("arguments", "accept", "first"),
    [
        ({}, (), "it draws samples"),
        ({"is_held": True}, "estimator", "has the value of the KL and another gradient, on average"),
        ({"factor": 1.5}, "estimator", "is no estimate of the KL for a log-variance"),
    ],
)
def test_an_estimate_that_is_off_is_named(arguments: dict[str, Any], accept: Any, first: str) -> None:
    torch.manual_seed(0)
    with pytest.raises(AssertionError) as caught:
        assert_kl(from_a_sample, arguments=arguments, accept=accept)
    assert first in str(caught.value).split("\n")[0]


def test_what_is_not_demanded_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert_kl(summed)
    assert capsys.readouterr().out == "summed: the KL for a log-variance, sum over latents, mean over batch\n"


def test_the_place_of_a_stop_is_told() -> None:
    with pytest.raises(AssertionError, match=r"test_testing\.py:\d+: .*s\.detach\(\)\.exp\(\)"):
        assert_kl(stopped)


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (lambda mu: mu, {}, "wants mu"),
        (with_weight, {}, "wants mu, logvar, weight"),
        (with_weight, {"arguments": {"beta": 1}}, "no argument beta"),
        (lambda mu, s: mu @ s, {}, "failed with mu of shape"),
        (lambda mu, s: 1.0, {}, "no tensor"),
        (elements, {"param": "logvr"}, "logvr"),
        (elements, {"reduction": "total"}, "no reduction 'total'"),
        (elements, {"accept": "scale"}, "'scale' cannot be accepted"),
    ],
)
def test_what_cannot_be_called_is_said(function: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        assert_kl(function, **options)
    assert caught.value.hint


def clipped(mu: Any, logvar: Any) -> Any:
    return summed(mu, torch.clamp(logvar, -1, 1))


def free(mu: Any, logvar: Any) -> Any:
    return torch.clamp(elements(mu, logvar), min=0.5).sum(-1).mean()


def doubled_far_out(mu: Any, logvar: Any) -> Any:
    kl = elements(mu, logvar)
    return torch.where(logvar > 1.5, 2 * kl, kl).sum(-1).mean()


def message_of(function: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_kl(function)
    return str(caught.value)


@pytest.mark.parametrize(("function", "word"), [(free, "free bits"), (clipped, "clip")])
def test_a_condition_of_the_reading_that_is_asked_for_is_named(function: Any, word: str) -> None:
    first = message_of(function).splitlines()[0]
    assert word in first
    assert "it is one for" not in first


@pytest.mark.parametrize("function", [doubled_far_out, clipped])
def test_the_worst_point_is_one_that_is_off(function: Any) -> None:
    (line,) = [line for line in message_of(function).splitlines() if line.startswith("  worst")]
    found = re.search(r"mu = (\S+), logvar = (\S+), float32: (\S+), the KL is (\S+)", line)
    assert found
    mu, logvar, value, kl = map(float, found.groups())
    assert abs(logvar) > 1
    assert kl == pytest.approx((math.exp(logvar) + mu**2 - 1 - logvar) / 2, rel=1e-4)
    assert abs(value - kl) > 0.01


def far_variance(mu: Any, logvar: Any) -> Any:
    variance = torch.where(logvar > 20, logvar, logvar.exp())
    return 0.5 * (variance - 1 - logvar + mu**2).sum(-1).mean()


def small_variance(mu: Any, logvar: Any) -> Any:
    spread = torch.where(logvar < -20, -logvar - 2, logvar.exp() - 1 - logvar)
    return 0.5 * (spread + mu**2).sum(-1).mean()


def far_mean(mu: Any, logvar: Any) -> Any:
    shift = torch.where(mu.abs() > 50, 50 * mu.abs(), mu**2)
    return 0.5 * (logvar.exp() - 1 - logvar + shift).sum(-1).mean()


@pytest.mark.parametrize("function", [far_variance, small_variance, far_mean])
def test_a_branch_that_no_usual_entry_meets_is_met(function: Any) -> None:
    with pytest.raises(AssertionError, match="where it was tried, but not far from there") as caught:
        assert_kl(function)
    assert "worst      mu = " in str(caught.value)


def test_a_branch_that_is_right_on_both_sides_passes() -> None:
    def stable(mu: Any, logvar: Any) -> Any:
        grown = torch.where(logvar > 1, logvar.exp() - 1, torch.expm1(logvar))
        return 0.5 * (grown - logvar + mu**2).sum(-1).mean()

    assert_kl(stable)


def test_a_clip_beyond_usual_entries_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    def clipped(mu: Any, logvar: Any) -> Any:
        kept = logvar.clamp(-30, 20)
        return 0.5 * (kept.exp() - 1 - kept + mu**2).sum(-1).mean()

    assert_kl(clipped)
    assert "clip(" in capsys.readouterr().out
