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
        formerly: codes under which earlier versions told it, before it had one of its own. Baselines and
            comments that accept those accept it.
    """

    code: str
    name: str
    sentence: str
    page: str
    example: tuple[str, str] | None = None
    formerly: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code under which it is accepted, its own first."""
        return (self.code, *self.formerly)
