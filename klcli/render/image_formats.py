"""Pictures in files: the ending of the name says how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from klcli.errors import KlcliError
from klcli.render.character_spellings import visible
from klcli.report.document import Plot

ENDINGS = (".svg", ".png")
"""Each is a module of `klcli.render`."""


def drawn(plots: Sequence[Plot], name: str) -> bytes:
    """The content of a file with plots, one below the other.

    Neither a display nor the user's settings are used, and the same plots give the same bytes.

    Raises:
        KlcliError: the name has another ending, or what draws it is not installed.
    """
    check(name)
    content = import_module(f"klcli.render.{_ending(name)[1:]}").render(plots)
    return content.encode() if isinstance(content, str) else bytes(content)


def check(name: str) -> None:
    """Check that files with such a name can be drawn.

    Raises:
        KlcliError: they cannot.
    """
    if _ending(name) not in ENDINGS:
        raise KlcliError(
            f"cannot draw a picture into {visible(name) or repr(name)}",
            f"its name ends in {' or '.join(ENDINGS)}; an SVG needs nothing installed",
        )


def _ending(name: str) -> str:
    return Path(name).suffix.lower()
