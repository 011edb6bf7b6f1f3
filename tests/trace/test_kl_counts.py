"""How often KLs and estimators count: sequences, masks, tokens. The weights are worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import D, F, torch

STEPS, B, LATENTS = 3, 5, 4
KEPT = (5, 3, 1)
"""Positions of each sequence that the mask keeps: 9 of 15."""


def sequence() -> tuple[Any, Any]:
    torch.manual_seed(0)
    mu, logvar = torch.nn.Linear(2, 2 * LATENTS)(torch.rand(STEPS, B, 2)).chunk(2, -1)
    return mu, logvar


def mask() -> Any:
    return (torch.arange(B)[None] < torch.tensor(KEPT)[:, None]).float()


def kl_of_positions() -> Any:
    mu, logvar = sequence()
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1)


def of_distributions() -> Any:
    mu, raw = sequence()
    return D.kl_divergence(D.Normal(mu, raw.exp()), D.Normal(0.0, 1.0)).sum(-1)


def below_free_bits() -> Any:
    return torch.clamp(of_distributions(), min=0.1).mean()


SUM = "sum over 4 latents"


@pytest.mark.parametrize(
    ("loss", "weight", "words"),
    [
        (lambda kl, m: 0.8 * kl.mean(), 0.8, f"{SUM}, mean over 15 positions"),
        (lambda kl, m: kl.mean(0).sum(), 1, "sum over 20 latents, mean over the batch"),
        (lambda kl, m: 3 * (kl * m).sum() / m.sum(), 3, f"{SUM}, mean over 9 kept positions"),
        (lambda kl, m: (kl * m).sum() / (m.sum() + 1e-8), 1, f"{SUM}, mean over 9 kept positions"),
        (lambda kl, m: kl[m.bool()].mean(), 1, f"{SUM}, mean over 9 kept positions"),
        (
            lambda kl, m: ((kl * m).sum(1) / m.sum(1)).mean(),
            1,
            f"{SUM}, mean over the batch of means over 9 kept positions",
        ),
        (
            lambda kl, m: 0.5 * (kl * m).sum(1).mean(),
            0.5,
            f"{SUM}, mean over the batch of sums over 9 kept positions",
        ),
        (lambda kl, m: (kl * m).mean(), 1, f"{SUM}, mean over 15 positions, of which 9 are kept"),
        (lambda kl, m: 2 * (kl * m).sum(), 2, f"{SUM}, sum over 9 kept positions"),
    ],
)
@pytest.mark.parametrize("kl", [kl_of_positions, of_distributions])
def test_a_kl_of_steps_and_of_kept_positions(
    kl: Callable[[], Any], loss: Callable[[Any, Any], Any], weight: float, words: str
) -> None:
    with klcli.watch() as seen:
        found = loss(kl(), mask())
        found.backward()
    (term,) = seen.terms
    assert term.verdict == "exact"
    assert term.weight == pytest.approx(weight, rel=1e-6)
    assert term.what.endswith(words)
    assert term.contribution == pytest.approx(found.item(), rel=1e-6)
    assert term.agreement is not None
    assert term.agreement.true == pytest.approx(found.item(), rel=1e-5)
    assert term.slopes
    assert all(slope.agrees for slope in term.slopes)
    assert not seen.findings


def some_latents() -> Any:
    """2, 3 and 4 of the latents of the three steps, in each of the 5 sequences: 45 of 60."""
    return (torch.arange(LATENTS) <= torch.arange(1, STEPS + 1)[:, None, None]).expand(STEPS, B, LATENTS)


MEAN = "mean over 4 latents"


@pytest.mark.parametrize(
    ("loss", "weight", "words", "latents"),
    [
        (lambda kl, m: kl.mean(), 1, f"{MEAN}, mean over 15 positions", "4"),
        (lambda kl, m: kl.mean(-1).sum(0).mean(), 1, f"{MEAN}, sum over 3 and mean over 5 positions", "4"),
        (lambda kl, m: kl[mask().bool()].mean(), 1, f"{MEAN}, mean over 9 kept positions", "4"),
        (
            lambda kl, m: (kl.mean(-1) * mask()).sum() / mask().sum(),
            1,
            f"{MEAN}, mean over 9 kept positions",
            "4",
        ),
        (
            lambda kl, m: (kl * mask()[..., None]).mean(),
            1,
            f"{MEAN}, mean over 15 positions, of which 9 are kept",
            "4",
        ),
        (lambda kl, m: kl[m].mean(), 1, "mean over 45 kept latents of 15 examples", "3"),
        (lambda kl, m: kl.masked_select(m).mean(), 1, "mean over 45 kept latents of 15 examples", "3"),
        (
            lambda kl, m: kl.masked_select(mask().bool()[..., None]).mean(),
            1,
            f"{MEAN}, mean over 9 kept positions",
            "4",
        ),
        (lambda kl, m: (kl * m).sum() / m.sum(), 1, "mean over 45 kept latents of 15 examples", "3"),
        (
            lambda kl, m: torch.where(m, kl, 0.0).mean(),
            1,
            "mean over 60 latents of 15 examples, of which 45 are kept",
            "4",
        ),
        (
            lambda kl, m: 2 * kl.masked_fill(~m, 0.0).mean(),
            2,
            "mean over 60 latents of 15 examples, of which 45 are kept",
            "4",
        ),
        (
            lambda kl, m: ((kl * m).sum(-1) / m.sum(-1)).mean(),
            1,
            "mean over the kept latents of each of 15 examples",
            "3",
        ),
        (lambda kl, m: kl[m].sum() / 15, 1, "sum over 45 kept latents, mean over 15 examples", ""),
        (lambda kl, m: kl[m].sum(), 1, "sum over 45 kept latents of 15 examples", ""),
        (
            lambda kl, m: kl.sum() / mask().clamp(min=1).sum(),
            1,
            "sum over 4 latents, mean over 15 positions",
            "",
        ),
    ],
)
def test_means_over_latents_that_are_kept(
    loss: Callable[[Any, Any], Any], weight: float, words: str, latents: str
) -> None:
    with klcli.watch() as seen:
        mu, logvar = sequence()
        found = loss(-0.5 * (1 + logvar - mu**2 - logvar.exp()), some_latents())
        found.backward()
    (term,) = seen.terms
    assert term.weight == pytest.approx(weight, rel=1e-6)
    assert term.what.endswith(words)
    assert term.agreement is not None
    assert term.agreement.true == pytest.approx(found.item(), rel=1e-5)
    assert term.slopes
    assert all(slope.agrees for slope in term.slopes)
    codes = [(one.mistake.code, one.message.endswith(f"1/{latents} of the sum")) for one in seen.findings]
    assert codes == ([("KL206", True)] if latents else [])


def parts_that_are_summed() -> Any:
    mu, logvar = sequence()
    return 0.5 * (mu.pow(2).sum(-1) + (logvar.exp() - logvar - 1).sum(-1))


def test_a_mask_on_sums_of_parts() -> None:
    with klcli.watch() as seen:
        ((parts_that_are_summed() * mask()).sum() / mask().sum()).backward()
    (term,) = seen.terms
    assert (term.verdict, term.weight) == ("exact", pytest.approx(1))
    assert term.what.endswith(f"{SUM}, mean over 9 kept positions")


@pytest.mark.parametrize(
    ("loss", "weight"),
    [
        (lambda kl, m: kl.sum() / m.sum(), 1 / 9),
        (lambda kl, m: kl.sum(-1).mean() / m.mean(), 15 / 9),
    ],
)
def test_a_number_of_kept_positions_divides_what_no_mask_leaves_out(
    loss: Callable[[Any, Any], Any], weight: float
) -> None:
    with klcli.watch() as seen:
        mu, logvar = sequence()
        loss(-0.5 * (1 + logvar - mu**2 - logvar.exp()), mask()).backward()
    (term,) = seen.terms
    assert term.weight == pytest.approx(weight, rel=1e-6)
    assert [one.mistake.code for one in seen.findings] == ["KL133"]


def test_heads_that_a_mask_sets_to_the_prior_have_no_kl_to_leave_out() -> None:
    with klcli.watch() as seen:
        mu, logvar = (one * mask()[..., None] for one in sequence())
        ((-0.5 * (1 + logvar - mu**2 - logvar.exp())).sum() / mask().sum()).backward()
    assert not seen.findings


@pytest.mark.parametrize(
    "loss",
    [
        lambda kl: kl[kl > 0.05].sum(),
        lambda kl: torch.where(kl > 0.05, kl, 0.0).sum(),
        lambda kl: ((kl > 0.05).float() * kl).sum(),
    ],
)
def test_what_is_chosen_by_its_own_values_is_not_kept_by_a_mask(loss: Callable[[Any], Any]) -> None:
    with klcli.watch() as seen:
        mu, logvar = sequence()
        loss(-0.5 * (1 + logvar - mu**2 - logvar.exp())).backward()
    assert [term.kind for term in seen.terms] == ["other"]


@pytest.mark.parametrize("prior", [torch.nn.Parameter(torch.rand(2, LATENTS)), torch.rand(2, LATENTS)])
def test_a_prior_of_all_examples_is_spread_over_them_in_either_direction(prior: Any) -> None:
    mean, raw = prior
    for swapped in (False, True):
        with klcli.watch() as seen:
            mu, logvar = torch.nn.Linear(2, 2 * LATENTS)(torch.rand(B, 2)).chunk(2, -1)
            pair = [D.Normal(mu, (logvar / 2).exp()), D.Normal(mean, raw.exp())]
            found = D.kl_divergence(*(pair[::-1] if swapped else pair)).sum(-1).mean()
            found.backward()
        (term,) = seen.terms
        assert term.what.endswith(f"{SUM}, mean over the batch")
        assert term.agreement is not None
        assert term.agreement.agrees
        assert not seen.watched.warnings


def test_free_bits_of_positions() -> None:
    with klcli.watch() as seen:
        below_free_bits().backward()
    (term,) = seen.terms
    assert term.weight == pytest.approx(1)
    assert [(one.kind, one.passes) for one in term.conditions] == [("free-bits", False)]


def test_what_a_mask_keeps_has_to_be_a_kl_still() -> None:
    with klcli.watch() as seen:
        mu, logvar = sequence()
        kl = -0.5 * (1 + logvar - mu**2 - (2 * logvar).exp()).sum(-1)
        ((kl * mask()).sum() / mask().sum()).backward()
    assert [finding.mistake.code for finding in seen.findings] == ["KL105"]
    with klcli.watch() as seen:
        mu, logvar = sequence()
        kl = -0.5 * (1 + logvar.detach() - mu**2 - logvar.exp()).sum(-1)
        ((kl * mask()).sum() / mask().sum()).backward()
    assert [finding.mistake.code for finding in seen.findings] == ["KL134"]


def test_a_likelihood_of_kept_positions_weighs_against_their_kl() -> None:
    """Half of the nats of a squared error, at a decoder sigma of 1."""
    with klcli.watch() as seen:
        x = torch.rand(STEPS, B, 6)
        error = F.mse_loss(torch.nn.Linear(2, 6)(torch.rand(STEPS, B, 2)), x, reduction="none").sum(-1)
        kept = mask()
        ((error * kept).sum() / kept.sum() + (kl_of_positions() * kept).sum() / kept.sum()).backward()
    likelihood, kl = seen.terms
    assert [likelihood.weight, kl.weight] == pytest.approx([1, 1])
    assert "sum over 6 entries, mean over 9 kept positions" in likelihood.what
    (loss,) = seen.losses
    assert loss.weighing is not None
    assert float(loss.weighing.beta) == pytest.approx(0.5)


@pytest.mark.parametrize("shape", [(), (6,)])
def test_a_decoder_with_a_sigma_of_its_own_tells_its_values(shape: tuple[int, ...]) -> None:
    log_sigma = torch.nn.Parameter(torch.linspace(-0.5, 0.5, 6) if shape else torch.tensor(0.25))
    x = torch.rand(B, 6)
    with klcli.watch() as seen:
        mu, logvar = torch.nn.Linear(2, 2 * LATENTS)(torch.rand(B, 2)).chunk(2, -1)
        likely = D.Normal(torch.nn.Linear(LATENTS, 6)(mu), log_sigma.exp()).log_prob(x)
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp())
        (kl.sum(-1).mean() - likely.sum(-1).mean()).backward()
    (loss,) = seen.losses
    ends = (math.exp(-0.5), math.exp(0.5)) if shape else (math.exp(0.25),) * 2
    assert loss.sigmas == pytest.approx(ends, rel=1e-6)
    own = [text for text in str(seen).splitlines() if text.startswith("beta 1 at the decoder's own sigma, ")]
    assert len(own) == 1
    assert (" to " in own[0]) is bool(shape)


def test_steps_that_are_added_up_have_one_beta() -> None:
    with klcli.watch() as seen:
        total = torch.zeros(())
        for _ in range(2):
            mu, logvar = torch.nn.Linear(2, 2 * LATENTS)(torch.rand(B, 2)).chunk(2, -1)
            x = torch.rand(B, LATENTS)
            total = total + F.mse_loss(mu, x, reduction="sum")
            total = total - 0.25 * (1 + logvar - mu**2 - logvar.exp()).sum()
        total.backward()
    (loss,) = seen.losses
    assert [term.kind for term in loss.terms] == ["likelihood", "kl"] * 2
    assert loss.weighing is not None
    assert float(loss.weighing.beta) == pytest.approx(0.25)


def log_probabilities() -> tuple[Any, Any]:
    logp, ref = (torch.log_softmax(torch.randn(STEPS, B, 7, requires_grad=True), -1)[..., 0] for _ in "qp")
    return logp, ref.detach()


def k1(logp: Any, ref_logp: Any) -> Any:
    return logp - ref_logp


def k2(logp: Any, ref_logp: Any) -> Any:
    log_ratio = logp - ref_logp
    return 0.5 * log_ratio**2


def k3(logp: Any, ref_logp: Any) -> Any:
    log_ratio = ref_logp - logp
    return torch.exp(log_ratio) - log_ratio - 1


@pytest.mark.parametrize("estimator", [k1, k2, k3])
@pytest.mark.parametrize(
    ("loss", "weight", "words"),
    [
        (lambda kl, m: 0.05 * kl.mean(), 0.05, "mean over 5 tokens, mean over the batch"),
        (lambda kl, m: 0.05 * kl.sum(1).mean(), 0.05, "sum over 5 tokens, mean over the batch"),
        (lambda kl, m: 0.05 * (kl * m).sum() / m.sum(), 0.05, "mean over 9 kept positions"),
        (
            lambda kl, m: 0.04 * ((kl * m).sum(-1) / m.sum(-1)).mean(),
            0.04,
            "mean over the batch of means over 9 kept positions",
        ),
    ],
)
def test_an_estimator_has_its_weight(
    estimator: Callable[[Any, Any], Any], loss: Callable[[Any, Any], Any], weight: float, words: str
) -> None:
    with klcli.watch() as seen:
        logp, ref_logp = log_probabilities()
        found = loss(estimator(logp, ref_logp), mask())
        found.backward()
    (term,) = seen.terms
    assert term.kind == "estimator"
    assert term.weight == pytest.approx(weight, rel=1e-6)
    assert term.what == f"{estimator.__name__} of log-probabilities, {words}"
    assert term.contribution == pytest.approx(found.item(), rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "verdict", "weight"),
    [
        (lambda kls: kls[0].mean(), "exact", 1),
        (lambda kls: torch.stack(kls, 1).sum(1).mean(), "exact", 1),
        (lambda kls: 0.7 * sum(kls).mean(), "exact", 0.7),
        (lambda kls: torch.stack(kls, 1).mean(), "scaled", 1),
    ],
)
def test_a_column_of_the_latents_has_the_axis_of_the_batch(
    loss: Callable[[Any], Any], verdict: str, weight: float
) -> None:
    with klcli.watch() as seen:
        mu, s = (torch.nn.Linear(2, LATENTS)(torch.rand(B, 2)) for _ in range(2))
        kls = [-0.5 * (1 + s[:, i] - mu[:, i] ** 2 - s[:, i].exp()) for i in range(LATENTS)]
        loss(kls).backward()
    assert {one.verdict for one in seen.terms} == {verdict}
    assert [one.weight for one in seen.terms] == pytest.approx([weight] * len(seen.terms), rel=1e-6)
    assert all("mean over the batch" in one.what for one in seen.terms)


def test_an_axis_of_one_latent_that_is_taken_away_leaves_the_batch() -> None:
    with klcli.watch() as seen:
        mu, s = (torch.nn.Linear(2, 1)(torch.rand(B, 2)).squeeze(-1) for _ in range(2))
        (-0.5 * (1 + s - mu**2 - s.exp())).mean().backward()
    (term,) = seen.terms
    assert (term.verdict, term.weight) == ("exact", pytest.approx(1))
