"""A named way of being wrong."""

from __future__ import annotations

from klcli.values import dataclass, field


@dataclass(frozen=True, slots=True)
class Mistake:
    """A named way of being wrong. Its page has four parts: what, why, wrong, right.

    Attributes:
        code: ``KLnnn``, for ever.
        name: a few words.
        sentence: what is wrong, as part of a verdict.
        what: what it is, how it comes about and what to write instead.
        why: what it costs, in numbers.
        example: a formula, or a few lines of Python, that have it, and the same without it.
        formerly: codes under which earlier versions told it, before it had one of its own. Baselines and
            comments that accept those accept it.
    """

    code: str
    name: str
    sentence: str = field(repr=False)
    what: str = field(repr=False)
    why: str = field(repr=False)
    example: tuple[str, str] = field(repr=False)
    formerly: tuple[str, ...] = field(default=(), repr=False)

    IN_DATA = "code name"
    """The fields that stand in data; the others are its page, which the code leads to."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code under which it is accepted, its own first."""
        return (self.code, *self.formerly)
