"""What a name says of log-probabilities and their ratios: it puts the ways in order, and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

from klcli.judge.names import count_of, is_likelihood, is_mask, is_mean, suggested
from klcli.patterns import regex

__all__ = ["Side", "is_logits", "is_neutral", "side_of", "stated"]

Side: TypeAlias = Literal["policy", "reference", "old", "q", "p", ""]
Stated: TypeAlias = Literal["log-probability", "probability", "log-ratio", "ratio", "kl", ""]

_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def _either(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LOG_PROBABILITIES = _either(
    "lp lps logp logps logpi logprob logprobs logproba logq logqz logpz logpdf logits logit"
)
_AFTER_LOG = _either("p q pi ps qs prob probs proba probability probabilities pz qz density")
_PROBABILITIES = _either("prob probs proba probability probabilities pi pmf")
_LOG_RATIOS = _either("logratio logratios logr")
_RATIOS = _either("ratio ratios")
_SIDES: dict[str, Side] = {
    **dict.fromkeys(_either("ref reference base sft init initial teacher frozen orig original"), "reference"),
    **dict.fromkeys(_either("old behavior behaviour rollout sampling"), "old"),
    **dict.fromkeys(_either("new policy theta student actor cur current model active"), "policy"),
    **dict.fromkeys(_either("q qz post posterior logq logqz"), "q"),
    **dict.fromkeys(_either("p pz prior logp logpz"), "p"),
}


@lru_cache(maxsize=1024)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=1024)
def stated(name: str) -> Stated:
    """What a name is that of: ``ref_log_prob``, ``pi_theta``, ``log_ratio``, ``ratio``, ``kl``."""
    words = _words(name)
    pairs = set(pairwise(words))
    if _LOG_RATIOS & {*words} or {("log", "ratio"), ("log", "r"), ("log", "ratios")} & pairs:
        return "log-ratio"
    if _RATIOS & {*words} or words == ("r",):
        return "ratio"
    if is_likelihood(name):
        return ""
    if _LOG_PROBABILITIES & {*words} or any(one == "log" and two in _AFTER_LOG for one, two in pairs):
        return "log-probability"
    if _PROBABILITIES & {*words} or words in (("p",), ("q",)):
        return "probability"
    return "kl" if words[-1:] == ("kl",) else ""  # kl_coef is a weight


@lru_cache(maxsize=1024)
def side_of(name: str) -> Side:
    """Whose a log-probability is; empty where the name does not say.

    ``logp`` is that of p beside ``logq`` alone, see `klcli.judge.spaces.log_ratios.ways`.
    """
    sides: Sequence[Side] = [_SIDES[word] for word in _words(name) if word in _SIDES]
    strong = [side for side in sides if side not in ("q", "p")]
    return next(iter((*strong, *sides)), "")


def is_logits(name: str) -> bool:
    """Whether a name is that of numbers which become log-probabilities only once they are normalised."""
    return not {"logits", "logit"}.isdisjoint(_words(name))


def is_neutral(name: str) -> bool:
    """Whether a name can be that of anything: of no mean, no scale, no count and no mask."""
    said = is_mean(name) or suggested(name) or is_mask(name) or (len(name) > 1 and count_of(name))
    return not (said or is_likelihood(name))
