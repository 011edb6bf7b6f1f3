"""Whether a source is worth following, from a look at its text."""

from __future__ import annotations

import re

__all__ = ["may_hold_terms"]

_CALLS = ("exp(", "log(", "log1p(", "expm1(", "oftplus", "exp_(", "log_(", "exp (", "log (", "ln(")
_CALL = re.compile(r"\b(?:exp_?|log_?|ln|log1p_?|expm1_?|softplus|Softplus) ?\(|[\"']softplus[\"']")
_POWER_OF_E = re.compile(r"\.e\s*\*\*")
_SQUARED_LOG = re.compile(r"log_?(?:var|s)\w{0,9}(?: ?\*\*|\.pow\(|\.square\()", re.IGNORECASE)
"""A head that is squared where its exponential belongs."""
_PRODUCT = re.compile(r"\*|pow|sq|mul|norm|dot", re.IGNORECASE)
_LIBRARY = (
    "kl_divergence",
    "register_kl",
    "rsample",
    "Normal(",
    "MultivariateNormalDiag(",
    "F.gaussian(",
    "functions.gaussian(",
)
_SOURCES = ("randn", "normal(", "normal_(", "gauss", "rand_like", "GaussianNoise")
_NOISE = r"(?:randn|normal|eps|noise|gauss)"
_SCALED_NOISE = re.compile(  # every repetition is bounded: a line may have a million characters
    rf"\*\s{{0,9}}[\w.]{{0,40}}?{_NOISE}"
    rf"|{_NOISE}\w{{0,20}}(?:\([^\n*]{{0,120}}\))? ?\*[^*]"
    rf"|mul(?:_|tiply)?\([^\n]{{0,60}}?{_NOISE}"
    rf"|{_NOISE}\w{{0,20}}(?:\([^\n]{{0,120}}\))?\.mul"
)
_DRAW = re.compile(
    r"normal\([^\n]{0,90}(?:mean|loc) ?= ?[A-Za-z_]"
    r"|normal\([^\n]{0,60}?, ?[A-Za-z_][\w.]{0,30}, ?[A-Za-z_]"
    r"|torch\.normal\([A-Za-z_][\w.]{0,30}, ?[A-Za-z_]"
)
"""Random numbers that are drawn around a mean."""


def may_hold_terms(text: str) -> bool:
    """Whether a source may hold a KL or a sample.

    A KL has a logarithm or an exponential of something, and products; a sample has noise that
    something is multiplied with; both may be left to a library. Most files are told from their
    words alone, in a small part of the time that it takes to parse them.
    """
    if any(word in text for word in _CALLS) and _CALL.search(text) and _PRODUCT.search(text):
        return True
    if any(word in text for word in _LIBRARY):
        return True
    if any(word in text for word in _SOURCES) and (_SCALED_NOISE.search(text) or _DRAW.search(text)):
        return True
    if "log" in text and _SQUARED_LOG.search(text):
        return True
    return ".e" in text and _POWER_OF_E.search(text) is not None
