"""Answers of the judge on programs, remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from klcli.errors import KlcliError
from klcli.formula.budget import remembered
from klcli.formula.program import Program
from klcli.formula.tree import Tree
from klcli.judge.candidates import PLAIN
from klcli.judge.verification import Verification, verify

__all__ = ["is_of_strange_prior", "settled", "verified"]


def is_of_strange_prior(found: Verification) -> bool:
    """Whether it is the KL to a fixed prior that is not N(0, 1)."""
    return found.best.kind == "other-prior" and not found.best.verdict.roles.has_prior


def settled(program: Program, *, is_mended: bool, is_guess: bool = False) -> Verification | None:
    """The answer of the judge; None for what is no KL, and has no mistake by name.

    Args:
        program: the formula.
        is_mended: whether known mistakes are looked for.
        is_guess: whether one would be a guess: what is not even a KL to another prior is not looked at then.
    """
    found = verified(program, mended=False)
    if found and found.best.kind in ("exact", "scaled", "reversed"):
        return found
    if found and found.best.kind == "other-prior" and not is_mended:
        return found if found.best.verdict.roles.has_prior else None
    if is_guess and (found is None or found.best.kind != "other-prior"):
        return None
    found = verified(program, mended=True) if is_mended else None
    is_named = found is not None and (found.best.kind == "other-prior" or found.best.mistake is not None)
    return found if found is not None and is_named and found.best.kind != "not-kl" else None


@remembered(512)
def _verified_once(text: str, tree: Tree, mended: bool, program: _Same) -> Verification | None:
    try:
        return verify(program.program, replace(PLAIN, mended=mended, described=False))
    except (KlcliError, ArithmeticError):
        return None


def verified(program: Program, *, mended: bool) -> Verification | None:
    """The answer of the judge; None for what it cannot judge.

    Args:
        program: the formula.
        mended: whether known mistakes are looked for.
    """
    return _verified_once(program.text, program.tree, mended, _Same(program))


@dataclass(frozen=True, slots=True)
class _Same:
    """A program that is known by its text and tree, which are compared for it."""

    program: Program

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)

    def __hash__(self) -> int:
        return 0
