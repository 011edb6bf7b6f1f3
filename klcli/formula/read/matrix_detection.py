"""By what a formula of matrices is known: words and bars in its text, functions of matrices in its tree."""

from __future__ import annotations

import re
from functools import cache

from klcli.formula.read.functions_and_transposes import MATRIX_WORDS
from klcli.formula.traversal import walk
from klcli.formula.tree import Call, MatrixCall, Tree
from klcli.lazy_regex import regex

BAR = regex(r"\||\\[lr]?vert")
"""A bar of a determinant, perhaps."""


@cache
def matrix_word() -> re.Pattern[str]:
    """A function of matrices, perhaps, in one of the languages."""
    from klcli.formula.read.calls.matrices import MATRIX_CALLS  # for texts alone

    words = "|".join(sorted({*MATRIX_WORDS, *MATRIX_CALLS, "ln_det", "log_det"} - {"t"}))
    # An underscore ends a word, as in logdet_S.
    return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")


def has_matrices(tree: Tree) -> bool:
    """Whether a function of matrices occurs; products and lengths alone are those of vectors.

    The logarithm of ``|x|`` is one of a determinant where something else is of matrices, too.
    """
    calls = [node for node in walk(tree) if isinstance(node, MatrixCall)]
    if any(node.function not in ("transpose", "norm", "numel", "bars", "eye") for node in calls):
        return True
    logs = [node for node in walk(tree) if isinstance(node, Call) and node.function == "log"]
    volumes = any(isinstance(part, MatrixCall) for node in logs for part in walk(node.argument))
    return volumes and any(node.function in ("transpose", "norm") for node in calls)
