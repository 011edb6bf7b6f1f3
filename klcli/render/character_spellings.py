"""The signs that words are written with, and their spelling in ASCII and in LaTeX.

A document's words may hold any character; where a format or a stream lacks one, this table decides what
stands in its place. Greek letters, fractions and raised digits come from the tables of the formula language.
"""

from __future__ import annotations

import unicodedata

from klcli.formula.character_tables import FRACTIONS, GREEK, SUBSCRIPTS, SUPERSCRIPTS, letter
from klcli.lazy_regex import regex

_SIGNS = {
    "≈": ("~", r"\approx"),
    "±": ("+/-", r"\pm"),
    "∓": ("-/+", r"\mp"),
    "−": ("-", "-"),
    "·": ("*", r"\cdot"),
    "⋅": ("*", r"\cdot"),
    "×": ("x", r"\times"),
    "÷": ("/", r"\div"),
    "⁄": ("/", "/"),
    "≤": ("<=", r"\le"),
    "≥": (">=", r"\ge"),
    "≠": ("!=", r"\ne"),
    "≡": ("==", r"\equiv"),
    "≪": ("<<", r"\ll"),
    "≫": (">>", r"\gg"),
    "∝": ("proportional to", r"\propto"),
    "∞": ("inf", r"\infty"),
    "√": ("sqrt", r"\surd"),
    "∑": ("sum", r"\sum"),
    "∏": ("product", r"\prod"),
    "∫": ("integral", r"\int"),
    "∂": ("d", r"\partial"),
    "∇": ("grad", r"\nabla"),
    "∈": ("in", r"\in"),
    "‖": ("||", r"\parallel"),
    "→": ("->", r"\to"),
    "←": ("<-", r"\leftarrow"),
    "↔": ("<->", r"\leftrightarrow"),
    "⇒": ("=>", r"\Rightarrow"),
    "⇔": ("<=>", r"\Leftrightarrow"),
    "•": ("*", r"\bullet"),
    "✓": ("ok", r"\checkmark"),
    "✗": ("x", r"\times"),
    "°": (" degrees", r"^{\circ}"),
    "ᵀ": ("^T", "^{T}"),
    "ⁿ": ("^n", "^{n}"),
    "π": ("pi", r"\pi"),
    "Γ": ("Gamma", r"\Gamma"),
    "Δ": ("Delta", r"\Delta"),
    "Θ": ("Theta", r"\Theta"),
    "Φ": ("Phi", r"\Phi"),
    "Ψ": ("Psi", r"\Psi"),
    "─": ("-", "-"),
    "│": ("|", "|"),
}
"""Each sign with its spelling in ASCII and in LaTeX's mathematics."""

_SIGNS |= {
    sign: (str(value), rf"\frac{{{value.numerator}}}{{{value.denominator}}}")
    for sign, value in FRACTIONS.items()
}
_SIGNS |= {sign: (name, rf"\{name}") for name, sign in GREEK.items()}
_SIGNS |= {sign: (f"{letter(sign)}", rf"\{letter(sign)}") for sign in "µϵϕςϱϑ"}

_PUNCTUATION = {
    "–": ("-", r"\textendash{}"),
    "—": ("--", r"\textemdash{}"),
    "‘": ("'", "`"),
    "’": ("'", "'"),
    "“": ('"', "``"),
    "”": ('"', "''"),
    "…": ("...", r"\dots{}"),
    "\N{NO-BREAK SPACE}": (" ", "~"),
}
"""Signs that LaTeX sets as text."""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    '"': "''",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
}
"""ASCII characters that LaTeX would take for commands, or shows as others in its usual font."""

_ASCII = str.maketrans({sign: spelling for sign, (spelling, _) in (_SIGNS | _PUNCTUATION).items()})
_LATEX = str.maketrans(
    _SPECIAL
    | {sign: f"${spelling}$" for sign, (_, spelling) in _SIGNS.items()}
    | {sign: spelling for sign, (_, spelling) in _PUNCTUATION.items()}
)

