"""Python source as it is found in the wild: modules and notebooks, parsed and never run."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass

__all__ = ["Module", "UnreadableError", "may_hold_terms", "parsed", "text_of"]

_WORTH = re.compile(r"\b(?:exp|log|softplus|expm1|log1p|exp_|log_)\b")
_SQUARE = re.compile(r"\*\*|\bpow|\bsquare|\bmul|\*", re.IGNORECASE)
_MAGIC = re.compile(r"^(\s*)([%!?].*|.*\?)$")


class UnreadableError(Exception):
    """A file that is no Python source; the argument is the reason in words."""


@dataclass(frozen=True, slots=True)
class Module:
    """Source that was parsed.

    Attributes:
        path: where it stands.
        text: the source; that of a notebook is the code of its cells, one after the other.
        tree: its syntax.
    """

    path: str
    text: str
    tree: ast.Module


def text_of(data: bytes, path: str) -> str:
    """The source in the bytes of a file; the code of a notebook, with its magics as comments.

    Raises:
        UnreadableError: no text, or no notebook.
    """
    if path.endswith(".ipynb"):
        return _notebook(data)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise UnreadableError("it is no text in the encoding that it declares") from None


def may_hold_terms(text: str) -> bool:
    """Whether a source is worth following: a KL has a logarithm or an exponential, and products."""
    return _WORTH.search(text) is not None and _SQUARE.search(text) is not None


def parsed(text: str, path: str) -> Module:
    """The module of a source.

    Raises:
        UnreadableError: it is no Python 3.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes in the strings of others
            return Module(path, text, ast.parse(text))
    except SyntaxError as error:
        reason = f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
        raise UnreadableError(f"it is no Python 3: {reason}") from None
    except (ValueError, RecursionError, MemoryError):
        raise UnreadableError("it is too deeply nested, or has null bytes") from None


def _notebook(data: bytes) -> str:
    try:
        cells = json.loads(data.decode("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableError("it is no notebook") from None
    lines = "\n\n".join(sources).split("\n")
    return "\n".join(_MAGIC.sub(r"\1pass  # \2", line) for line in lines)
