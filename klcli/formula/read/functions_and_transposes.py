"""The words for functions, and the signs of a transpose, in mathematical writing.

A word for a function of matrices is one only in a text about matrices; in any other ``tr`` and ``det`` are
names like all others.
"""

from __future__ import annotations

from collections.abc import Mapping

from klcli.formula.symbol_names import FUNCTIONS
from klcli.lazy_regex import regex

WORD_FUNCTIONS: Mapping[str, str] = {name: name for name in FUNCTIONS} | {"ln": "log"}
"""The words for functions of numbers."""

MATRIX_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("tr", "Tr", "trace", "Trace"), "trace"),
    **dict.fromkeys(("det", "Det"), "det"),
    **dict.fromkeys(("logdet",), "logdet"),
    **dict.fromkeys(("inv", "inverse"), "inverse"),
    **dict.fromkeys(("diag", "diagonal"), "diagonal"),
    **dict.fromkeys(("chol", "cholesky"), "cholesky"),
    **{name: name for name in ("transpose", "eye", "numel", "norm")},
}
"""The words for functions of matrices."""

_CALLED_ONLY = frozenset(("diag", "diagonal", "eye", "numel", "norm", "inv", "inverse", "transpose"))
_ALSO_CALLED = {"log_det": "logdet", "ln_det": "logdet"}
_OPENING = regex(r"\s*(?:\\left\s*|\\[bB]igg?l?\s*)?[(\[{]")
"""A bracket of an argument."""
_T = (
    r"(?:T(?![A-Za-z0-9_])|⊤|\\top(?![A-Za-z])|\\intercal(?![A-Za-z])|\\prime(?![A-Za-z])|'"
    r"|\\(?:mathsf|mathrm|mathtt|text|intercal)\s*(?:\{\s*T\s*\}|T))"
)
TRANSPOSE = regex(
    rf"['’′ᵀ⊤]|\^\s*(?:{_T}|\{{\s*(?P<inverse>[-−])?\s*(?:{_T})\s*\}})|\^\s*\{{\s*\{{\s*{_T}\s*\}}\s*\}}"
)
"""The signs of a transpose, and of a transposed inverse."""
MATRIX_COMMAND = regex(rf"\\({'|'.join(MATRIX_WORDS)})(?![A-Za-z])")
"""A function of matrices as a command of LaTeX."""


def matrix_function(word: str, text: str, position: int) -> str | None:
    """The function of matrices that a word is, which ends at a place of a text; None if it is a name.

    Args:
        word: that may be a function.
        text: it stands in.
        position: behind the word.
    """
    called = _OPENING.match(text, position) is not None
    if word in _ALSO_CALLED and called:
        return _ALSO_CALLED[word]
    return MATRIX_WORDS.get(word) if called or word not in _CALLED_ONLY else None
