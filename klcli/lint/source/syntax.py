"""The syntax of a source that is Python as it stands."""

from __future__ import annotations

import ast
import warnings

FAILURES = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What parsing raises for text that is no Python, or nested too deeply."""


def syntax(text: str) -> ast.Module:
    """The tree of a source; raises one of FAILURES."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # escapes in the strings of others
        return ast.parse(text)
