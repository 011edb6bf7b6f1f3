"""Names of means and heads, and which Gaussian they belong to: hints for order and words, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.lazy_regex import regex
from klcli.name_kind import REMEMBERED, NameKind, anywhere, beginning, whole
from klcli.names.posterior_or_prior import is_prior, without_side

_MEAN = beginning(
    "a mean",
    r"(z_?)?(mu|mean|m|loc|μ)(?![a-z])|.*(mu|mean|loc)\Z",
    "mu z_mean loc mean1 mu_q q_mean posterior_mu m m_p enc_mu",
    "logvar s sigma mask module model_s",
)
_MEAN_OF_ONE = beginning(
    "the mean of one of several Gaussians, once its side is left out",
    r"(mu|mean|m|loc|means)\Z",
    "mu means loc",
    "mul meaning",
)
_KERNEL = whole(
    "the covariance of a prior that is a Gaussian process, or a factor of it",
    r"(L_?)?K(_?([ZzMmUuXxFfNn]{1,2}|tt|prior|inv))*|Lk|kernel\w*|gram\w*",
    "K Kzz K_uu L_K Kmm_inv kernel_matrix",
    "KL S k L",
    flags=0,  # a small k is a count
)
_ZERO = beginning("the first of Gaussians that are counted from 0", r".*\D0\Z", "S0 mu_0", "S10 S1 0")
_FIRST = anywhere("the second of Gaussians that are counted from 0", r"\D1\Z", "S1 mu_1", "S11 S2 1")
_LETTER_PAIRS: Mapping[str, str] = {"p": "q", "q": "p", "a": "b", "b": "a"}
"""Letters that name a side only where the other one of the pair names the other side."""
_COUNTED = regex(r"(?P<base>.*\D)2\Z")
"""A name with a 2, which counts beside one with another number."""
_OTHER_COUNTS = ("0", "1", "3")
_SQUARE = beginning(
    "the square of what it would be called without its end",
    r"(?P<base>.*[^\W\d_])_?(?:2|sq|squared?)\Z",
    "mu2 mu_sq sigma2 mu_squared",
    "mu 22 mu_3",
)
_SQUARES = regex(_SQUARE.pattern, re.IGNORECASE)
"""The same, for what it finds."""

_LOGS = ("log", "ln")
"""Words before a scale that make its logarithm of it, whatever stands between."""

READINGS: Mapping[str, NameKind] = {
    "logvar": beginning(
        "a log-variance",
        r"(log|ln)_?(var\w*|v|sigma_?(2|sq\w*)|sig_?(2|sq)|s2|std_?(2|sq)|cov)(?![a-z])|[qp]?lv(_[a-z])?\Z|lvar",
        "logvar log_var log_sigma2 logsigma_sq lnvar logvar1 lv lv_c plv logsig2",
        "log_sigma logvalue log_s lvl",
    ),
    "logstd": beginning(
        "a log standard deviation",
        r"(log|ln)_?(std\w*|sigma|sig|sd|scale|stddev|s)(?![a-z0-9])|logs\Z",
        "log_std logstd log_sigma logs_q log_scale logs",
        "logvar log_sigma2 logscales log_size",
    ),
    "logprecision": beginning(
        "a log-precision", r"(log|ln)_?(prec\w*|tau)", "log_precision logtau ln_prec", "precision log_t"
    ),
    "precision": beginning("a precision", r"prec\w*|tau\Z", "precision prec tau", "tau1 pre"),
    "softplus": beginning(
        "the softplus pre-activation of a standard deviation", r"rho\Z", "rho", "rho1 rhos"
    ),
    "var": beginning(
        "a variance",
        r"(.*_)?var(iance)?s?\Z|(sigma|std|s)_?(2|sq\w*)\Z|cov\Z",
        "var variance sigma2 sigma_sq q_var",
        "logvar variable sigma s",
    ),
    "std": beginning(
        "a standard deviation",
        r"(.*_)?(std\w*|sigma|sd|scale|stddev|sig)\Z",
        "std sigma scale stddev z_std",
        "var sigma2 scaled s",
    ),
}
"""The parameterization that a name states, tried in this order: ``log_sigma2`` is a log-variance, and
``log_sigma`` is none. Readings without a row are stated by their names and the other words for them."""

SHORT_HEAD = whole(
    "a head in one to three letters, where it is called a KL",
    r"(l|ln|log)?(s|sd|sig|v|vr)|l",
    "s lv v lns l sd",
    "x mu h logvar",
    flags=0,  # S and V are matrices
)
LOG_SCALE = anywhere(
    "the logarithm of a scale, beside which an exponential or a square may have been forgotten",
    r"(?:log|ln)(?:_?(?:var|std|sig|scale|s2)|_s(?![a-z]))",
    "logvar log_std z_log_sigma ln_s2 log_scale log_s",
    "logs log_prob sigma login log_size",
)

KINDS = (
    *(_MEAN, _MEAN_OF_ONE, _KERNEL, _ZERO, _FIRST, _SQUARE),
    *(*READINGS.values(), SHORT_HEAD, LOG_SCALE),
)


@lru_cache(maxsize=REMEMBERED)
def is_mean(name: str) -> bool:
    """Whether a name is that of a mean: ``mu``, ``z_mean``, ``loc``."""
    return _MEAN.says(name) or _MEAN_OF_ONE.says(without_side(name))


@lru_cache(maxsize=REMEMBERED)
def is_head(name: str) -> bool:
    """Whether a name states a reading, or is one of the short names of heads."""
    return suggested(name) is not None or SHORT_HEAD.says(without_side(name))


@lru_cache(maxsize=REMEMBERED)
def suggested(name: str) -> str | None:
    """The parameterization that a name states, as ``log_sigma`` does; None for one that states none."""
    name = name.lstrip("_")
    for candidate in (name, without_side(name)):
        tails = _tails(candidate)
        for reading, kind in READINGS.items():
            if any(map(kind.says, tails)):
                return reading
    bare = without_side(name).replace("_", "").lower()
    others = (row for row in PARAMETERIZATIONS.values() if row.name not in READINGS)
    return next((row.name for row in others if bare in (row.name, *row.synonyms)), None)


def _tails(name: str) -> list[str]:
    """The ends of a name by whole words: ``log_var`` of ``encoder_z_log_var``, and of ``log_prior_var``."""
    words = name.split("_")
    logs = [place for place, word in enumerate(words) if word.lower() in _LOGS]
    return [
        "_".join([words[log] for log in logs[:1] if log < start] + words[start:])
        for start in range(len(words))
    ]


def suggested_beside(name: str, names: Collection[str]) -> str | None:
    """The parameterization that a name states among others: a 2 beside a 1 counts and squares nothing."""
    return suggested(name[:-1].rstrip("_") if _is_counted(name, names) else name)


def side_beside(name: str, names: Collection[str]) -> bool | None:
    """Whether a name says that it is of the prior, where a 2 that squares says nothing: ``log_sigma2``."""
    squares = suggested(name) != suggested(name[:-1]) and not _is_counted(name, names)
    return is_prior(name[:-1] if name.endswith("2") and squares else name)


def square_of(name: str, names: Collection[str]) -> str | None:
    """The mean whose square a name may be: ``mu2`` beside ``sigma2``, where no ``mu1`` and no ``mu`` is."""
    found = _SQUARES.match(name)
    if not found or not is_mean(found["base"]) or found["base"] in names:
        return None
    squares = (other for other in names if other != name and _SQUARE.says(other))
    stated = any(suggested_beside(other, names) == "var" for other in squares)
    return found["base"] if stated and not _is_counted(name, names) else None


def _is_counted(name: str, names: Collection[str]) -> bool:
    """Whether the number at the end of a name counts: the same name stands there with another number."""
    counted = _COUNTED.match(name)
    return counted is not None and any(f"{counted['base']}{other}" in names for other in _OTHER_COUNTS)


def prior_among(name: str, names: Collection[str]) -> bool | None:
    """Whether a name says, among others, that it belongs to the prior; None if it does not say.

    Where Gaussians are numbered 0 and 1, it is KL(N_0 || N_1); a 0 without a 1 is the prior that data move,
    and so is the kernel beside another covariance. A letter alone says nothing: P is a covariance, too.
    """
    if any(map(_ZERO.says, names)):
        numbered = any(map(_FIRST.says, names))
        if _ZERO.says(name):
            return not numbered
        return True if numbered and name.endswith("1") else is_prior(name)
    if other := _LETTER_PAIRS.get(name.lower()):
        return is_prior(name) if other in map(str.lower, names) else None
    if _KERNEL.says(name) and not all(_KERNEL.says(other) or is_mean(other) for other in names):
        return True
    return is_prior(name)
