"""What a function takes, and what its last line gives back, by the names that are written there."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any


def parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters of a function; none where Python does not know them."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def placed_parameters(function: Any) -> list[inspect.Parameter]:
    """The parameters that have a place."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one for one in parameters(function) if one.kind in kinds]


def names_of_parameters(function: Any) -> list[str]:
    """The names of the parameters."""
    return [one.name for one in parameters(function)]


def takes_any_name(function: Any) -> bool:
    """Whether a function takes any arguments by name."""
    return any(one.kind is one.VAR_KEYWORD for one in parameters(function))


def returned_names(function: Any) -> list[str]:
    """The names in the last return statement of a function; an empty text for what is no name."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value]
    last = max(found, key=lambda one: one.lineno, default=None)
    parts = last.elts if isinstance(last, (ast.Tuple, ast.List)) else [last]
    return [part.id if isinstance(part, ast.Name) else "" for part in parts]
