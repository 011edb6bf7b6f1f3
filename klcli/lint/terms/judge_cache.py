"""Answers of the judge on programs, remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.value.budget import remembered
from klcli.names.log_ratios import stated
from klcli.values import replace

if TYPE_CHECKING:
    from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
    from klcli.judge.verification import Verification


def is_of_other_fixed_prior(found: Verification) -> bool:
    """Whether it is the KL to a fixed prior that is not N(0, 1)."""
    return found.best.kind == "other-prior" and not found.best.verdict.roles.has_prior


def judged_as_kl(
    program: Program, *, is_mended: bool, is_guess: bool = False, is_meant: bool = False
) -> Verification | None:
    """The answer of the judge; None for what is no KL, and has no mistake by name.

    Args:
        program: the formula.
        is_mended: whether known mistakes are looked for.
        is_guess: whether one would be a guess: what is not even a KL to another prior is not looked at then.
        is_meant: whether it is called a KL. What is not may have its last term in the next line.
    """
    found = verified(program, mended=False)
    if found and (found.best.kind in ("exact", "scaled", "reversed") or _is_held(found)):
        return found
    if found and found.best.kind == "other-prior" and not is_mended:
        return found if found.best.verdict.roles.has_prior else None
    if is_guess and (found is None or found.best.kind != "other-prior"):
        return None
    found = verified(program, mended=True) if is_mended else None
    if found is None or found.best.kind == "not-kl":
        return None
    is_named = found.best.mistake is not None and (is_meant or not _lacks_a_term(found))
    return found if is_named or found.best.kind == "other-prior" else None


def _lacks_a_term(found: Verification) -> bool:
    from klcli.judge.mistakes.table import find_mistake  # not for what is right

    return found.best.mistake == find_mistake("KL143")


def _is_held(found: Verification) -> bool:
    """Whether it is a KL that is held to a capacity, ``|KL - C|``."""
    return found.best.kind == "other" and found.best.verdict.kl is not None


def verified(program: Program, *, mended: bool) -> Verification | None:
    """The answer of the judge on Gaussians; None for what it cannot judge, or is of log-probabilities.

    Args:
        program: the formula.
        mended: whether known mistakes are looked for.
    """
    found = answered(program, mended=mended)
    return found.gaussian if found else None


# The terms of one file.
@remembered(128)
def estimated(program: Program) -> Estimation | None:
    """The answer on what is named like log-probabilities; None for what is not."""
    if not any(map(stated, free_symbols(program.arrays))):
        return None
    from klcli.judge.spaces.log_ratios.log_ratio_space import stated_estimation  # not for other formulas

    return stated_estimation(program)


# The terms of one file, with what is tried of each.
@remembered(512)
def answered(program: Program, *, mended: bool) -> Verification | Estimation | None:
    """The answer that `klcli verify` gives; None for what cannot be judged.

    Args:
        program: the formula.
        mended: whether known mistakes are looked for.
    """
    from klcli.judge.answer import answer  # most files hold nothing that the judge is asked
    from klcli.judge.question import PLAIN

    try:
        return answer(program, replace(PLAIN, mended=mended, described=False))
    except KlcliError:
        return None
