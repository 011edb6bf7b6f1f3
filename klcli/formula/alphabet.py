"""The signs of mathematical writing: Greek letters, subscripts, superscripts, fractions, LaTeX commands.

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

LATEX_VARIANTS = {f"var{name}": name for name in ("epsilon", "phi", "rho", "sigma", "theta")} | {"ell": "ell"}
"""Commands for other shapes of Greek letters, and for the script l."""

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

LATEX_OPERATORS = {"cdot": "*", "times": "*", "ast": "*", "odot": "*", "div": "/"}
LATEX_FUNCTIONS = {"log": "log", "ln": "log", "exp": "exp", "tanh": "tanh"}
_SIZES = ("big", "Big", "bigg", "Bigg")
_SIZED_BRACKETS = (size + side for size in _SIZES for side in ("", "l", "r"))
_SPACES = ("quad", "qquad", ",", ";", ":", "!", " ", "\n", "\\")
_LOOKS = ("left", "right", "displaystyle", "textstyle", "limits", "nolimits", "rm", "bf", "it")
LATEX_IGNORED = frozenset((*_SIZED_BRACKETS, *_SPACES, *_LOOKS))
"""Commands that change how a formula looks and not what it means."""

_OF_MATHEMATICS = ("rm", "it", "bf", "sf", "tt", "cal", "scr", "frak", "normal")
_OF_TEXT = ("", "rm", "it", "bf", "sf", "tt", "normal", "up")
STYLES = (
    *(f"math{style}" for style in _OF_MATHEMATICS),
    *(f"text{style}" for style in _OF_TEXT),
    *("boldsymbol", "bm", "pmb", "vec", "mbox", "operatorname"),
)
"""Commands that give a letter or word another shape; the shape is no part of a name."""
ACCENTS = {
    **{"hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde"},
    **{"bar": "bar", "overline": "bar", "check": "check", "dot": "dot"},
}
"""Commands that put an accent on a letter, by what they add to its name: an estimate is another quantity."""
COMBINING = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot"}
"""The same accents as signs that follow a letter."""


def letter(sign: str) -> str | None:
    """The name of a Greek letter in any of its code points and shapes (both of mu, ``ϵ``, ``𝜎``), or None."""
    return _LETTERS.get(unicodedata.normalize("NFKC", sign))
