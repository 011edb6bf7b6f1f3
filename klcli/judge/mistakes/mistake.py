"""A named way of being wrong."""

from __future__ import annotations

from klcli.values import dataclass

__all__ = ["Mistake"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A named way of being wrong.

    Attributes:
        code: ``KLnnn``, for ever.
        name: a few words.
        sentence: what is wrong, as part of a verdict.
        page: what it does, how it comes about and what to write instead.
        example: a formula that has it, and the same without it.
    """

    code: str
    name: str
    sentence: str
    page: str
    example: tuple[str, str] | None = None
