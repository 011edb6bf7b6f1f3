"""The prefilter: whether a source may hold a KL, from a look at its text.

What is looked for follows from the table of calls and from the table of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from klcli.formula.read.calls.function_properties import ADDING, CURVED, MULTIPLYING
from klcli.formula.read.calls.matrices import DETERMINANTS
from klcli.formula.read.vocabulary import DISTRIBUTIONS, NOISE, NORMALS
from klcli.lazy_regex import regex
from klcli.names.log_ratios import LOG_DENSITY, LOG_PROBABILITY, RATIO_PART
from klcli.names.losses import KL, TOPIC
from klcli.names.means_and_spreads import LOG_SCALE
from klcli.names.noise import NOISE_WORD, RANDOM_WORD


def _shortest(words: Iterable[str]) -> list[str]:
    """Those words that have none of the others in them: a text with any of the words has one of these."""
    found = sorted(words)
    return [word for word in found if not any(other in word for other in found if other != word)]


_CURVED = CURVED - {"sigmoid", "expit"}
"""A logistic function alone is no KL: there is a logarithm beside it."""
_CALLED = (*(f"{name}{end}" for name in _CURVED for end in ("(", "_(", " (")), "oftplus", "ln(")
"""A softplus is a layer and an activation, too, and logarithms are imported as ``ln``."""
_CALLS = _shortest(_CALLED)
_CALL = regex(rf"\b(?:{'|'.join(sorted(_CURVED))}|ln|Softplus)_? ?\(|[\"']softplus[\"']")
"""As a call, by any module's name or none, or as the name of an activation."""
_POWER_OF_E = regex(r"\.e\s*\*\*")
"""``math.e ** x``."""
_SQUARED_LOG = regex(rf"(?:{LOG_SCALE.pattern})\w{{0,9}}(?: ?\*\*|\.pow\(|\.square\()", re.IGNORECASE)
"""A head that is squared where its exponential belongs."""
_SCALE = r"(?<!log)(?<!log_)(?:var|std|sig)(?!\w{0,9}\()"
_GIVEN_TWICE = regex(
    rf"(?:{LOG_SCALE.pattern})\w{{0,9}} ?[-+][^\n=]{{0,80}}{_SCALE}"
    rf"|{_SCALE}[^\n=]{{0,40}}[-+] [^\n=]{{0,40}}(?:{LOG_SCALE.pattern})",
    re.IGNORECASE,
)
"""A head and the scale that it is the logarithm of, each under a name of its own."""
_MULTIPLY = "|".join(_shortest((*MULTIPLYING, "sq")))  # sq: of names as mu_sq, too
_PRODUCT = regex(rf"\*|{_MULTIPLY}", re.IGNORECASE)
"""A sign or a function that multiplies."""
_NORMALS = _shortest(f"{name}(" for name in NORMALS)
_LIBRARY = (
    *("kl_divergence", "register_kl", "rsample"),
    *_NORMALS,
    *("F.gaussian(", "functions.gaussian("),  # Chainer's
)
_OF_MATRICES = _shortest(f"{name}(" for name in DETERMINANTS)
"""Calls of functions of matrices, one of which every KL of these has."""
_WORDS = frozenset(("rand", "normal", "uniform"))
_SOURCES = (
    *_shortest(f"{name}{end}" for name in _WORDS for end in ("(", "_(")),
    *_shortest(NOISE.keys() - _WORDS),
    *("gauss", "GaussianNoise"),  # Python's own, and a layer of Keras
)
"""Calls that draw random numbers; names that are words of any text count where they are called."""
_NOISE = f"(?:{NOISE_WORD.pattern}|{'|'.join(_shortest(NOISE))})"
_SCALED_NOISE = regex(
    rf"\*\s{{0,9}}[\w.]{{0,40}}?{_NOISE}"
    rf"|{_NOISE}\w{{0,20}}(?:\([^\n*]{{0,120}}\))? ?\*[^*]"
    rf"|mul(?:_|tiply)?\([^\n]{{0,60}}?{_NOISE}"
    rf"|{_NOISE}\w{{0,20}}(?:\([^\n]{{0,120}}\))?\.mul"
)
"""Noise and a sign or a function that multiplies it. Every repetition is bounded, here and below: a line may
have a million characters, and the search begins at each of them."""
_DRAW = regex(
    r"normal\([^\n]{0,90}(?:mean|loc) ?= ?[A-Za-z_]"
    r"|normal\([^\n]{0,60}?, ?[A-Za-z_][\w.]{0,30}, ?[A-Za-z_]"
    r"|\b(?:torch|tc|th)\.normal\([A-Za-z_][\w.]{0,30}, ?[A-Za-z_]"
)
"""Random numbers that are drawn around a mean."""
_SQUARE = regex(
    rf"\*\*|\*=|prod|{_MULTIPLY}"
    r"|(?<![\w.])([\w.]{1,80}) ?\* ?\1(?![\w.])"
    r"|[)\]]\s{0,9}\*|[\w)\]] ?@",
    re.IGNORECASE,
)
"""What may square something: a power, a function, a name or anything in brackets times itself."""
_SUM = regex(rf"[\w)\]}}\"'][ \t\\\n]{{0,20}}[-+](?!>)|\b(?:{'|'.join(sorted(ADDING))})_?\(")
"""A sign between two terms, which is that of no number and no arrow, or a function that adds."""
_LEAST_SUMS = 2
"""The three terms that every KL adds up have two signs between them."""
_LOG_RATIO = regex(
    rf"(?:{LOG_PROBABILITY.pattern})\w{{0,20}}[\])]{{0,3}} ?-|- ?[\w.(]{{0,20}}(?:{LOG_PROBABILITY.pattern})",
    re.IGNORECASE,
)
"""A difference of log-probabilities or of their ratios, which sampled estimates of a KL are made of."""
_ONE = regex(r"[-+] ?1(?:\.0?)?(?![\w.])|(?<![\w.])1(?:\.0?)? ?[-+]")
"""A 1 that is added or taken away, as in k3."""
_ALIAS = regex(rf"\b({'|'.join(sorted(DISTRIBUTIONS))}) as (\w+)")
"""A distribution under another name, as it is imported."""
_UNSAID = regex(
    r"(\"\"\"|''')(?s:.*?)\1|#[^\n]*|(\"(?:[^\"\\\n]|\\.){0,999}\"|'(?:[^'\\\n]|\\.){0,999}')",
)
"""Long strings and comments; a short string, in which a hash begins no comment, is matched to be kept."""
_TOP = regex(r"^(?=[^\s#)\]}])", re.MULTILINE)
"""Where a statement of the module begins: a line that is not indented and closes nothing."""
_DEFINITION = ("def ", "class ", "async ", "@")
_METHOD = regex(r"^([ \t]+)(?:async[ \t]+)?def\b", re.MULTILINE)
"""The first of a class tells how far methods are indented."""


