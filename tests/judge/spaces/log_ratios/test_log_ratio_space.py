"""Estimators of a KL from log-probabilities: which, of which KL, and every claim held against enumeration."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import answer
from klcli.judge.spaces.log_ratios import forms
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.expectations_and_gradients import (
    KL_PQ,
    KL_QP,
    Combination,
    SamplingSide,
    expectation,
    optimised,
    said,
    without_one,
)
from klcli.judge.spaces.log_ratios.log_ratio_space import neutral_estimation, stated_estimation
from klcli.judge.verification import Verification
from tests.judge.spaces.log_ratios.oracle import (
    OUTCOMES,
    Dual,
    World,
    gradient_of,
    log_softmax,
    probabilities,
    run,
    value_of,
)

K3 = "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"
ADDED = "torch.exp(ref_lp - lp) - 1 - (ref_lp - lp)"
FORWARD, BACKWARD = "KL(q || p)", "KL(p || q)"


def estimated(text: str) -> Estimation:
    found = answer(read_program(text))
    assert isinstance(found, Estimation), text
    return found


def words(claim: Combination | None) -> str | None:
    return None if claim is None else said(claim, "q", "p")


# The estimators of the literature: with u = log q - log p at samples of q, k1 = u, k2 = u^2/2,
# k3 = e^-u - 1 + u. The loss that the gradient belongs to was derived by hand, and is held below.
RIGHT = [
    # text, name, whose samples, its mean, what its gradient optimises
    ("lp - ref_lp", "k1", "q", FORWARD, "nothing"),
    ("(lp - ref_lp).mean()", "k1", "q", FORWARD, "nothing"),
    ("log_q - log_p", "k1", "q", FORWARD, "nothing"),
    ("log_qz - log_pz", "k1", "q", FORWARD, "nothing"),
    ("out.logprobs - batch['ref_logprobs']", "k1", "q", FORWARD, "nothing"),
    ("student_logp - teacher_logp", "k1", "q", FORWARD, "nothing"),
    ("logp - ref", "k1", "q", FORWARD, "nothing"),
    ("ref_lp - lp", "k1", "p", BACKWARD, BACKWARD),
    ("old_logprob - new_logprob", "k1", "p", BACKWARD, BACKWARD),
    ("(-logratio).mean()", "k1", "q", FORWARD, "nothing"),
    ("log_ratio", "k1", "q", FORWARD, "nothing"),
    ("-torch.log(ratio)", "k1", "q", FORWARD, "nothing"),
    ("a - b", "k1", "q", FORWARD, "nothing"),
    ("log(q) - log(p)", "k1", "q", FORWARD, "nothing"),
    ("log(q/p)", "k1", "q", FORWARD, "nothing"),
    ("0.5 * (lp - ref_lp)**2", "k2", "q", "1/2 E_q[u^2]", FORWARD),
    ("(ref_lp - lp).square() / 2", "k2", "q", "1/2 E_q[u^2]", FORWARD),
    ("0.5 * torch.mean((log_prob - ref_log_prob) ** 2)", "k2", "q", "1/2 E_q[u^2]", FORWARD),
    ("0.5 * (a - b)**2", "k2", "q", "1/2 E_q[u^2]", FORWARD),
    ("log_ratio**2 / 2", "k2", "q", "1/2 E_q[u^2]", FORWARD),
    (K3, "k3", "q", FORWARD, BACKWARD),
    ("(torch.exp(ref_lp - lp) - 1) - (ref_lp - lp)", "k3", "q", FORWARD, BACKWARD),
    ("torch.expm1(ref_lp - lp) - (ref_lp - lp)", "k3", "q", FORWARD, BACKWARD),
    ("torch.exp(ref_lp) / torch.exp(lp) - 1 + lp - ref_lp", "k3", "q", FORWARD, BACKWARD),
    ("kl = ref_lp - lp\nratio = torch.exp(kl)\n(ratio - kl - 1)", "k3", "q", FORWARD, BACKWARD),
    ("log_ratio = ref_lp - lp; log_ratio.exp() - 1 - log_ratio", "k3", "q", FORWARD, BACKWARD),
    ("(ratio - 1) - ratio.log()", "k3", "q", FORWARD, BACKWARD),
    ("ratio - 1 - torch.log(ratio)", "k3", "q", FORWARD, BACKWARD),
    ("r - 1 - log(r)", "k3", "q", FORWARD, BACKWARD),
    ("(ratio - 1) - log_ratio", "k3", "q", FORWARD, BACKWARD),
    ("((ratio - 1) - logratio).mean()", "k3", "q", FORWARD, BACKWARD),
    ("ratio - 1 - (ref_lp - lp)", "k3", "q", FORWARD, BACKWARD),
    ("torch.exp(-logr) - 1 + logr", "k3", "q", FORWARD, BACKWARD),
    ("exp(r) - r - 1", "k3", "q", FORWARD, BACKWARD),
    ("torch.exp(kl) - kl - 1", "k3", "q", FORWARD, BACKWARD),
    ("exp(b - a) - (b - a) - 1", "k3", "q", FORWARD, BACKWARD),
    ("p/q - 1 - log(p/q)", "k3", "q", FORWARD, BACKWARD),
    ("torch.exp(lp - ref_lp) - (lp - ref_lp) - 1", "k3", "p", BACKWARD, BACKWARD),
    # Stopped gradients: the value of one, the gradient of another.
    (f"torch.exp(lp - lp.detach()) * ({K3})", "k3", "q", FORWARD, FORWARD),
    ("torch.exp(lp - lp.detach()) * (lp - ref_lp)", "k1", "q", FORWARD, FORWARD),
    ("torch.exp(lp - lp.detach()) * (lp - ref_lp).detach()", "k1", "q", FORWARD, FORWARD),
    (f"torch.exp(lp - lp.detach()) * ({K3}).detach()", "k3", "q", FORWARD, "KL(q || p) - KL(p || q)"),
    ("k1 = lp - ref_lp\nk2 = 0.5 * k1**2\nk1.detach() + k2 - k2.detach()", "k1", "q", FORWARD, FORWARD),
    (
        f"k2 = 0.5 * (lp - ref_lp)**2\nk3 = {K3}\nk2 - k2.detach() + k3.detach()",
        *("k3", "q", FORWARD, FORWARD),
    ),
    ("(lp - ref_lp).detach()", "k1", "q", FORWARD, "nothing"),
    (f"({K3}).detach()", "k3", "q", FORWARD, "nothing"),
    ("torch.exp(ref_lp - lp.detach()) - (ref_lp - lp) - 1", "k3", "q", FORWARD, "nothing"),
    # Samples of another distribution, weighed.
    ("torch.exp(lp - ref_lp) * (lp - ref_lp)", "weighted k1", "p", FORWARD, FORWARD),
    ("r = torch.exp(lp - ref_lp)\nr * (lp - ref_lp) - r + 1", "weighted k3", "p", FORWARD, FORWARD),
    (f"torch.exp(lp - old_lp) * ({K3})", "k3", "q", FORWARD, FORWARD),
    ("torch.exp(lp - old_lp) * (lp - ref_lp)", "k1", "q", FORWARD, FORWARD),
    (f"torch.exp(lp - old_lp).detach() * ({K3})", "k3", "q", FORWARD, BACKWARD),
    ("ratio * (lp - ref_lp)", "k1", "q", FORWARD, FORWARD),
    # Another multiple of r - 1 has the same mean.
    ("0.5 * (torch.exp(ref_lp - lp) - 1) + lp - ref_lp", "control variate", "q", FORWARD, "1/2 KL(p || q)"),
]


@pytest.mark.parametrize(("text", "name", "sampler", "mean", "loss"), RIGHT, ids=[row[0] for row in RIGHT])
def test_estimators(text: str, name: str, sampler: SamplingSide, mean: str, loss: str) -> None:
    found = estimated(text)
    assert (found.kind, found.name, found.sampler, found.is_plain) == ("estimator", name, sampler, True)
    assert words(found.mean(sampler)) == mean
    assert words(found.loss) == loss
    assert not found.flaw
    assert not found.corrected


WRONG = [
    # text, what is wrong, its mean over samples of q, what its gradient optimises, the corrected line
    (
        "torch.exp(ref_lp - lp) - (lp - ref_lp) - 1",
        *("sign flipped", "-KL(q || p)", BACKWARD, "torch.exp(ref_lp - lp) + (lp - ref_lp) - 1"),
    ),
    (
        "torch.exp(lp - ref_lp) - (ref_lp - lp) - 1",
        *("sign flipped", "KL(q || p) + chi2(q || p)", "1/2 chi2(q || p)", K3),
    ),
    ("torch.exp(ref_lp - lp) - (ref_lp - lp)", "- 1 of k3 is missing", "KL(q || p) + 1", BACKWARD, ADDED),
    ("exp(r) - r", "- 1 of k3 is missing", "KL(q || p) + 1", BACKWARD, "exp(r) - 1 - r"),
    (
        "torch.exp(ref_lp - lp) - (ref_lp - lp) + 1",
        *("constant of k3 is off by 2", "KL(q || p) + 2", BACKWARD, K3),
    ),
    ("ratio - torch.log(ratio)", "- 1 of k3", "KL(q || p) + 1", BACKWARD, "ratio - 1 - torch.log(ratio)"),
    (
        "torch.exp(ref_lp - lp) + torch.exp(lp - ref_lp) - 2",
        *("both directions", "chi2(q || p)", "KL(p || q) + 1/2 chi2(q || p)", None),
    ),
    (
        "torch.exp(ref_lp - lp) - 2 * (ref_lp - lp) - 3",
        "do not belong together",
        "2 KL(q || p) - 2",
        BACKWARD,
        None,
    ),
    ("(lp - ref_lp) + (lp - ref_lp)**2", "no estimate", "KL(q || p) + E_q[u^2]", "2 KL(q || p)", None),
]


@pytest.mark.parametrize(("text", "flaw", "mean", "loss", "corrected"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_ones(text: str, flaw: str, mean: str, loss: str, corrected: str | None) -> None:
    found = estimated(text)
    assert found.kind == "wrong"
    assert flaw in found.flaw
    assert words(found.mean("q")) == mean
    assert words(found.loss) == loss
    assert found.corrected == corrected


def test_a_correction_is_an_estimator() -> None:
    for text, *_ in WRONG:
        if corrected := estimated(text).corrected:
            again = estimated(corrected)
            assert (again.kind, again.is_plain, again.sampler) == ("estimator", True, "q")


MULTIPLES = [
    # text, name, factor, weights, other terms
    ("(lp - ref_lp)**2", "k2", 2, {}, ()),
    (f"beta * ({K3})", "k3", 1, {"beta": 1}, ()),
    (f"({K3}) / tau", "k3", 1, {"tau": -1}, ()),
    (f"0.04 * ({K3})", "k3", Fraction(1, 25), {}, ()),
    (f"loss + 0.04 * ({K3})", "k3", Fraction(1, 25), {}, ("loss",)),
    ("reward - beta * (lp - ref_lp)", "k1", -1, {"beta": 1}, ("reward",)),
    (f"reward - beta * ({K3})", "k3", -1, {"beta": 1}, ("reward",)),
    ("-kl_coef * (lp - ref_lp)", "k1", -1, {"kl_coef": 1}, ()),
    (f"-({K3})", "k3", -1, {}, ()),
    (f"1e-8 * ({K3})", "k3", Fraction(1, 10**8), {}, ()),
    (f"0.1234567 * ({K3})", "k3", Fraction(1234567, 10**7), {}, ()),
    ("elbo = log_px + log_pz - log_qz", "k1", 1, {}, ("log_px",)),
    (f"-(torch.exp(lp - lp.detach()) * advantages - beta * ({K3}))", "k3", 1, {"beta": 1}, ("advantages",)),
]


@pytest.mark.parametrize(
    ("text", "name", "factor", "weights", "others"), MULTIPLES, ids=[row[0] for row in MULTIPLES]
)
def test_multiples(
    text: str, name: str, factor: Fraction, weights: dict[str, int], others: tuple[str, ...]
) -> None:
    found = estimated(text)
    assert (found.kind, found.name, found.sampler, found.factor) == ("estimator", name, "q", factor)
    assert (found.weights, found.others) == (weights, others)
    assert found.holds(["estimator"]) == found.is_plain
    assert found.holds(["estimator", "scaled"])
    assert not found.holds(["scaled"])


OTHERS = [
    # Sums over all outcomes are the KL itself; the letters p and q have no fixed direction.
    ("(lp.exp() * (lp - ref_lp)).sum(-1)", "exact", "exact"),
    ("(lp.exp() * (lp - ref_lp)).sum(-1).mean()", "exact", "exact"),
    ("torch.sum(probs * (log_probs - ref_log_probs), dim=-1)", "exact", "exact"),
    ("(q * (q.log() - p.log())).sum(-1)", "exact", "exact"),
    ("(p * (p.log() - q.log())).sum(-1)", "exact", "exact"),
    ("(p * torch.log(p / q)).sum(-1)", "exact", "exact"),
    ("(log_p.exp() * (log_p - log_q)).sum(-1)", "exact", "exact"),
    ("(ref_lp.exp() * (ref_lp - lp)).sum(-1)", "reversed", "exact"),
    ("2 * (lp.exp() * (lp - ref_lp)).sum(-1)", "scaled", "exact"),
    ("beta * (lp.exp() * (lp - ref_lp)).sum(-1)", "scaled", "exact"),
    ("(lp.exp() * (lp - ref_lp)).mean(-1)", "scaled", "exact"),
    ("lp.exp() * (lp - ref_lp)", "other", "terms"),
    ("(lp.exp() * (lp - ref_lp)).sum(0)", "other", "terms"),
    ("abs(lp - ref_lp)", "other", "abs"),
    ("(lp - ref_lp).abs().mean()", "other", "abs"),
    ("(lp - ref_lp).detach() * lp", "other", "surrogate"),
    ("kl = lp - ref_lp\nkl.detach() * lp", "other", "surrogate"),
    ("torch.exp(lp - ref_lp)", "not-kl", ""),
    ("torch.exp(lp - old_lp)", "not-kl", ""),
    ("exp(r) - 1", "not-kl", ""),
]


@pytest.mark.parametrize(("text", "kind", "name"), OTHERS, ids=[row[0] for row in OTHERS])
def test_others(text: str, kind: str, name: str) -> None:
    found = estimated(text)
    assert (found.kind, found.name) == (kind, name)


GAUSSIAN = [
    "lv_q - lv_p",
    "exp(lv_q - lv_p) - (lv_q - lv_p) - 1",
    "0.5 * (exp(lv_q - lv_p) - (lv_q - lv_p) - 1)",
    "0.5 * (exp(b - a) - (b - a) - 1)",
    "-0.5 * (1 + logvar - mu**2 - exp(logvar))",
    "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
    "0.5 * (mu1 - mu2)**2",
    "exp(s) - s - 1",
    "(x - y)**2",
    "x - x.detach()",
    "lp - lp.detach()",
    "recon + beta * kl",
    "recon - kl",
    "logits",
]


@pytest.mark.parametrize("text", GAUSSIAN)
def test_what_is_left_to_the_gaussians(text: str) -> None:
    assert isinstance(answer(read_program(text)), Verification)


TOKENS = [
    # how it is added up, name, words
    ("{}", "none", ""),
    ("({}).sum()", "sum", "over the tokens and the batch"),
    ("({}).mean()", "mean", "a mean over all tokens"),
    ("({}).sum(-1)", "sum", "of each sequence"),
    ("({}).sum(1).mean()", "sum-mean", "of each sequence, then a mean over the batch"),
    ("({}).sum() / batch_size", "sum-mean", "then a mean over the batch"),
    ("({}).sum(dim=-1).mean(0)", "sum-mean", "then a mean over the batch"),
    ("(({}) * mask).sum() / mask.sum()", "mean", "over all tokens: longer sequences weigh more"),
    ("((({}) * mask).sum(1) / mask.sum(1)).mean()", "mean", "of each sequence, then over the batch"),
    ("((({}) * mask).sum(-1) / mask.sum(-1).clamp(min=1)).mean()", "mean", "then over the batch"),
    ("(({}) * (1 - mask)).sum() / (1 - mask).sum()", "mean", "over all tokens: longer sequences weigh more"),
    ("(({}) * mask).mean()", "mean", "masked tokens are counted"),
    ("(({}) * mask).sum(1).mean()", "sum-mean", "then a mean over the batch"),
    ("(({}) * mask).sum(-1)", "sum", "of each sequence"),
    ("({}).mean(0)", "mean", "over the batch"),
]


@pytest.mark.parametrize(("written", "name", "text"), TOKENS)
@pytest.mark.parametrize("estimator", [K3, "lp - ref_lp", "0.5 * (lp - ref_lp)**2"])
def test_how_tokens_are_added_up(written: str, name: str, text: str, estimator: str) -> None:
    found = estimated(written.format(estimator))
    assert found.kind == "estimator"
    assert found.tokens
    assert found.tokens.name == name
    assert text in found.tokens.text


def test_a_sum_inside_of_the_exponential_is_of_sequences_or_wrong() -> None:
    found = estimated("torch.exp((ref_lp - lp).sum(-1)) - (ref_lp - lp).sum(-1) - 1")
    assert found.kind == "estimator"
    assert found.tokens
    assert "whole sequences" in found.tokens.text
    for text in (
        "torch.exp(ref_lp - lp) - (ref_lp - lp).sum() - 1",
        "(torch.exp(ref_lp - lp) - (ref_lp - lp)).sum() - 1",
        "torch.exp((ref_lp - lp).sum(-1)) - (ref_lp - lp).sum() - 1",
    ):
        assert estimated(text).kind == "wrong", text


@pytest.mark.parametrize(
    ("text", "limits", "passes"),
    [
        # k3 reaches 10 where e^-u - 1 + u = 10: u = -2.6107 and u = 10.99..., by bisection with mpmath.
        (f"torch.clamp({K3}, min=-10, max=10)", "u below -2.611", False),
        ("kl = torch.clamp(ref_lp - lp, min=-20, max=20)\nkl.exp() - kl - 1", "does not bind", True),
        ("torch.clamp(ref_lp - lp, -5, 5).exp() - 1 + lp - ref_lp", "below -5 and above 5", False),
        ("torch.clamp(lp - ref_lp, min=0)", "u below", False),
    ],
)
def test_clips(text: str, limits: str, passes: bool) -> None:
    (condition,) = estimated(text).conditions
    assert (condition.kind, condition.passes) == ("clip", passes)
    assert limits in condition.text


def test_a_clip_is_accepted_by_name() -> None:
    found = estimated(f"torch.clamp({K3}, min=-10, max=10)")
    assert not found.holds(["estimator"])
    assert found.holds(["estimator", "clip"])


def test_small_numbers_are_measured() -> None:
    (condition,) = estimated("-torch.log(ratio + 1e-8)").conditions
    # At u = 10 the ratio is 4.5e-5: 1e-8 moves its logarithm by 2.2e-4, relative to 1 + 10.
    assert (condition.kind, condition.passes) == ("small-number", True)
    assert "2e-05" in condition.text


def test_stopped_sums_over_outcomes_have_another_gradient() -> None:
    found = estimated("(lp.exp().detach() * (lp - ref_lp)).sum(-1)")
    assert found.kind == "exact"
    assert [one.kind for one in found.conditions] == ["gradient"]
    assert not found.holds([])


def test_overflow_is_where_the_exponential_leaves_the_range() -> None:
    found = estimated(K3)
    assert found.overflow
    assert found.overflow.below
    # log of the largest numbers: 65504, 3.4028235e38.
    assert found.overflow.limits["half"] == pytest.approx(-11.0899, abs=1e-4)
    assert found.overflow.limits["single"] == pytest.approx(-88.7228, abs=1e-4)
    assert estimated("lp - ref_lp").overflow is None


def test_logits_are_no_log_probabilities() -> None:
    found = estimated("torch.exp(ref_logits - logits) - (ref_logits - logits) - 1")
    assert found.name == "k3"
    assert any("log_softmax" in warning for warning in found.warnings)


def test_neutral_names_tell_of_the_gaussians_beside_them() -> None:
    found = estimated("exp(b - a) - (b - a) - 1")
    assert any("2 KL(N(0, " in warning for warning in found.warnings)


# Below, what is claimed is held against enumeration.

LINES = [
    *(row[0] for row in RIGHT if "mean(" not in row[0] and ";" not in row[0] and "out." not in row[0]),
    *(row[0] for row in WRONG),
    "abs(lp - ref_lp)",
    "(lp - ref_lp)**2",
    "torch.exp(lp - ref_lp) * (lp - ref_lp)**0 - 1",
    "-torch.exp(ref_lp - lp) * (lp - ref_lp)",
    "(lp - ref_lp).detach() * lp",
]
WORLDS = [World.drawn(seed) for seed in range(3)]
SAMPLERS: tuple[SamplingSide, SamplingSide] = ("q", "p")


def symbols_of(found: Estimation, world: World, log_q: Any) -> Mapping[str, Any]:
    """Values of the symbols of a line, where log q is a dual number."""
    logs = {"canonicalQ": log_q, "canonicalP": log_softmax(world.p), "canonicalOld": log_softmax(world.old)}

    def value(tree: Any) -> Any:
        name = type(tree).__name__
        if name == "Symbol":
            return Dual(logs[tree.name]) if tree.name != "canonicalQ" else logs[tree.name]
        if name == "Call":
            return value(tree.argument).exp()
        return value(tree.left) - value(tree.right)

    return {symbol: value(tree) for symbol, tree in found.way.given.items()}


def gradient(text: str, found: Estimation, world: World, shares: Any, *, with_ratio: bool = False) -> Any:
    """The mean gradient of a line over samples that are held, in every logit."""
    slopes = []
    for place in range(OUTCOMES):
        log_q = Dual(world.log_q(), world.direction(place))
        result = run(text, symbols_of(found, world, log_q))
        if with_ratio:
            result = result * (log_q - log_q.detach()).exp()
        slopes.append(np.sum(shares * result.slope))
    return np.array(slopes)


@pytest.mark.parametrize("text", LINES)
def test_means_and_gradients_by_enumeration(text: str) -> None:
    found = stated_estimation(read_program(text)) or neutral_estimation(read_program(text))
    assert found
    function = found.function
    for world in WORLDS:
        of = probabilities(world)
        result = run(text, symbols_of(found, world, Dual(world.log_q())))
        for sampler in ("q",) if function.is_weighed else SAMPLERS:
            shares = of["old" if function.is_weighed else sampler]
            if function.value is not None:
                claim = value_of(expectation(function.value, sampler), world)
                assert np.sum(shares * result.value) == pytest.approx(claim, rel=1e-9, abs=1e-12)
            assert function.gradient is not None
            if not (sampler == "p" and "sign(u)" in function.gradient):
                expected = gradient_of(optimised(function.gradient, sampler), world)
                assert gradient(text, found, world, shares) == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("text", [line for line in LINES if "detach" not in line and "old_lp" not in line])
def test_the_ratio_and_the_reward_by_enumeration(text: str) -> None:
    found = stated_estimation(read_program(text)) or neutral_estimation(read_program(text))
    assert found
    if found.function.is_weighed:
        return
    for world in WORLDS:
        shares = probabilities(world)["q"]
        expected = gradient_of(without_one(found.mean("q")), world) * float(found.factor)
        assert gradient(text, found, world, shares, with_ratio=True) == pytest.approx(
            expected, rel=1e-6, abs=1e-8
        )
        if found.sampler == "q" and found.reward is not None:
            result = run(text, symbols_of(found, world, Dual(world.log_q())))
            scores = [np.sum(shares * result.value * world.direction(place)) for place in range(OUTCOMES)]
            claim = gradient_of(found.reward, world) * float(found.factor)
            assert np.array(scores) == pytest.approx(claim, rel=1e-6, abs=1e-8)


def test_any_function_of_the_space_by_enumeration() -> None:
    """Random sums of the columns: the mean and the gradient that are claimed hold, whatever the verdict."""
    generator = np.random.default_rng(7)
    columns = ("1", "u", "u**2", "torch.exp(-u)", "torch.exp(u)", "u * torch.exp(-u)", "u * torch.exp(u)")
    kinds = set()
    for _ in range(10):
        factors = generator.integers(-2, 3, len(columns))
        terms = [f"{factor} * {column}" for factor, column in zip(factors, columns, strict=True) if factor]
        if len(terms) < 2:
            continue
        text = f"u = lp - ref_lp\n{' + '.join(terms)}"
        found = estimated(text.replace("+ -", "- "))
        kinds.add(found.kind)
        world = World.drawn(int(generator.integers(1000)))
        result = run(text, symbols_of(found, world, Dual(world.log_q())))
        for sampler in SAMPLERS:
            shares = probabilities(world)[sampler]
            assert found.function.value is not None
            assert found.function.gradient is not None
            claim = value_of(expectation(found.function.value, sampler), world)
            assert np.sum(shares * result.value) == pytest.approx(claim, rel=1e-9, abs=1e-9)
            expected = gradient_of(optimised(found.function.gradient, sampler), world)
            assert gradient(text, found, world, shares) == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert "wrong" in kinds


def test_who_is_told_to_be_unbiased_is() -> None:
    """Of the named estimators, exactly those are unbiased whose mean is a KL over random worlds."""
    for text, _, sampler, *_ in RIGHT:
        found = estimated(text)
        claim = found.mean(sampler)
        unbiased = claim.keys() <= {KL_QP, KL_PQ}
        assert unbiased == (found.name != "k2")


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("(exp(lr) - 1) - lr", "lr = log(p/q)"),
        ("exp(-lr) - 1 + lr", "lr = log(q/p)"),
        ("torch.expm1(x) - x", "x = log(p/q)"),
        ("x - 1 - log(x)", "x = p/q"),
    ],
)
def test_a_ratio_beside_its_logarithm_is_k3_whatever_it_is_called(text: str, ratio: str) -> None:
    found = answer(read_program(text)).estimate
    assert found
    assert (found.form, found.way.ratio, found.is_plain) == (forms.K3, ratio, True)


@pytest.mark.parametrize("text", ["x", "0.5*x**2", "exp(x)", "exp(x) - x", "x - log(x)"])
def test_less_than_that_is_none(text: str) -> None:
    assert answer(read_program(text)).estimate is None


@pytest.mark.parametrize("scale", ["", "0.5*", "3*"])
def test_the_spread_alone_lacks_its_mean(scale: str) -> None:
    found = answer(read_program(f"{scale}(exp(lv) - 1 - lv)")).gaussian
    assert found
    assert (found.kind, found.mistake and found.mistake.code) == ("wrong", "KL111")


def test_names_of_a_policy_and_a_reference_are_told_beside_other_terms() -> None:
    """e^u - u - 1 is 2 KL of two log-variances, too; half of it is that KL."""
    ratio = "(torch.exp(ref_x - cur_x) - (ref_x - cur_x) - 1)"
    found = answer(read_program(f"loss + beta*{ratio}"))
    assert found.estimate
    assert (found.kind, found.estimate.form.name, found.estimate.way.q.symbol) == ("estimator", "k3", "cur_x")
    for text in (f"loss + beta*0.5*{ratio}", "rec + beta*0.5*(exp(new_lv - old_lv) - (new_lv - old_lv) - 1)"):
        assert answer(read_program(text)).gaussian
