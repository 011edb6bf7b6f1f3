r"""What a quantity is said to depend on: ``\sigma_\phi(x)`` is one number, and no product with x.

Networks put out means and spreads, and papers write what they are put out for. A Greek letter that touches a
bracket with nothing but inputs or parameters in it is a value of a function, if these stand nowhere else in
the text; what it is a value at is no part of its name, unless the text has it at several places.
"""

from __future__ import annotations

from collections.abc import Sequence

from klcli.formula.character_tables import GREEK
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.token_stream import Token
from klcli.lazy_regex import regex
from klcli.values import dataclass, replace

_INPUTS = frozenset("abcdfghoqrtuvwxyzADGHIOTUVWXYZ")
"""Letters of what goes into a network: data, labels, states, time, weights; s and m are often its outputs."""
_PARAMETERS = frozenset(("theta", "phi", "psi", "omega", "eta", "lambda"))

_LEFT = regex(r"(?:\\(?:left|[bB]igg?l?)\s*)?\Z")
"""What stands between a letter and a bracket that touch."""


@dataclass(frozen=True, slots=True)
class _LetterValue:
    """A letter and the inputs in brackets behind it, by the places of their tokens."""

    letter: int
    opening: int
    closing: int
    inputs: tuple[str, ...]


def without_inputs(tokens: Sequence[Token], text: str) -> list[Token]:
    """The tokens without the inputs that letters are said to depend on.

    The token before such a bracket reaches to its end, so that the whole is one place in the text.

    Raises:
        FormulaError: an input is a factor elsewhere, so that it may be one here.
    """
    values = [found for place in range(len(tokens)) if (found := _value(tokens, place, text))]
    if not values:
        return list(tokens)
    _check_elsewhere(values, tokens, text)
    several = {
        tokens[one.letter].name
        for one in values
        for two in values
        if tokens[one.letter].name == tokens[two.letter].name and one.inputs != two.inputs
    }
    left = list(tokens)
    for value in reversed(values):
        before = value.opening - 1
        left[before] = replace(left[before], end=tokens[value.closing].end)
        if (name := tokens[value.letter].name) in several:
            left[value.letter] = replace(left[value.letter], name="_".join((name, *value.inputs)))
        del left[value.opening : value.closing + 1]
    return left


def _value(tokens: Sequence[Token], place: int, text: str) -> _LetterValue | None:
    r"""The value of a function that begins at a place, as ``\sigma(x)`` and ``\sigma^{2}(x)``."""
    if tokens[place].kind != "symbol" or tokens[place].name.split("_")[0] not in GREEK:
        return None
    opening = _behind_power(tokens, place + 1)
    if tokens[opening].name != "(":
        return None
    between = text[tokens[opening - 1].end : tokens[opening].start]
    if not (_LEFT.match(between) or (_is_network(tokens[place]) and not between.strip())):
        return None
    closing, inputs = opening + 1, []
    while tokens[closing].kind == "symbol" and _is_input(tokens[closing].name):
        inputs.append(tokens[closing].name)
        closing += 1
        if tokens[closing].kind != "comma":
            break
        closing += 1
    if not inputs or tokens[closing].name != ")":
        return None
    return _LetterValue(place, opening, closing, tuple(inputs))


def _behind_power(tokens: Sequence[Token], place: int) -> int:
    """The place behind the whole number that is the exponent at a place, if there is one."""
    if tokens[place].kind == "power":
        return place + 1
    if tokens[place].name != "^":
        return place
    names = [token.name for token in tokens[place + 1 : place + 1 + len("{n}")]]
    if len(names) == len("{n}") and names[0] == "{" and names[1].isdigit() and names[2] == "}":
        return place + 1 + len(names)
    return place + 2 if names and names[0].isdigit() else place


def _is_network(letter: Token) -> bool:
    r"""Whether a letter carries the parameters of a network: ``\mu_\theta`` is a function by its name."""
    return not _PARAMETERS.isdisjoint(letter.name.split("_")[1:])


def _is_input(name: str) -> bool:
    base = name.split("_")[0]
    return base in _INPUTS or base in _PARAMETERS


def _check_elsewhere(values: Sequence[_LetterValue], tokens: Sequence[Token], text: str) -> None:
    """Refuse inputs that stand elsewhere, too, unless the letter has a parameter as its subscript."""
    inside = {place for value in values for place in range(value.opening, value.closing)}
    elsewhere = {
        token.name for place, token in enumerate(tokens) if token.kind == "symbol" and place not in inside
    }
    for value in values:
        letter = tokens[value.letter]
        if not _is_network(letter) and elsewhere.intersection(value.inputs):
            end = tokens[value.opening].start
            written, bracket = text[letter.start : end], text[end : tokens[value.closing].end]
            times = r"\cdot" if "\\" in text else "*"
            raise FormulaError(
                f"is '{written}' a function or a factor here?",
                text,
                letter.start,
                f"write '{written}' for its value, '{written} {times} {bracket}' for a product",
            )
