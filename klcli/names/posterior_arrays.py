"""Names of arrays of posteriors in files: their means, and their spreads under some reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.lazy_regex import regex
from klcli.name_kind import NameKind, words_of

_MEANS = frozenset({"mu", "mus", "mean", "means", "loc", "locs", "location", "m", "qzm", "qm"})
_OTHER_SPREADS = {
    **dict.fromkeys(("qzv", "qv", "v", "vars"), "var"),
    **dict.fromkeys(("lv", "logvars", "logsigmasq", "logsigmasquared"), "logvar"),
    **dict.fromkeys(("stds", "scales", "sigmas"), "std"),
}
"""Names that no word for a reading is: scvi-tools keep the mean and the variance of q(z) as qzm and qzv."""
_OF_POSTERIOR = frozenset({"z", "q", "qz", "enc", "encoder", "latent", "latents", "posterior", "post"})
"""Words behind a name that say only whose it is: mu_z, logvar_q."""
_OF_OTHERS = frozenset({"prior", "p", "pz", "target", "decoder", "dec", "recon", "x", "y"})
"""Words of what is no posterior of a latent; such arrays are taken only if they are named."""
_OF_PRIOR = frozenset({"prior", "p", "pz"})
"""Those of its prior."""
_OF_LATENTS = frozenset({"latent", "latents"})
"""Words beside which these say something else: scanpy calls what is made of the data X by X_latent_qzm."""
_LOG = "log"
_NUMBER_BEHIND = regex(r"[\s_.\-\[(]*\d+[\])]?$", re.ASCII)
"""Of a column among those of one array, such as mu_0 and mu[1]."""


def _is_mean(name: str) -> bool:
    return any(ending in _MEANS for ending in _endings(name))


def reading_of(name: str) -> str | None:
    """The reading of the spreads in an array of this name, the longest word first; None for others."""
    return _reading(_endings(name))


def spread_called(name: str) -> str | None:
    """The same of an array that holds spreads of whatever it is, as of a prior."""
    return _reading(_shorter(_lower_words(name), _OF_POSTERIOR | _OF_OTHERS))


def _reading(endings: Iterable[str]) -> str | None:
    for ending in endings:
        if ending in _OTHER_SPREADS:
            return _OTHER_SPREADS[ending]
        for row in PARAMETERIZATIONS.values():
            if ending in (row.name, *row.synonyms):
                return row.name
    return None


def _endings(name: str) -> Iterator[str]:
    """What an array of posteriors is called; nothing for one of something else."""
    words = _lower_words(name)
    if set(words) & _OF_OTHERS and not set(words) & _OF_LATENTS:
        return
    yield from _shorter(words, _OF_POSTERIOR)


def _is_of_prior(name: str) -> bool:
    return not _OF_PRIOR.isdisjoint(_lower_words(name))


def _is_prior_mean(name: str) -> bool:
    endings = _shorter(_lower_words(name), _OF_POSTERIOR | _OF_OTHERS)
    return _is_of_prior(name) and any(ending in _MEANS for ending in endings)


def _lower_words(name: str) -> list[str]:
    return [word.lower() for word in words_of(name.rpartition("/")[2])]


def _shorter(words: list[str], whose: frozenset[str]) -> Iterator[str]:
    """The words of a name without the last ones that say whose it is, and then fewer and fewer of the first.

    What stands behind a ``log`` is not asked without it: log_var is no variance.
    """
    while len(words) > 1 and words[-1] in whose:
        words.pop()
    for start in range(len(words)):
        if start == 0 or words[start - 1] != _LOG:
            yield "".join(words[start:])


def looks_like_posteriors(names: Iterable[str]) -> bool:
    """Whether there are means and spreads among the names of arrays or of columns such as mu_0 and mu_1."""
    stems = {_NUMBER_BEHIND.sub("", name) for name in names}
    return any(map(_is_mean, stems)) and any(map(reading_of, stems))


MEAN_ARRAY = NameKind(
    "the means of posteriors, one for each latent",
    ("mu", "z_mean", "zMean", "X_scVI_latent_qzm", "loc", "mu_z", "encoder_mu", "obsm/X_latent_qzm"),
    ("prior_mean", "recon_mean", "x_mean", "logvar", "means_of_pixels", "mu_p"),
    _is_mean,
)
SPREAD_ARRAY = NameKind(
    "the spreads of posteriors, one for each latent",
    ("logvar", "z_log_var", "zLogVar", "scale", "X_scVI_latent_qzv", "log_sigma_sq", "std_z", "precision"),
    ("prior_logvar", "x_var", "mu", "labels", "log_prob"),
    lambda name: reading_of(name) is not None,
)
PRIOR_MEAN = NameKind(
    "the means of priors, one for each example and latent",
    ("prior_mu", "prior_mean", "mu_p", "p_loc", "pz_mean"),
    ("mu", "prior_logvar", "x_mean", "prior"),
    _is_prior_mean,
)
PRIOR_SPREAD = NameKind(
    "the spreads of priors, one for each example and latent",
    ("prior_logvar", "prior_std", "logvar_p", "p_scale"),
    ("logvar", "prior_mu", "x_var", "prior"),
    lambda name: _is_of_prior(name) and spread_called(name) is not None,
)

KINDS: tuple[NameKind, ...] = (MEAN_ARRAY, SPREAD_ARRAY, PRIOR_MEAN, PRIOR_SPREAD)