_RAISED = regex(f"[{''.join(SUPERSCRIPTS.values())}]+")
"""Raised digits and signs."""
_LOWERED = regex(f"[{''.join(SUBSCRIPTS.values())}]+")
"""Lowered digits and signs."""
_TO_BASELINE = str.maketrans(
    {sign: plain for table in (SUPERSCRIPTS, SUBSCRIPTS) for plain, sign in table.items()}
)
_TO_RAISED = str.maketrans(SUPERSCRIPTS)

_MIXED_NUMBER = regex(rf"(\d)([{''.join(FRACTIONS)}])")
"""A number before a fraction sign."""
_MINUS = regex(r"(?<![\w)\]-])-(?=\.?\d)")
"""The minus of a number."""
_POWER = regex(r"(?<=[\w)\]])\^(-?\d+)(?![\w.])")
"""A power that is a whole number."""
_AFTER_RELATION = regex(r"(?<=[≈±]) ")
"""A number stays with the sign before it."""
_DIVERGENCE = regex(r"KL\((\w) \$\\parallel\$ (\w)\)")
"""A divergence whose bars are in mathematics, so that all of it has to be."""
_CONTROLS = regex(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
"""Control characters of both tables, but those that end and indent lines. A carriage return alone would let
one line hide another."""
_KNOWN_TO_LATEX = frozenset([*_SIGNS, *_PUNCTUATION, *SUPERSCRIPTS.values(), *SUBSCRIPTS.values()])


def visible(text: str) -> str:
    r"""The text on one line, without characters that act on a terminal or a reader instead of being seen.

    Breaks become spaces; control characters, changes of the writing direction, private characters and lone
    surrogates become escapes (``\x1b``).
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else _escaped(sign) for sign in text)


def seen(text: str) -> str:
    r"""A text of several lines, without characters that a terminal obeys.

    Escape codes and other control characters become escapes (``\x1b``); line ends, tabs and form feeds,
    which belong to sources, stay, and so does every character that can be seen.
    """
    return _CONTROLS.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def to_ascii(text: str) -> str:
    r"""The text with its signs spelled in ASCII: ``σ² ≈ 1`` is ``sigma^2 ~ 1``.

    Accents are dropped, and what has no spelling is escaped (``\u4e2d``).
    """
    text = _on_the_line(_MIXED_NUMBER.sub(r"\1 \2", text), "^{}", "_{}")
    text = unicodedata.normalize("NFKD", text.translate(_ASCII)).translate(_ASCII)
    bare = "".join(character for character in text if not unicodedata.combining(character))
    return bare.encode("ascii", "backslashreplace").decode("ascii")


def to_latex(text: str) -> str:
    r"""The text for LaTeX's text mode: signs as mathematics, special characters escaped, the rest in ASCII.

    What words say in ASCII is typeset as it is meant: ``-2`` with a minus sign, ``1.2^2`` with a raised 2,
    ``KL(q || p)`` as a divergence.
    """
    text = "".join(sign if sign.isascii() or sign in _KNOWN_TO_LATEX else to_ascii(sign) for sign in text)
    text = _POWER.sub(lambda power: power[1].translate(_TO_RAISED), text)
    text = _MINUS.sub("−", text.replace("||", "‖").replace("->", "→"))
    text = _AFTER_RELATION.sub("\N{NO-BREAK SPACE}", text).translate(_LATEX)
    text = _on_the_line(text, "$^{{{}}}$", "$_{{{}}}$").replace("--", "-{}-")
    return _DIVERGENCE.sub(r"$\\mathrm{KL}(\1 \\parallel \2)$", text)


def to_latex_math(text: str) -> str:
    """The text for LaTeX's mathematics: the sign or the divergence that it is, or words between formulas."""
    typeset = to_latex(visible(text))
    bare = typeset[1:-1]
    return bare if typeset == f"${bare}$" and "$" not in bare else rf"\text{{{typeset}}}"


def _on_the_line(text: str, raised: str, lowered: str) -> str:
    """The text with its raised and lowered characters put on the line, inside of these patterns."""
    text = _RAISED.sub(lambda run: raised.format(run[0].translate(_TO_BASELINE)), text)
    return _LOWERED.sub(lambda run: lowered.format(run[0].translate(_TO_BASELINE)), text)
