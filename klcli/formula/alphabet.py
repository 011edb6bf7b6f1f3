"""The signs of mathematical writing: Greek letters, subscripts, superscripts, fractions, operators.

Reading and printing share these tables, so that what one writes the other understands.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Sigma": "Σ",
    "Lambda": "Λ",
    "Omega": "Ω",
}
"""Names and signs of the Greek letters that stand for quantities; pi is a constant and not among them."""

_LETTERS = {sign: name for name, sign in GREEK.items()} | {"ς": "sigma", "π": "pi"}

SUBSCRIPTS = dict(zip("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPERSCRIPTS = dict(zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True))
FRACTIONS = {
    "½": Fraction(1, 2),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅛": Fraction(1, 8),
}

OPERATORS = {
    "+": "+",
    "-": "-",
    "−": "-",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "﹣": "-",
    "➖": "-",
    "*": "*",
    "·": "*",
    "⋅": "*",
    "×": "*",
    "∗": "*",
    "∙": "*",
    "•": "*",
    "✕": "*",
    "✖": "*",
    "⨯": "*",
    "⊙": "*",
    "/": "/",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "➗": "/",
    "^": "^",
}
"""Every sign of an operator, by the operator of the tree that it means; ``**`` is read as ``^``."""


def letter(sign: str) -> str | None:
    """The name of a Greek letter in any of its code points and shapes (both of mu, ``ϵ``, ``𝜎``), or None."""
    return _LETTERS.get(unicodedata.normalize("NFKC", sign))
