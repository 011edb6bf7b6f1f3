"""What a name says of log-probabilities and their ratios: it puts the ways in order, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from klcli.name_kind import REMEMBERED, NameKind, anywhere, containing, whole, worded, words_of
from klcli.names.counts import count_of
from klcli.names.losses import is_likelihood, is_mask
from klcli.names.means_and_spreads import is_mean, suggested

RatioSide: TypeAlias = Literal["policy", "reference", "old", "q", "p", ""]
StatedRatio: TypeAlias = Literal["log-probability", "probability", "log-ratio", "ratio", "kl", ""]

_PROBABILITY_WORDS = "prob probs proba probability probabilities"

STATES: Mapping[StatedRatio, tuple[NameKind, ...]] = {
    "log-ratio": (
        worded(
            "the logarithm of a ratio of probabilities",
            "logratio logratios logr log-ratio log-r log-ratios",
            "log_ratio logratio logRatios logr",
            "ratio log_prob ratio_log",
        ),
    ),
    "ratio": (
        worded(
            "a ratio of probabilities", "ratio ratios", "ratio importance_ratio ratios", "rate r rational"
        ),
        whole("a ratio of probabilities, where it is all of a name", "_*r_*", "r r_", "r1 kr"),
    ),
    "log-probability": (
        worded(
            "a log-probability",
            "lp lps logp logps logpi logprob logprobs logproba logq logqz logpz logpdf logits logit "
            "log-p log-q log-pi log-ps log-qs log-prob log-probs log-proba log-probability "
            "log-probabilities log-pz log-qz log-density newlogprob newlogprobs oldlogprob oldlogprobs",
            "ref_log_prob lp old_logps logpi logProbs log_density newlogprob",
            "prob logvar log_std lpips",
        ),
        whole(
            "a log-probability of weights, or of a latent, where it is all of a name",
            r"(.*_)?log_(variational_)?(posterior|post|prior)",
            "log_posterior log_prior module_log_prior log_variational_posterior",
            "log_prior_var prior_log_std posterior",
        ),
    ),
    "probability": (
        worded(
            "a probability",
            f"{_PROBABILITY_WORDS} pi pmf",
            "probs pi_theta action_prob pmf",
            "policy ratio problem",
        ),
        whole("a probability, where it is all of a name", "_*[pq]_*", "p q", "pq p1"),
    ),
    "kl": (
        whole(
            "a KL, by its last word",
            r"(.*[^A-Z])?KL_*|(.*[^A-Za-z])?[Kk]l_*",
            "kl token_kl meanKL",
            "kl_coef kld skl",
            0,
        ),
    ),
}
"""What a name states, in this order: a log-ratio before a ratio."""

SIDES: Mapping[RatioSide, NameKind] = {
    "reference": worded(
        "the policy that a trained one is held against",
        "ref reference base sft init initial teacher frozen orig original",
        "ref_logp sft_logprobs base_lp teacherProbs",
        "refine logp policy",
    ),
    "old": worded(
        "the policy that drew the samples",
        "old behavior behaviour rollout sampling oldlogprob oldlogprobs",
        "old_logp rollout_logprobs behavior_lp oldlogprob",
        "fold logp gold",
    ),
    "policy": worded(
        "the policy that is trained",
        "new policy theta student actor cur current model active newlogprob newlogprobs",
        "policy_logps new_lp pi_theta newlogprob",
        "renew lp old",
    ),
    "q": worded("q, the posterior", "q qz post posterior logq logqz", "log_q posterior_lp logqz", "eq lp p"),
    "p": worded("p, the prior", "p pz prior logp logpz", "log_p prior_lp logpz", "lp q pi"),
}
"""Whose a log-probability is, in this order but for the first three, of which the first word decides."""

TEACHER = worded(
    "a model that may draw the samples from which another learns",
    "teacher expert demo demos offline dataset",
    "teacher_logp expert_logprobs",
    "ref_logp base_lp",
)
SAMPLES = worded(
    "what a model draws, or that it draws",
    "sample samples generate generated generation generations completion completions response responses"
    " rollout rollouts",
    "ref_samples ref_model.generate ref_response_ids",
    "ref_model ref_tokens sampler",
)
LOGITS = worded(
    "numbers that become log-probabilities only once they are normalised",
    "logits logit",
    "logits ref_logits",
    "logp login",
)
RATIO_PART = containing(
    "what may have a log-probability or a ratio in it, with many others: the first look at a text",
    "log lp ratio",
    "logp lps ratio",
    "mu kl",
)
LOG_PROBABILITY = anywhere(
    "a log-probability, a difference of them or a ratio, as a part of a name or of a text",
    r"log_?(?:prob|pi|dens|ratio)|log_?[pqr]s?(?![a-z])|(?<![a-z])lps?(?![a-z])|(?<![a-z])ratio",
    "log_prob logpi log_q lps ratio importance_ratio",
    "logvar duration help log",
)
LOG_DENSITY = anywhere(
    "the logarithm of a density, which estimates are made of, as a part of a text",
    r"\bpi\b|log_?2_?pi|log_?(?:gauss|normal|prob|pdf|density)",
    "math.pi LOG2PI log_normal gaussian_log_prob logpdf",
    "log_std pixel log",
)

KINDS = (
    *(kind for kinds in STATES.values() for kind in kinds),
    *(*SIDES.values(), TEACHER, SAMPLES, LOGITS, RATIO_PART, LOG_PROBABILITY, LOG_DENSITY),
)


@lru_cache(maxsize=REMEMBERED)
def stated(name: str) -> StatedRatio:
    """What a name is that of: ``ref_log_prob``, ``pi_theta``, ``log_ratio``, ``ratio``, ``kl``.

    ``log_px`` is another term of a loss, and ``kl_coef`` is a weight.
    """
    for said, kinds in STATES.items():
        if any(kind.says(name) for kind in kinds):
            return "" if said not in ("log-ratio", "ratio") and is_likelihood(name) else said
    return ""


@lru_cache(maxsize=REMEMBERED)
def side_of(name: str) -> RatioSide:
    """Whose a log-probability is; empty where the name does not say.

    ``logp`` is that of p beside ``logq`` alone, see `klcli.judge.spaces.log_ratios.log_prob_assignments`.
    """
    sides = [side for word in words_of(name) for side, kind in SIDES.items() if kind.says(word)]
    strong = [side for side in sides if side not in ("q", "p")]
    return next(iter((*strong, *sides)), "")


def is_sample_of_reference(name: str) -> bool:
    """Whether a name is that of samples of the reference, or of what draws them: ``ref_model.generate``."""
    return SAMPLES.says(name) and side_of(name) == "reference" and not stated(name)


def is_logits(name: str) -> bool:
    """Whether a name is that of numbers which become log-probabilities only once they are normalised."""
    return LOGITS.says(name)


def is_neutral(name: str) -> bool:
    """Whether a name can be that of anything: of no mean, no scale, no count and no mask."""
    said = is_mean(name) or suggested(name) or is_mask(name) or (len(name) > 1 and count_of(name))
    return not (said or is_likelihood(name))
