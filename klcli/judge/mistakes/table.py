"""Every mistake that is known by name, by its code.

Codes are stable: they stand in scripts and in comments of other people's code.
"""

from __future__ import annotations

from collections.abc import Mapping

from klcli.errors import KlcliError
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.of_code import OF_CODE
from klcli.judge.mistakes.of_matrices import OF_MATRICES
from klcli.judge.mistakes.of_numbers import OF_NUMBERS

__all__ = ["MISTAKES", "find_mistake", "place_of"]

MISTAKES: Mapping[str, Mistake] = {mistake.code: mistake for mistake in (*OF_NUMBERS, *OF_MATRICES, *OF_CODE)}
"""Every mistake, by its code."""


def place_of(mistake: Mistake) -> int:
    """The place of a mistake in the table: of two that explain a formula alike the first is named."""
    return list(MISTAKES).index(mistake.code)


def find_mistake(code: str) -> Mistake:
    """The mistake with a code.

    Raises:
        KlcliError: there is none.
    """
    if (found := MISTAKES.get(code.upper())) is None:
        raise KlcliError(f"there is no mistake {code!r}", "klcli explain lists them")
    return found
