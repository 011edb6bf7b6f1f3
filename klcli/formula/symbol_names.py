"""The words of a tree: what its functions are called, and what its symbols and indices may be called."""

from __future__ import annotations

from klcli.lazy_regex import regex

FUNCTIONS = ("exp", "log", "sqrt", "abs", "expm1", "log1p", "softplus")
"""The functions of one argument that a `Call` may name and a text may use; log is the natural logarithm."""

STEPS = ("trunc",)
"""What a `Call` may name besides: trunc is what a cast to integers does; no text asks for it by name."""

MATRIX_FUNCTIONS = (
    *("trace", "det", "logdet", "inverse", "transpose", "diagonal", "cholesky"),
    *("bars", "norm", "eye", "numel"),
)
"""The functions that a `MatrixCall` may name.

``bars`` is |x|, the determinant of a matrix, the length of a vector and the absolute value of a number;
``diagonal`` is the diagonal of a matrix and the diagonal matrix of a vector; ``numel`` counts entries.
"""

MAX_NAME = 60
"""Characters of a name."""

_SYMBOL = regex(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*\Z")
"""A name in ASCII, with parts between dashes."""
_RESERVED = regex(
    rf"({'|'.join(FUNCTIONS)}|ln)(_\d\w*)?\Z|(log2|log10|lg|pi|e|sum(_[A-Za-z])?)\Z"
    r"|(and|else|for|if|in|is|not|or|return)\Z"
)
"""No names: functions, constants and sums, and words of Python that would be products in mathematics."""
INDICES = {
    "sum": regex(r"[A-Za-z]?\Z"),
    "mean": regex(r"\Z"),
    "prod": regex(r"\Z"),
    "E": regex(rf"[A-Za-z]{{0,{MAX_NAME}}}\Z"),
}
"""What an index may be, by the kind of reduction."""


def is_symbol(name: str) -> bool:
    """Whether a variable may have a name."""
    return len(name) <= MAX_NAME and bool(_SYMBOL.match(name)) and not _RESERVED.match(name)
