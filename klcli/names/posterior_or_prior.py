"""Which of two Gaussians a name belongs to, the posterior or the prior, as far as it says so by itself."""

from __future__ import annotations

import re
from functools import lru_cache

from klcli.lazy_regex import regex
from klcli.name_kind import REMEMBERED, anywhere

_SIDE = anywhere(
    "one of two Gaussians: the prior or the posterior",
    # The a of log_sigma and of other Greek letters is not that of mu_a.
    # The q of sigma_sq is not that of mu_q.
    r"(?:_?(?P<prior>prior|p|2|b)"
    r"|_?(?P<posterior>posterior|post|(?<![a-z_]s)q|1|(?<!ph|et|mm|lt|ot|pp|bd|gm)a))\Z"
    # Also behind the log of a scale, log_prior_var; log_p_x is a log-probability.
    r"|\A(?:(?:log|ln)_(?=[a-z]+_(?:var|std|sig|scale|sd\Z|s2)))?"
    r"(?:(?P<prior_first>prior|p)|(?P<posterior_first>posterior|post|q))_"
    # With the index of a latent behind it; pi is a policy.
    r"|_(?:(?P<prior_indexed>prior|p(?!i)|2)|(?P<posterior_indexed>posterior|post|q|1))_?[ijk]\Z",
    "mu_p prior_mu logvar2 mub mu_q post_std logvar1 mua sigma_qj mu_pj s_2i log_prior_var sq",
    "logvar log_sigma theta alpha mu_0 mu_ij mu_pi sigma_j sigma_sq logsigmasq log_p_x",
)
_SIDES = regex(_SIDE.pattern, re.IGNORECASE)
"""The same, for what it finds."""
_LABEL = anywhere(
    "the label of a Gaussian in a formula, a letter or a number",
    r"[pq12]\Z|\A[pq]_|_(?:p(?!i)|[q12])_?[ijk]\Z",
    "mu_p s2 q_logvar sigma_1 mu_qj",
    "mu sigma_0 post_mu mu_pi",
)
_LABELS = regex(r"(?P<last>[pq12])\Z|\A(?P<first>[pq])_|_(?P<indexed>p(?!i)|[q12])_?[ijk]\Z", re.IGNORECASE)
"""The same, for what it finds."""
_ORDER = anywhere(
    "the order of the two Gaussians in the name of a KL",
    r"(?:\A|_)kl(?:d|_?div(?:ergence)?|_loss)?_?(?P<one>[pq12])_?(?:to_?)?(?P<other>[pq12])\Z",
    "kl_pq KL_q_p kl_p_to_q loss_kl_21",
    "kl_q kl_pqr kl_weight pq",
)
_ORDERS = regex(_ORDER.pattern, re.IGNORECASE)
"""The same, for what it finds."""
HELD_TO = anywhere(
    "what a prior that is learned may itself be held to",
    r"(?:\A|_)(?:hyper|base|anchor|ref|init|frozen|old)(?:_|\Z)",
    "hyper_mu base_std mu_hyper mu_old",
    "hyperbolic_mu basement post_std mu_fold",
)

SAYS_DIRECTION = anywhere(
    "a KL whose direction is said, as that of it which is meant",
    r"(?:forward|reversed?|backwards?|inclusive|mass_?covering).*(?:kl|div)"
    r"|(?:kl|div).*(?:forward|reverse|backward|inclusive|mass_?covering)",
    "reverse_kl kl_loss_forward ForwardKL kl_div_reverse inclusive_kl",
    "forward kl_loss reverse backward_pass",
)

KINDS = (_SIDE, _LABEL, _ORDER, HELD_TO, SAYS_DIRECTION)


@lru_cache(maxsize=REMEMBERED)
def is_prior(name: str) -> bool | None:
    """Whether a name says that it belongs to the prior; None if it does not say."""
    found = _SIDES.search(name)
    if not found:
        return None
    return bool(found["prior"] or found["prior_first"] or found["prior_indexed"])


def is_called_prior(name: str) -> bool:
    """Whether a name says so by the word, and not by a letter that may mean something else."""
    return "prior" in name.lower() and is_prior(name) is True


def label_of(name: str) -> str | None:
    """The label of the Gaussian that a name belongs to, p, q, 1 or 2; None where it has none."""
    found = _LABELS.search(name)
    return (found["last"] or found["first"] or found["indexed"]).lower() if found else None


def order_of(name: str) -> tuple[str, str] | None:
    """The labels of the two Gaussians in their order, where the name of a KL states it: ``kl_pq``."""
    found = _ORDERS.search(name)
    return (found["one"], found["other"]) if found else None


@lru_cache(maxsize=REMEMBERED)
def without_side(name: str) -> str:
    """A name without what tells posterior and prior apart: ``logvar`` for ``logvar1`` and ``logvar_p``."""
    return _SIDES.sub("", name) or name
