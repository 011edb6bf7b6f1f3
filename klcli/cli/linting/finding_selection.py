"""Which findings somebody wants to see: by code and by file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from klcli.errors import KlcliError, nearest
from klcli.lint.findings.types import Finding
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.cli.linting.gitignore_patterns import Patterns


@dataclass(frozen=True, slots=True)
class Selection:
    """Beginnings of codes: which are wanted, which are not, and which are not in some files."""

    select: tuple[str, ...] = ("KL",)
    ignore: tuple[str, ...] = ()
    per_file: tuple[tuple[Patterns, tuple[str, ...]], ...] = ()

    def holds(self, found: Finding) -> bool:
        """Whether a finding is wanted."""
        own = found.mistake
        if not own.code.startswith(self.select) or _begin_so(own.codes, self.ignore):
            return False
        return not any(
            _begin_so(own.codes, ignored) and files.matches(found.place.path)
            for files, ignored in self.per_file
        )


def _begin_so(codes: Iterable[str], beginnings: tuple[str, ...]) -> bool:
    return any(code.startswith(beginnings) for code in codes)


def codes(words: Iterable[str], where: str) -> tuple[str, ...]:
    """Codes, or their beginnings, from lists with commas: ``KL101,KL2``.

    Args:
        words: the lists.
        where: the option or the key that holds them.

    Raises:
        KlcliError: no code begins so, or there is none at all.
    """
    from klcli.judge.mistakes.table import MISTAKES

    # Between codes stand commas, blanks or both.
    found = tuple(code for word in words for code in re.split(r"[\s,]+", word.upper()) if code)
    every = tuple(MISTAKES)  # formulas of matrices among them, of which lint finds none
    for code in found:
        if not any(known.startswith(code) for known in every):
            # The beginning of a code is likelier right than its end.
            alike = [known for known in every if known[:4] == code[:4]] or every
            hint = nearest(code, alike) or "klcli explain lists the codes; KL2 stands for all that begin so"
            raise KlcliError(f"{where}: there is no code {code}", hint)
    if not found:
        raise KlcliError(f"{where} names no code", "for example: KL101,KL2")
    return found