def may_hold_terms(text: str) -> bool:
    """Whether a source may hold a KL or a sample.

    A KL has a logarithm or an exponential of something, and products; a sample has noise that
    something is multiplied with; both may be left to a library. Most files are told from their
    words alone, in a small part of the time that it takes to parse them.
    """
    if _has_call(text) and _PRODUCT.search(text):
        return True
    if any(word in text for word in (*_LIBRARY, *_OF_MATRICES)):
        return True
    if any(word in text for word in _SOURCES) and (_SCALED_NOISE.search(text) or _DRAW.search(text)):
        return True
    if _SQUARED_LOG.search(text) or _GIVEN_TWICE.search(text) or _may_lack_exponential(text):
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
    if TOPIC.says(text) or ("kl" in lowered and KL.says(lowered)):
        return True
    return any(word in text for word in _NORMALS) or ("normal(" in text and _CALL.search(text) is not None)


def gives_density(code: str) -> bool:
    """Whether a source may compute the logarithm of a density, which estimates are made of."""
    return LOG_DENSITY.says(code)


def is_candidate(text: str) -> bool:
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
    if RANDOM_WORD.says(code) and _PRODUCT.search(code) and _SUM.search(code):
        return True
    if "normal(" in code and _DRAW.search(code):
        return True
    is_square = _SQUARE.search(code) or _SQUARE.search(around)
    if not (is_square or LOG_SCALE.says(code) or KL.says(code)):
        return False
    return _has_sums(code) or (around != "" and _has_sums(f"{code}\n{around}"))


def _may_lack_exponential(code: str) -> bool:
    """Whether a source that says KL may add up a square and a log-scale whose exponential was forgotten."""
    lowered = code.lower()
    says_kl = "kl" in lowered and ("kld" in lowered or KL.says(code))
    return says_kl and LOG_SCALE.says(code) and may_combine(code)


def _may_estimate(code: str) -> bool:
    """Whether a source may estimate a KL from log-probabilities: it says KL, or has what k3 is made of."""
    if not RATIO_PART.says(code):
        return False
    # The search for a difference takes most of the time of all of them, so that it comes last.
    says_kl = "kl" in code.lower() and KL.says(code)
    if not (says_kl or (_has_call(code) and _ONE.search(code) and _has_sums(code))):
        return False
    return _LOG_RATIO.search(code) is not None


def may_combine(code: str) -> bool:
    """Whether a function may add up a term of squares, logarithms and scales that others compute."""
    return _SQUARE.search(code) is not None and _has_sums(code)


def with_own_names(text: str) -> str:
    """A source in which distributions have the names of their library, whatever it imports them as."""
    if not any(f"{name} as " in text for name in DISTRIBUTIONS):
        return text
    for own, other in _ALIAS.findall(text):
        # A call by the other name, and by no longer one that ends so.
        text = re.sub(rf"\b{other}\(", f"{own}(", text)
    return text


def without_comments(text: str) -> str:
    """A source without its comments and long strings, every line in its place."""
    return _UNSAID.sub(lambda found: found[2] or "\n" * found[0].count("\n"), text)


def _has_call(code: str) -> bool:
    """Whether a source calls a logarithm or an exponential; most have not even a part of their names."""
    return any(word in code for word in _CALLS) and _CALL.search(code) is not None


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
        # Before each line that begins a function as far to the right as the first method.
        yield from re.split(rf"^(?={first[1]}(?:async[ \t]+)?def\b)", part, flags=re.MULTILINE)
