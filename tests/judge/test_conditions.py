"""What a verdict needs: the size of small numbers, what clips do, what belongs to a head."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import mpmath
import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import answer_to_text, verify
from klcli.judge.condition_kinds import Condition


def conditions(text: str) -> tuple[Condition, ...]:
    found = verify(read_program(text))
    assert found.best.kind == "exact", found.best
    return found.conditions


def only(text: str) -> Condition:
    [found] = conditions(text)
    return found


def size(formula: Callable[[Any, Any], Any], plain: Callable[[Any, Any], Any]) -> float:
    """The largest |F - KL| / (1 + KL) for sigma from 0.01 to 100 and means up to 3, by mpmath."""
    worst = mpmath.mpf(0)
    with mpmath.workdps(40):
        for step in range(-40, 41):
            sigma = mpmath.mpf(10) ** (mpmath.mpf(step) / 20)
            for mean in map(mpmath.mpf, (0, 1, 3)):
                kl = (sigma**2 + mean**2 - 1) / 2 - mpmath.log(sigma)
                error = abs(formula(mean, sigma) - plain(mean, sigma))
                worst = max(worst, error / (1 + kl))
    return float(worst)


def kl(mean: Any, sigma: Any) -> Any:
    return (sigma**2 + mean**2 - 1) / 2 - mpmath.log(sigma)


def stated(found: Condition) -> float:
    """The size that is said, in two digits."""
    match = re.search(r"up to ([\d.e-]+)", found.text)
    assert match, found.text
    return float(match[1])


@pytest.mark.parametrize(
    ("epsilon", "expected", "passes"),
    [("1e-8", 9.7e-6, True), ("1e-6", 9.7e-4, True), ("1e-5", 9.3e-3, False), ("1e-3", 0.235, False)],
)
def test_small_numbers_in_the_logarithm_of_a_variance(epsilon: str, expected: float, passes: bool) -> None:
    e = mpmath.mpf(epsilon)
    size_of_it = size(lambda m, s: (s**2 + m**2 - 1 - mpmath.log(s**2 + e)) / 2, kl)
    assert size_of_it == pytest.approx(expected, rel=0.02)
    found = only(f"0.5*(v + mu**2 - 1 - log(v + {epsilon}))")
    assert found.kind == "small-number"
    assert found.passes is passes
    assert stated(found) == pytest.approx(size_of_it, rel=0.05)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        (
            "0.5*(s**2 + mu**2 - 1) - log(s + 1e-6)",
            lambda m, s: (s**2 + m**2 - 1) / 2 - mpmath.log(s + mpmath.mpf("1e-6")),
        ),
        (
            "0.5*(s**2 + mu**2 - 1) - 0.5*log(s**2 + 1e-4)",
            lambda m, s: (s**2 + m**2 - 1) / 2 - mpmath.log(s**2 + mpmath.mpf("1e-4")) / 2,
        ),
        (
            "0.5*(exp(lv) + mu**2 - 1 - log(exp(lv) + 1e-7))",
            lambda m, s: (s**2 + m**2 - 1 - mpmath.log(s**2 + mpmath.mpf("1e-7"))) / 2,
        ),
        (
            "0.5*(exp(lv + 1e-3) + mu**2 - 1 - lv)",
            lambda m, s: (s**2 * mpmath.exp(mpmath.mpf("1e-3")) + m**2 - 1) / 2 - mpmath.log(s),
        ),
    ],
)
def test_small_numbers_elsewhere(text: str, formula: Callable[[Any, Any], Any]) -> None:
    expected = size(formula, kl)
    found = only(text)
    assert stated(found) == pytest.approx(expected, rel=0.05)
    assert found.passes is (expected <= 1e-3)


def test_a_small_number_is_measured_in_a_sum_too() -> None:
    found = only("0.5*torch.sum(v + mu**2 - 1 - torch.log(v + 1e-3), dim=1).mean()")
    assert not found.passes
    assert stated(found) == pytest.approx(
        size(lambda m, s: (s**2 + m**2 - 1 - mpmath.log(s**2 + mpmath.mpf("1e-3"))) / 2, kl), rel=0.05
    )


@pytest.mark.parametrize(
    "text",
    [
        "beta * {}",
        "beta * {} / batch_size",
        "recon + beta * {}",
        "min(1, epoch/10) * {}",
        "0.5*beta * {} * 2",
        "neg_kl = -({})",
    ],
)
def test_a_weight_does_not_make_a_number_small(text: str) -> None:
    plain = verify(read_program("0.5*(v + mu**2 - 1 - log(v + 1e-5))")).conditions
    whole = verify(read_program(text.format("0.5*(v + mu**2 - 1 - log(v + 1e-5))")))
    assert whole.best.kind in ("exact", "scaled")
    found = [one for one in whole.conditions if one.kind == "small-number"]
    assert [one.passes for one in found] == [one.passes for one in plain] == [False]
    assert stated(found[0]) == stated(plain[0])


def test_a_symbol_passes_up_to_a_value() -> None:
    found = only("0.5*(v + mu**2 - 1 - log(v + eps))")
    assert found.passes
    assert found.text.startswith("eps passes up to")
    limit = mpmath.mpf(re.findall(r"[\d.]+e-\d+", found.text)[0])

    def error(e: Any) -> float:
        return size(lambda m, s: (s**2 + m**2 - 1 - mpmath.log(s**2 + e)) / 2, kl)

    assert error(limit * mpmath.mpf("0.9")) < 1e-3 < error(limit * mpmath.mpf("1.1"))


@pytest.mark.parametrize(
    "text",
    [
        "0.5*((s + 1e-6)**2 + mu**2 - 1) - log(s + 1e-6)",
        "0.5*((s + 0.01)**2 + mu**2 - 1) - log(s + 0.01)",
        "0.5*((s + eps)**2 + mu**2 - 1) - log(s + eps)",
        "v = v + 1e-6\n0.5*(v + mu**2 - 1 - log(v))",
        "0.5*(v + 1e-6 + mu**2 - 1 - log(v + 1e-6))",
        "0.5*torch.sum((s + 1e-3)**2 + mu**2 - 1 - 2*torch.log(s + 1e-3))",
    ],
)
def test_a_number_wherever_the_head_is_belongs_to_it(text: str) -> None:
    found = only(text)
    assert found.passes
    assert "the sampler has to add it, too" in found.text


@pytest.mark.parametrize(
    ("text", "kind", "passes"),
    [
        ("torch.clamp(0.5*torch.sum(lv.exp() + mu**2 - 1 - lv, 1), min=2).mean()", "free-bits", False),
        ("torch.maximum(0.5*(lv.exp() + mu**2 - 1 - lv), 0.5).sum()", "free-bits", False),
        ("lv = lv.clamp(-30, 20)\n0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)", "clip", True),
        ("lv = lv.clamp(-5, 5)\n0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)", "clip", True),
        ("0.5*torch.sum(lv.exp().clamp(max=1e9) + mu**2 - 1 - lv)", "clip", True),
        ("0.5*torch.sum(lv.exp() + mu**2 - 1 - lv.clamp(-20, 20))", "clip", True),
    ],
)
def test_clips(text: str, kind: str, passes: bool) -> None:
    found = only(text)
    assert found.kind == kind
    assert found.passes is passes


@pytest.mark.parametrize(
    ("text", "kind", "passes"),
    [
        (
            "torch.clamp(0.5*torch.sum(lv.exp() + mu**2 - 1 - lv, -1), min=free_bits).mean()",
            "free-bits",
            False,
        ),
        ("torch.maximum(0.5*torch.sum((m1 - m2)**2/s**2), self.free_nats)", "free-bits", False),
        ("torch.clamp(0.5*torch.sum(lv.exp() + mu**2 - 1 - lv, -1), max=kl_max).mean()", "clip", False),
        ("0.5*torch.sum(s**2 + mu**2 - 1 - torch.log(torch.clamp(s**2, min=self.min_var)))", "clip", False),
        ("0.5*torch.sum(s**2 + mu**2 - 1 - torch.log(torch.clamp(s**2, min=self.eps)))", "clip", True),
        ("torch.clamp(0.5*(torch.trace(S) + m @ m - d - torch.logdet(S)), min=lo)", "free-bits", False),
        ("torch.clamp(torch.exp(ref_lp - lp) - (ref_lp - lp) - 1, max=kl_max)", "clip", False),
    ],
)
def test_a_limit_whose_value_is_not_known_is_a_condition(text: str, kind: str, passes: bool) -> None:
    found = answer_to_text(text)
    (condition,) = found.conditions
    assert (condition.kind, condition.passes) == (kind, passes)
    assert "whose value is not known" in condition.text


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        # Everywhere, so that it is the head; the sampler has to do the same.
        ("0.5*torch.sum(clamp(lv, lo, hi).exp() + mu**2 - 1 - clamp(lv, lo, hi))", "clip", True),
        ("lv = torch.clamp(lv, lo, hi)\n0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)", "clip", True),
        ("0.5*torch.sum(clamp(mu, -c, c)**2 + lv.exp() - 1 - lv)", "clip", True),
        ("0.5*torch.sum(lv.exp() + mu**2 - 1 - clamp(lv, lo, hi))", "clip", False),
        # max(KL, c) in other words.
        ("kl = 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)\nF.relu(kl - c) + c", "free-bits", False),
        ("kl = 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)\n2 + torch.clamp(kl - 2, min=0)", "free-bits", False),
        ("max(0.5 (e^lv + mu^2 - 1 - lv) - C, 0) + C", "free-bits", False),
        ("max(C, 0.5 (e^lv + mu^2 - 1 - lv))", "free-bits", False),
    ],
)
def test_a_limit_may_be_a_name(text: str, kind: str, status: bool) -> None:
    found = answer_to_text(text)
    assert found.kind == "exact"
    assert [(one.kind, one.passes) for one in found.conditions] == [(kind, status)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        # KL >= 0 (Gibbs), so that neither of these does anything.
        ("torch.clamp(0.5*torch.sum(lv.exp() + mu**2 - 1 - lv), min=0)", True),
        ("F.relu(0.5*(lv.exp() + mu**2 - 1 - lv)).sum(1).mean()", True),
        ("np.maximum(0.0, 0.5*np.sum(lv_q.exp() / lv_p.exp() + mu**2 / lv_p.exp() - 1 - lv_q + lv_p))", True),
        # At the prior, where the KL is 0, these are off by as much as their limit.
        ("torch.clamp(0.5*(lv.exp() + mu**2 - 1 - lv), min=1e-6).sum(1).mean()", True),
        ("torch.clamp(0.5*(lv.exp() + mu**2 - 1 - lv), min=2e-3).sum(1).mean()", False),
        # 0 is free bits of another number here.
        ("torch.clamp(0.5*torch.sum(lv.exp() + mu**2 - 1 - lv, 1) - 2, min=0) * 1 + 2", False),
    ],
)
def test_a_floor_at_0_does_nothing_to_a_kl(text: str, status: bool) -> None:
    assert only(text).kind == "free-bits"
    assert only(text).passes == status


def test_free_bits_in_other_words_say_their_limit() -> None:
    kl = "kl = 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)\n"
    assert "kept to 2 (free bits)" in only(f"{kl}F.relu(kl - 2) + 2").text
    assert "kept to c, whose value is not known" in only(f"{kl}F.relu(kl - c) + c").text


@pytest.mark.parametrize(
    "text",
    [
        "0.5*torch.sum(lv.exp() + mu**2 - 1 - torch.max(lv, mu))",
        "0.5*torch.sum(torch.max(lv, mu).exp() + mu**2 - 1 - torch.max(lv, mu))",
    ],
)
def test_a_limit_that_moves_with_the_mean_is_none(text: str) -> None:
    """At mu = 2 and lv = 0 the maximum is 2, and not the log-variance."""
    assert answer_to_text(text).kind == "wrong"


def test_a_limit_of_another_term_is_none_of_the_kl() -> None:
    assert conditions("torch.clamp(r + x, min=lo).sum() + 0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)") == ()


def test_a_bound_that_binds_is_one_for_the_sampler_too() -> None:
    text = "lv = lv.clamp({})\n0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)"
    # Log-variances of sigma = 0.01 and 100 are -9.2 and 9.2.
    assert "the sampler has to clip it, too" in only(text.format("-5, 5")).text
    assert "does not bind" in only(text.format("-10, 10")).text


def test_free_bits_say_their_limit() -> None:
    found = only("torch.clamp(0.5*torch.sum(lv.exp() + mu**2 - 1 - lv, 1), min=0.25).mean()")
    assert "0.25" in found.text


def test_a_plain_formula_has_no_condition() -> None:
    assert conditions("-0.5*torch.sum(1 + lv - mu.pow(2) - lv.exp())") == ()


def test_what_is_no_kl_has_none() -> None:
    found = verify(read_program("0.5*(v + mu**2 - 1 + log(v + 1e-3))"))
    assert found.best.verdict.kl is None
    assert found.conditions == ()


def test_several_conditions_stand_side_by_side() -> None:
    text = "lv = lv.clamp(-30, 20)\n0.5*(lv.exp().detach() + mu**2 - 1 - torch.log(lv.exp() + 1e-8))"
    assert {one.kind for one in conditions(text)} == {"small-number", "clip", "gradient"}


def test_a_count_that_was_not_followed_does_not_pass() -> None:
    """A vector has no second axis; what is transposed may be anything."""
    sums = "0.5*(np.sum(v - np.log(v) - 1, axis=1) + np.dot(mu, mu).T)"
    for text, passes in ((sums, True), (f"{sums}/mu.shape[1]", False)):
        [one] = verify(read_program(text)).conditions
        assert (one.kind, one.passes) == ("shapes", passes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "0.5*torch.sum(v + mu**2 - 1 - torch.log(torch.clamp(v, min=0.1)))",
            "binds for sigma from 0.01 to 100",
        ),
        (
            "0.5*torch.sum(v + mu**2 - 1 - torch.log(torch.clamp(v, min=1e-8)))",
            "does not bind for sigma from 0.01 to 100",
        ),
        # KL(N(3, 10^2) || N(0, 1)) = 51.7 and KL(N(0, 100^2) || N(0, 1)) = 4995
        (
            "torch.clamp(0.5*(lv.exp() + mu**2 - 1 - lv), max=100).sum()",
            "does not bind for sigma from 0.1 to 10;",
        ),
    ],
)
def test_it_is_said_where_a_clip_binds(text: str, said: str) -> None:
    [found] = verify(read_program(text)).conditions
    assert said in found.text


@pytest.mark.parametrize(
    ("mean", "head", "passes"),
    [
        ("mu[:, 0]", "lv", False),
        ("mu", "lv[..., -1]", False),
        ("h[:, 0]", "h[:, 1]", True),
        ("h[:, :d]", "h[:, d:]", True),
        ("mu", "lv", True),
    ],
)
def test_one_entry_of_each_row_beside_a_whole_array(mean: str, head: str, passes: bool) -> None:
    """At (B, d) numpy counts the square of (B,) once for every column, or cannot add it at all."""
    found = verify(read_program(f"-0.5 * torch.sum(1 + {head} - {mean}**2 - torch.exp({head}))"))
    assert all(one.passes for one in found.conditions) is passes


@pytest.mark.parametrize(
    ("head", "text", "passes"),
    [
        ("eps=0.5", "eps passes up to 1e-06, and eps is 0.5 by default", False),
        ("eps=1e-4", "eps passes up to 1e-06, and eps is 0.0001 by default", False),
        ("eps=1e-8", "eps passes up to 1e-06", True),
        ("*, eps", "eps passes up to 1e-06", True),
        ("eps=None", "eps passes up to 1e-06", True),
    ],
)
def test_the_default_of_a_small_number_is_what_runs(head: str, text: str, passes: bool) -> None:
    """log(v + e) at v = 1e-4 is off by e / (2 v) / (1 + KL), with KL = (1e-4 - 1 - log 1e-4) / 2: 8.8e-4 at 1e-6."""
    formula = "-0.5 * torch.sum(1 + torch.log(logvar.exp() + eps) - mu.pow(2) - logvar.exp())"
    assert only(f"def kl(mu, logvar, {head}):\n    return {formula}") == Condition(
        "small-number", text, passes
    )


@pytest.mark.parametrize("beta", ["0.5", "1.0"])
def test_the_default_of_a_weight_is_said_as_the_weight(beta: str) -> None:
    formula = "-0.5 * beta * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())"
    found = verify(read_program(f"def kl(mu, logvar, beta={beta}):\n    return {formula}"))
    assert found.best.kind == "scaled"
    assert not [one for one in found.conditions if not one.passes]
