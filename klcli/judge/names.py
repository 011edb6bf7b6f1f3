"""What the name of a symbol says about its role and its reading: a hint for wording, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from klcli.patterns import regex

__all__ = [
    "count_of",
    "is_dimension",
    "is_epsilon",
    "is_likelihood",
    "is_mask",
    "is_mean",
    "is_noise",
    "is_other_term",
    "is_prior",
    "is_weight",
    "prior_among",
    "sign_of",
    "square_of",
    "suggested",
    "suggested_beside",
    "without_side",
]

_MEAN = regex(r"(z_?)?(mu|mean|m|loc|μ)(?![a-z])|.*(mu|mean|loc)\Z", re.IGNORECASE)
_MEAN_OF_ONE = regex(r"(mu|mean|m|loc|means)\Z", re.IGNORECASE)

# The a of log_sigma and other Greek letters is not that of mu_a.
_SIDES = regex(
    r"(?:_?(?P<prior>prior|p|2|b)|_?(?P<posterior>posterior|post|q|1|(?<!ph|et|mm|lt|ot|pp|bd|gm)a))\Z"
    r"|\A(?:(?P<prior_first>prior|p)|(?P<posterior_first>posterior|post|q))_",
    re.IGNORECASE,
)
_KERNEL = regex(r"(L_?)?K(_?([ZzMmUuXxFfNn]{1,2}|tt|prior|inv))*|Lk|kernel\w*|gram\w*")
"""Covariances of a prior that is a Gaussian process, and their factors."""
_ZERO = regex(r".*\D0\Z")
_LETTER_PAIRS: Mapping[str, str] = {"p": "q", "q": "p", "a": "b", "b": "a"}
"""Letters that name a side only where the other one of the pair names the other side."""
_READINGS: Mapping[str, re.Pattern[str]] = {
    "logvar": regex(r"(log|ln)_?(var\w*|v|sigma_?(2|sq\w*)|s2|std_?(2|sq)|cov)(?![a-z])|lv\Z|lvar", re.I),
    "logstd": regex(r"(log|ln)_?(std\w*|sigma|sig|sd|scale|stddev|s)(?![a-z0-9])|logs\Z", re.I),
    "logprecision": regex(r"(log|ln)_?(prec\w*|tau)", re.I),
    "precision": regex(r"prec\w*|tau\Z", re.I),
    "softplus": regex(r"rho\Z", re.I),
    "var": regex(r"(.*_)?var(iance)?s?\Z|(sigma|std|s)_?(2|sq\w*)\Z|cov\Z", re.I),
    "std": regex(r"(.*_)?(std\w*|sigma|sd|scale|stddev|sig)\Z", re.I),
}
"""Patterns of names, tried in this order: ``log_sigma2`` is a log-variance, ``log_sigma`` is not."""

_DIMENSION = regex(
    r"(d|k|n|D|K|J|nz|nd|(.*_)?(dims?|size|features|latents?)|(.*_)?(n|num|nb)_\w+|.*[a-z]dim)"
)
_BATCH = regex(r"B|bs|batch|(.*_)?(batch_?size|n_batch|mb_?size)|(n|num)_(examples|samples)")
_LATENTS = regex(
    r"d|D|J|nz|nd|(.*_)?dims?|[a-z]+dim|(n|num)_?latents?|(.*_)?(latent|z|code|hidden)_(size|features)"
)
_NEGATED = regex(r"(neg|negative|minus)(_|\b)|n(kl|elbo)", re.IGNORECASE)
_BOUND = regex(r"elbo|(?<!upper_)(lower_?)?bound|\bvlb\b", re.IGNORECASE)
_LIKELIHOOD = regex(r"(.*_)?(log_?lik\w*|log_?p_?x\w*)", re.IGNORECASE)
_TERM = regex(
    r"(.*_)?(loss|losses|nll|ce|bce|mse|mae|rec|recon\w*|kld?|elbo|reg|penalty|entropy|error|distortion|fit)(_\w+)?"
    r"|.*(loss|likelihood|entropy|recon)",
    re.IGNORECASE,
)
_WEIGHT = regex(
    r"(.*_)?(beta|β|gamma|γ|lambda|λ|lam|lambd|lmbda|alpha|α|eta|w|weight|coeff?|factor|anneal\w*)(_\w+|\d)?"
    r"|.*weight",
    re.IGNORECASE,
)
_EPSILON = regex(r"(.*_)?(eps|epsilon|EPS|EPSILON|tiny|jitter)\Z")
_MASK = regex(r"(.*_)?masks?(_\w+)?\Z", re.IGNORECASE)
_SAMPLE = regex(r"(.*_)?(z|zs|sample|z_sample)(_[pqt]|_hat)?\Z")
_NOISE = regex(r"(.*_)?(eps|epsilon|noise|xi|e|u|n|z_?0|randn|rand)(_\w+)?\Z", re.IGNORECASE)


_COUNTED = regex(r"(?P<base>.*\D)2\Z")
_OTHER_COUNTS = ("0", "1", "3")
_SQUARE = regex(r"(?P<base>.*[^\W\d_])_?(?:2|sq|squared?)\Z")


@lru_cache(maxsize=1024)
def is_mean(name: str) -> bool:
    """Whether a name is that of a mean: ``mu``, ``z_mean``, ``loc``."""
    return _MEAN.match(name) is not None or _MEAN_OF_ONE.match(without_side(name)) is not None


@lru_cache(maxsize=1024)
def suggested(name: str) -> str | None:
    """The parameterization that a name states, as ``log_sigma`` does; None for one that states none."""
    name = name.lstrip("_")
    for candidate in (name, without_side(name)):
        words = candidate.split("_")
        tails = ["_".join(words[start:]) for start in range(len(words))]  # log_var of encoder_z_log_var
        for reading, pattern in _READINGS.items():
            if any(map(pattern.match, tails)):
                return reading
    return None


def suggested_beside(name: str, names: Collection[str]) -> str | None:
    """The parameterization that a name states among others: a 2 beside a 1 counts and squares nothing."""
    return suggested(name[:-1].rstrip("_") if _is_counted(name, names) else name)


def square_of(name: str, names: Collection[str]) -> str | None:
    """The mean whose square a name may be: ``mu2`` beside ``sigma2``, where no ``mu1`` and no ``mu`` is."""
    found = _SQUARE.match(name)
    if not found or not is_mean(found["base"]) or found["base"] in names:
        return None
    squares = (other for other in names if other != name and _SQUARE.match(other))
    stated = any(suggested_beside(other, names) == "var" for other in squares)
    return found["base"] if stated and not _is_counted(name, names) else None


def _is_counted(name: str, names: Collection[str]) -> bool:
    """Whether the number at the end of a name counts: the same name stands there with another number."""
    counted = _COUNTED.match(name)
    return counted is not None and any(f"{counted['base']}{other}" in names for other in _OTHER_COUNTS)


@lru_cache(maxsize=1024)
def is_prior(name: str) -> bool | None:
    """Whether a name says that it belongs to the prior; None if it does not say."""
    found = _SIDES.search(name)
    if not found:
        return None
    return bool(found["prior"] or found["prior_first"])


def prior_among(name: str, names: Collection[str]) -> bool | None:
    """Whether a name says, among others, that it belongs to the prior; None if it does not say.

    Where Gaussians are numbered 0 and 1, it is KL(N_0 || N_1); a 0 without a 1 is the prior that data move,
    and so is the kernel beside another covariance. A letter alone says nothing: P is a covariance, too.
    """
    if any(_ZERO.match(other) for other in names):
        numbered = any(re.search(r"\D1\Z", other) for other in names)
        if _ZERO.match(name):
            return not numbered
        return True if numbered and name.endswith("1") else is_prior(name)
    if other := _LETTER_PAIRS.get(name.lower()):
        return is_prior(name) if other in map(str.lower, names) else None
    if _KERNEL.fullmatch(name) and not all(_KERNEL.fullmatch(other) or is_mean(other) for other in names):
        return True
    return is_prior(name)


@lru_cache(maxsize=1024)
def without_side(name: str) -> str:
    """A name without what tells posterior and prior apart: ``logvar`` for ``logvar1`` and ``logvar_p``."""
    return _SIDES.sub("", name) or name


def is_dimension(name: str) -> bool:
    """Whether a name is that of the number of latent dimensions."""
    return _DIMENSION.fullmatch(name) is not None


def count_of(name: str) -> tuple[int, int] | None:
    """What a name says that it counts, as powers of B and d: examples, latents; None where it does not say.

    ``n`` and ``K`` count something, and do not say what.
    """
    if _BATCH.fullmatch(name):
        return 1, 0
    return (0, 1) if _LATENTS.fullmatch(name) else None


def sign_of(left: str) -> int:
    """The sign with which a left-hand side stands for a KL: -1 for ``-KL``, ``neg_kl``, and for a bound.

    An evidence lower bound is log p(x|z) - KL, so a KL is subtracted in it.
    """
    bare = left.strip()
    if bare[:1] in ("-", "−"):
        return -1
    negated = _NEGATED.match(bare) is not None
    return -1 if negated != (_BOUND.search(bare) is not None) else 1


def is_likelihood(name: str) -> bool:
    """Whether a name is that of a log-likelihood, from which a bound subtracts a KL."""
    return _LIKELIHOOD.fullmatch(name) is not None


def is_other_term(name: str) -> bool:
    """Whether a name is that of another term of a loss: ``recon_loss``, ``nll``, ``log_px``."""
    return is_likelihood(name) or _TERM.fullmatch(name) is not None


def is_weight(name: str) -> bool:
    """Whether a name is that of a weight of a term: ``beta``, ``kl_weight``."""
    return _WEIGHT.fullmatch(name) is not None


def is_epsilon(name: str) -> bool:
    """Whether a name is that of a small number which keeps a logarithm finite."""
    return _EPSILON.match(name) is not None


def is_mask(name: str) -> bool:
    """Whether a name is that of a mask, which leaves entries out."""
    return _MASK.match(name) is not None


def is_sample(name: str) -> bool:
    """Whether a name is that of a sample of the latents: ``z``, ``z_p``."""
    return _SAMPLE.match(name) is not None


def is_noise(name: str) -> bool:
    """Whether a name is that of a random number."""
    return _NOISE.match(name) is not None
