"""What a user can get wrong, each with the next thing to type."""

from __future__ import annotations

__all__ = ["KlcliError", "USAGE"]

USAGE = 2
"""Exit status of a usage error or of input that cannot be read."""


class KlcliError(Exception):
    """A mistake in the input: one message, one hint, one exit status.

    Args:
        message: what is wrong and why, in one line (a formula error adds the text and a caret).
        hint: what to type instead; empty when there is nothing better to say.
        code: the exit status of the command that meets it.

    """

    def __init__(self, message: str, hint: str = "", code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
