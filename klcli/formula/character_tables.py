"""The signs of mathematical writing: Greek letters, subscripts, superscripts, fractions, operators.

Reading and printing share these tables, so that what one writes the other understands.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction

_SMALL = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega"
_LARGE = "Sigma Lambda Omega"
GREEK = dict(zip(f"{_SMALL} {_LARGE}".split(), "αβγδεζηθκλμνξρστφχψωΣΛΩ", strict=True))
"""Names and signs of the Greek letters that stand for quantities; pi is a constant and not among them."""

_LETTERS = {sign: name for name, sign in GREEK.items()} | {"ς": "sigma", "π": "pi"}

SUBSCRIPTS = dict(zip("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPERSCRIPTS = dict(zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True))
FRACTIONS = dict(zip("½⅓⅔¼¾⅛", map(Fraction, ("1/2", "1/3", "2/3", "1/4", "3/4", "1/8")), strict=True))

OPERATORS = {
    "+": "+",
    **dict.fromkeys("-−–‐‑‒﹣➖", "-"),
    **dict.fromkeys("*·⋅×∗∙•✕✖⨯⊙", "*"),
    **dict.fromkeys("/÷∕⁄➗", "/"),
    "^": "^",
}
"""Every sign of an operator, by the operator of the tree that it means; ``**`` is read as ``^``."""


def letter(sign: str) -> str | None:
    """The name of a Greek letter in any of its code points and shapes (both of mu, ``ϵ``, ``𝜎``), or None."""
    return _LETTERS.get(unicodedata.normalize("NFKC", sign))
