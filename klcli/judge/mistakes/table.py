"""Every mistake that is known by name, by its code.

Codes are stable: they stand in scripts and in comments of other people's code.
"""

from __future__ import annotations

from collections.abc import Mapping

from klcli.errors import KlcliError
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.page_reader import entries

OF_NUMBERS = (*entries("in_one_term"), *entries("between_terms"), *entries("in_operations"))
"""The mistakes in formulas of numbers, in the order in which they are looked for."""
OF_MATRICES = entries("of_matrices")
"""Those that only formulas of matrices have."""

MISTAKES: Mapping[str, Mistake] = {
    mistake.code: mistake for mistake in (*OF_NUMBERS, *OF_MATRICES, *entries("KL2nn_found_by_lint"))
}
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
