"""How the series of a plot are told apart, in every medium: colours, dashes and letters.

The colours are those of Okabe and Ito (Color Universal Design, 2008), which the colour-blind tell apart,
and lighter ones for a dark ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_letters, digits

from klcli.report.document import Curve, Plot
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """The colour of what is no series, on a light ground and on a dark one."""

    light: str
    dark: str


PLAIN = {
    "ground": Ground("#ffffff", "#16191d"),
    "text": Ground("#1b1f24", "#e6e9ec"),
    "muted": Ground("#57606a", "#a5adb5"),
    "grid": Ground("#e3e6e9", "#31373d"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one series.

    Attributes:
        name: of the look.
        light: its colour on a light ground.
        dark: its colour on a dark one.
        terminal: its colour, or style, in a terminal.
        dashes: lengths of what is drawn and what is left out of a line, in turn; none for a solid one.
    """

    name: str
    light: str
    dark: str
    terminal: str
    dashes: tuple[int, ...] = ()


TRUTH = Look("truth", "#c4c8cc", "#5c636b", "bold")
"""The look of what the others are held against: broad, so that a line on top of it shows."""

_LOOKS = (
    Look("blue", "#0072b2", "#56b4e9", "cyan"),
    Look("red", "#d55e00", "#f08c4a", "yellow", (9, 4)),
    Look("green", "#00815c", "#2dc49b", "green", (7, 3, 2, 3)),
    Look("violet", "#a0408f", "#dc8fcf", "magenta", (3, 3)),
    Look("gold", "#8a6d00", "#e0c040", "red", (12, 3, 2, 3, 2, 3)),
    Look("black", "#444444", "#cccccc", "blue", (2, 4)),
)
"""No two have the same dashes, for whoever does not tell their colours apart: none, long ones, with a dot,
short ones, with two dots, dots alone."""


def looks() -> tuple[Look, ...]:
    """Every look."""
    return (TRUTH, *_LOOKS)


def look_of(index: int) -> Look:
    """The look of a series by its place, from 0."""
    return _LOOKS[index % len(_LOOKS)]


def letters(plot: Plot) -> Iterator[str]:
    """A letter for each series, the truth first if there is one: of its name, and of none before."""
    names = [series.name for series in plot.all]
    taken = {name for name in names if len(name) == 1}
    for index, name in enumerate(names):
        if len(name) == 1 and name.isprintable():
            yield name
            continue
        others = [one.name for place, one in enumerate(plot.all) if place != index and isinstance(one, Curve)]
        letter = next(_candidates(name, others, taken), "?")
        taken.add(letter)
        yield letter


def _candidates(name: str, others: list[str], taken: set[str]) -> Iterator[str]:
    """The letters that a name can have, the best first: its initial, what no other name has, any of it."""
    shared = any(other[:1] == name[:1] for other in others)
    own = [sign for sign in name if not any(sign in other for other in others)]
    signs = [*("" if shared else name[:1]), *own, *name, *digits, *ascii_letters]
    return (sign for sign in signs if sign.isalnum() and sign not in taken)
