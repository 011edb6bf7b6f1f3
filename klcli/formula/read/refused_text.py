"""What stands beside formulas and is none: which part it is, and what to leave out or to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping

from klcli.errors import clipped
from klcli.lazy_regex import regex

_ONE_SIDE = "give one side of it; the other side is no part of the formula"
_COMMANDS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("le", "leq", "ge", "geq", "ll", "gg", "ne", "neq", "propto", "sim", "to", "in", "implies"),
        ("'{}' makes this a statement and no formula", _ONE_SIDE),
    ),
    **dict.fromkeys(
        ("Rightarrow", "rightarrow", "Leftrightarrow", "iff", "Longrightarrow", "mapsto", "leqslant"),
        ("'{}' makes this a statement and no formula", _ONE_SIDE),
    ),
    **dict.fromkeys(
        ("int", "iint", "oint"),
        ("an integral is no closed form", "give what it comes to, or leave that term out"),
    ),
    **dict.fromkeys(("prod",), ("products over an index are not read", "write the sum of the logarithms")),
    **dict.fromkeys(
        ("nabla", "partial"), ("a derivative is not read", "give the formula that is differentiated")
    ),
    **dict.fromkeys(
        ("dots", "ldots", "cdots", "vdots"),
        ("'{}' stands for what is not written out", r"write a sum with an index, as in \sum_j \mu_j^2"),
    ),
    **dict.fromkeys(
        ("begin", "end"),
        ("'{}' is of an environment with several formulas", "give one of its rows or cases by itself"),
    ),
    "infty": ("'{}' is no number", "leave out the bounds of integrals and limits"),
    "mathbb": ("'{}' is read in expectations only, as in \\mathbb{{E}}_q[x]", "leave that term out"),
    "parallel": ("'{}' divides distributions", "give the formula of the divergence, not its name"),
}
_SIGNS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys("<>≤≥≪≫≠∝∼→⇒∈⟹", ("'{}' makes this a statement and no formula", _ONE_SIDE)),
    "∫": _COMMANDS["int"],
    "∏": _COMMANDS["prod"],
    **dict.fromkeys("∇∂", _COMMANDS["nabla"]),
    "…": _COMMANDS["dots"],
    "⋯": _COMMANDS["dots"],
    "∞": _COMMANDS["infty"],
    "—": ("is '{}' a minus sign?", "write '-' for a difference; leave a dash between words out"),
    "`": ("'{}' is no part of a formula", "give what stands between the back-ticks, and nothing else"),
    ":": ("'{}' is no part of a formula", "leave out what stands before it; divide with '/'"),
    "#": ("'{}' is no part of a formula", "leave comments out"),
    '"': ("'{}' is no part of a formula", "leave the quotation marks out"),
}
_COMMAND = regex(r"\\([A-Za-z]+)")
"""A command of LaTeX."""
_PROSE = regex(r"[,.]?\s*\b(where|with|if|for|when|and|so|is|are|the|which|here)\b")
"""A word with which the text around a formula goes on."""
WORDS = "words are no part of a formula: leave out what stands around it"

_SHOWN = 40
"""Characters of a divergence in a message: ``KL(q(z|x) || p(z))`` with the names that people give it."""
_DIVERGENCE = regex(r"(D_?)?(KL|kl|KLD|JS)(_\w+)?\Z")
"""The name of a divergence, before its brackets."""
_DENSITY = regex(r"[pqPQND](_\w+)?\Z")
"""The letter of a distribution."""
_LIKELIHOOD = regex(r"p(_\w+)?\Z")
"""The letter of a likelihood, where something is given."""
_GIVEN = regex(r"\(\s*\\?(?:mathbf|boldsymbol|bm|vec)?\{?[xy]\b.*?(?:\||\\mid|\\vert)", re.DOTALL)
"""The density of what is seen, given something: ``(x|z)``, ``(x^{(i)} \\mid z)``."""
_BETWEEN = regex(r"[|‖,;]|\\(?:mid|vert|Vert|parallel)(?![A-Za-z])")
"""What stands between two distributions."""


def leftover(text: str, position: int) -> tuple[str, str] | None:
    """What is wrong with the sign or command at a place, and what to do; None if nothing is known."""
    if found := _COMMAND.match(text, position):
        known = _COMMANDS.get(found[1])
        return known and (known[0].format(found[0]), known[1])
    if text[position] in ",." and (prose := _PROSE.match(text, position)):
        return f"'{prose[1]}' begins words and no formula", f"leave out what stands from '{prose[1]}' on"
    known = _SIGNS.get(text[position])
    return known and (known[0].format(text[position]), known[1])


def distribution(name: str, text: str, start: int, opening: int) -> tuple[str, str] | None:
    """What is wrong with the name of a divergence or density before a bracket; None for other names.

    Args:
        name: the name of the symbol.
        text: the whole text.
        start: where the name begins in it.
        opening: where the bracket stands.
    """
    end = _closing(text, opening)
    written = clipped(text[start:end], _SHOWN)
    if _DIVERGENCE.match(name):
        hint = "give its formula; in front of '=' the name may stay"
        return f"'{written}' is the name of a divergence", hint
    if _DENSITY.match(name) and _BETWEEN.search(text, opening, end):
        return f"'{written}' is a density and no number", f"leave out the term with '{written}'"
    return None


def likelihood(name: str, text: str, opening: int) -> int:
    """Where the likelihood ends whose name stands before a bracket, as in ``p(x|z)``; 0 where it is none.

    It is a term of a bound, and none of a KL.

    Args:
        name: what stands before the bracket.
        text: the whole text.
        opening: the place of the bracket.
    """
    end = _closing(text, opening)
    return end if _LIKELIHOOD.match(name) and _GIVEN.match(text, opening, end) else 0


def _closing(text: str, opening: int) -> int:
    """The place behind the bracket that closes the one at a place, or the end of the text."""
    nesting = 0
    for place in range(opening, len(text)):
        nesting += (text[place] in "([{") - (text[place] in ")]}")
        if nesting == 0:
            return place + 1
    return len(text)
