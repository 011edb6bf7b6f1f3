"""Commands of LaTeX: which are operators, functions, letters, accents, and which only change the look."""

from __future__ import annotations

LATEX_VARIANTS = {f"var{name}": name for name in ("epsilon", "phi", "rho", "sigma", "theta")} | {"ell": "ell"}
"""Commands for other shapes of Greek letters, and for the script l."""

LATEX_OPERATORS = {"cdot": "*", "times": "*", "ast": "*", "odot": "*", "div": "/"}
LATEX_FUNCTIONS = {"log": "log", "ln": "log", "exp": "exp", "tanh": "tanh"}
_SIZES = ("big", "Big", "bigg", "Bigg")
_SIZED_BRACKETS = (size + side for size in _SIZES for side in ("", "l", "r"))
_SPACES = ("quad", "qquad", ",", ";", ":", "!", " ", "\n", "\\")
_LOOKS = ("left", "right", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "rm", "bf", "it")
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
