"""Whether a source is worth following, from a look at its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from klcli.formula.read.vocabulary import DISTRIBUTIONS
from klcli.patterns import regex

__all__ = [
    "gives_density",
    "has_calls",
    "is_topical",
    "is_worth",
    "may_combine",
    "may_compute",
    "may_hold_terms",
    "takes_densities",
    "with_own_names",
    "without_comments",
]

_CALLS = (
    "exp(",
    "log(",
    "log2(",
    "log10(",
    "exp2(",
    "log1p(",
    "expm1(",
    "oftplus",
    "exp_(",
    "log_(",
    "exp (",
    "log (",
    "ln(",
)
_CALL = regex(r"\b(?:exp[2_]?|log(?:_|2|10)?|ln|log1p_?|expm1_?|softplus|Softplus) ?\(|[\"']softplus[\"']")
_POWER_OF_E = regex(r"\.e\s*\*\*")
_SQUARED_LOG = regex(r"log_?(?:var|s)\w{0,9}(?: ?\*\*|\.pow\(|\.square\()", re.IGNORECASE)
"""A head that is squared where its exponential belongs."""
_GIVEN_TWICE = regex(
    r"log_?(?:var|std|sigma)\w{0,9} ?[-+][^\n=]{0,80}(?<!log)(?<!log_)(?:var|std|sigma)(?!\w{0,9}\()",
    re.IGNORECASE,
)
"""A head and the scale that it is the logarithm of, each under a name of its own."""
_PRODUCT = regex(r"\*|pow|sq|mul|norm|dot", re.IGNORECASE)
_LIBRARY = (
    "kl_divergence",
    "register_kl",
    "rsample",
    "Normal(",
    "MultivariateNormal",
    "NormalWithSoftplusScale(",
    "F.gaussian(",
    "functions.gaussian(",
)
_SOURCES = ("randn", "normal(", "normal_(", "gauss", "rand_like", "torch.rand(", "GaussianNoise", ".uniform(")
_NOISE = r"(?:randn|normal|eps|noise|gauss|\.uniform)"
_SCALED_NOISE = regex(  # every repetition is bounded: a line may have a million characters
    rf"\*\s{{0,9}}[\w.]{{0,40}}?{_NOISE}"
    rf"|{_NOISE}\w{{0,20}}(?:\([^\n*]{{0,120}}\))? ?\*[^*]"
    rf"|mul(?:_|tiply)?\([^\n]{{0,60}}?{_NOISE}"
    rf"|{_NOISE}\w{{0,20}}(?:\([^\n]{{0,120}}\))?\.mul"
)
_DRAW = regex(
    r"normal\([^\n]{0,90}(?:mean|loc) ?= ?[A-Za-z_]"
    r"|normal\([^\n]{0,60}?, ?[A-Za-z_][\w.]{0,30}, ?[A-Za-z_]"
    r"|\b(?:torch|tc|th)\.normal\([A-Za-z_][\w.]{0,30}, ?[A-Za-z_]"
)
"""Random numbers that are drawn around a mean."""
_RANDOM = regex(r"rand|normal|eps|noise|sample|xi\b", re.IGNORECASE)
_SQUARE = regex(
    r"\*\*|\*=|pow|sq|norm|dot|inner|prod|mul"
    r"|(?<![\w.])([\w.]{1,80}) ?\* ?\1(?![\w.])"
    r"|[)\]]\s{0,9}\*|[\w)\]] ?@",
    re.IGNORECASE,
)
"""What may square something: a power, a function, a name or anything in brackets times itself."""
_SUM = regex(r"[\w)\]}\"'][ \t\\\n]{0,20}[-+](?!>)|\b(?:add|sub|subtract|addcmul)_?\(")
_LEAST_SUMS = 2
_LOG_SCALE = regex(r"(?:log|ln)_?(?:var|std|sig)", re.IGNORECASE)
"""Names of heads, beside which a square may have been forgotten."""
_TOPICS = (
    *("kld", "elbo", "latent", "vae", "reparam", "z_mean", "rsample"),
    *("logvar", "log_var", "logstd", "log_std", "logsigma", "log_sigma"),
)
_DENSITY = regex(r"\bpi\b|log_?2_?pi|log_?(?:gauss|normal|prob|pdf|density)", re.IGNORECASE)
_KL = regex(r"(?<![a-z])kl(?![a-z])")
_LOG_NAME = r"(?:log_?(?:prob|pi_|ratio|dens)|log_?[pqr]s?(?![a-z])|(?<![a-z])lps?(?![a-z])|(?<![a-z])ratio)"
_LOG_RATIO = regex(rf"{_LOG_NAME}\w{{0,20}}[\])]{{0,3}} ?-|- ?[\w.(]{{0,20}}{_LOG_NAME}", re.IGNORECASE)
"""A difference of log-probabilities or of their ratios, which sampled estimates of a KL are made of."""
_ONE = regex(r"[-+] ?1(?:\.0?)?(?![\w.])|(?<![\w.])1(?:\.0?)? ?[-+]")
_RATIO_WORDS = ("log", "lp", "ratio")
_ALIAS = regex(rf"\b({'|'.join(sorted(DISTRIBUTIONS))}) as (\w+)")
_UNSAID = regex(
    r"(\"\"\"|''')(?s:.*?)\1|#[^\n]*|(\"(?:[^\"\\\n]|\\.){0,999}\"|'(?:[^'\\\n]|\\.){0,999}')",
)
_TOP = regex(r"^(?=[^\s#)\]}])", re.MULTILINE)
_DEFINITION = ("def ", "class ", "async ", "@")
_METHOD = regex(r"^([ \t]+)(?:async[ \t]+)?def\b", re.MULTILINE)


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
    if "log" in text and (_SQUARED_LOG.search(text) or _GIVEN_TWICE.search(text)):
        return True
    if _may_estimate(text):
        return True
    return ".e" in text and _POWER_OF_E.search(text) is not None


def has_calls(code: str) -> bool:
    """Whether a source takes a logarithm or an exponential of anything, or draws from a distribution."""
    return "sample(" in code or _CALL.search(code) is not None


def takes_densities(code: str) -> bool:
    """Whether a source takes log densities of distributions, or their divergence."""
    return "log_prob(" in code or "kl_divergence" in code


def is_topical(text: str) -> bool:
    """Whether a source has words of those that stand around KL terms; they decide only what is followed."""
    lowered = text.lower()
    if any(word in lowered for word in _TOPICS) or ("kl" in lowered and _KL.search(lowered)):
        return True
    return "Normal(" in text or ("normal(" in text and _CALL.search(text) is not None)


def gives_density(code: str) -> bool:
    """Whether a source may compute the logarithm of a density, which estimates are made of."""
    return _DENSITY.search(code) is not None


def is_worth(text: str) -> bool:
    """Whether a file is worth parsing: it is about the matter, or one of its functions may compute a term."""
    text = with_own_names(text)
    if not may_hold_terms(text):
        return False
    code = without_comments(text)
    if not may_hold_terms(code):
        return False
    return is_topical(text) or _has_candidate(code)


def may_compute(code: str, around: str = "") -> bool:
    """Whether a function may compute a term by itself.

    Args:
        code: its source, without comments.
        around: the source of what stands around it, whose values it uses.
    """
    if not may_hold_terms(code):
        return False
    if any(word in code for word in _LIBRARY) or _may_estimate(code):
        return True
    if _RANDOM.search(code) and _PRODUCT.search(code) and _SUM.search(code):
        return True
    if "normal(" in code and _DRAW.search(code):
        return True
    is_square = _SQUARE.search(code) or _SQUARE.search(around)
    if not (is_square or _LOG_SCALE.search(code) or _KL.search(code.lower())):
        return False
    return _has_sums(code) or (around != "" and _has_sums(f"{code}\n{around}"))


def _may_estimate(code: str) -> bool:
    """Whether a source may estimate a KL from log-probabilities: it says KL, or has what k3 is made of."""
    if not any(word in code for word in _RATIO_WORDS) or not _LOG_RATIO.search(code):
        return False
    return _KL.search(code.lower()) is not None or (
        _ONE.search(code) is not None and _CALL.search(code) is not None and _has_sums(code)
    )


def may_combine(code: str) -> bool:
    """Whether a function may add up a term of squares, logarithms and scales that others compute."""
    return _SQUARE.search(code) is not None and _has_sums(code)


def with_own_names(text: str) -> str:
    """A source in which distributions have the names of their library, whatever it imports them as."""
    for own, other in _ALIAS.findall(text):
        text = re.sub(rf"\b{other}\(", f"{own}(", text)
    return text


def without_comments(text: str) -> str:
    """A source without its comments and long strings, every line in its place."""
    return _UNSAID.sub(lambda found: found[2] or "\n" * found[0].count("\n"), text)


def _has_sums(code: str) -> bool:
    return len(list(islice(_SUM.finditer(code), _LEAST_SUMS))) == _LEAST_SUMS


def _has_candidate(code: str) -> bool:
    """Whether a function of a source, or what stands outside of them, may compute a term."""
    parts = _TOP.split(code)
    script = "".join(part for part in parts if not part.startswith(_DEFINITION))
    if may_compute(script):
        return True
    around = script if may_hold_terms(script) or _SQUARE.search(script) else ""
    return any(
        may_compute(function, around)
        for part in parts
        if part.startswith(_DEFINITION)
        for function in _functions(part)
    )


def _functions(part: str) -> Iterator[str]:
    """The methods of a class, one after the other; a function as a whole."""
    first = _METHOD.search(part) if part.startswith("class ") else None
    if first is None:
        yield part
    else:
        yield from re.split(rf"^(?={first[1]}(?:async[ \t]+)?def\b)", part, flags=re.MULTILINE)
