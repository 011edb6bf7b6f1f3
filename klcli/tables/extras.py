"""Libraries that only some formats need, and how to install them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from klcli.errors import KlcliError


def needed(library: str, extra: str, because: str, verb: str = "reads") -> Any:
    """A library that an extra of this project brings.

    Args:
        library: its name.
        extra: that of the extra.
        because: what needs it, as the beginning of a sentence.
        verb: what it does there.

    Raises:
        KlcliError: it is not installed.
    """
    try:
        return import_module(library)
    except ImportError:
        raise KlcliError(
            f"{because}, which {library} {verb}, and {library} is not installed",
            f"pip install 'klcli[{extra}]'",
        ) from None
