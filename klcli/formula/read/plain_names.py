"""Names in the letters that a symbol may have."""

from __future__ import annotations

import re
import unicodedata

from klcli.formula.character_tables import SUBSCRIPTS, letter
from klcli.lazy_regex import regex

_SUBSCRIPT = regex(rf"[{''.join(SUBSCRIPTS.values())}]+\Z")
"""Lowered signs at the end of a name."""


def plain_name(name: str) -> str:
    """The ASCII name of a symbol in Greek letters and subscripts: ``sigma_j`` for ``σⱼ`` and ``σ_j``."""
    raised = _SUBSCRIPT.sub(lambda found: "_" + unicodedata.normalize("NFKC", found[0]), name)
    # A letter that is not ASCII with digits behind it has them as a subscript.
    parts = re.sub(r"\A([^\x00-\x7f])(?=\d)", r"\1_", raised).split("_")
    return "_".join(letter(part) or part for part in parts)
