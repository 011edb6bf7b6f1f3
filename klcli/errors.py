"""What a user can get wrong, each with the next thing to type."""

from __future__ import annotations

from collections.abc import Iterable

USAGE = 2
"""Exit status of a usage error or of input that cannot be read."""

EXIT_STATUSES = {
    0: "What was checked holds.",
    1: "A check failed, or something was found. The input was understood: the witnesses of a number "
    "contradict each other, --expect does not hold, a formula is not the KL, a step was not proved.",
    2: "Wrong usage, or input that cannot be read, or nothing to check. The error is on standard error; of a "
    "file of formulas the readable lines were checked, of a folder the readable files. Where something was "
    "found, too, the status is 1.",
    3: "An internal error. It is a bug in klcli; KLCLI_TRACEBACK=1 shows where. It comes before all others.",
    130: "Interrupted with Ctrl-C.",
    141: "The reader closed the pipe, as head does.",
}
"""What every exit status means."""


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


_QUOTED = 30
"""Characters of what is quoted: more than the 24 of the longest double, and of a name enough to know it."""


def clipped(text: str, length: int = _QUOTED) -> str:
    """A text short enough to be quoted in one line."""
    return text if len(text) <= length else f"{text[:length]}..."


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one line; its kind where it says nothing."""
    return str(error).partition("\n")[0] or type(error).__name__


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'log'?`` for a misspelt name, or an empty string."""
    import difflib

    matches = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{matches[0]}'?" if matches else ""
