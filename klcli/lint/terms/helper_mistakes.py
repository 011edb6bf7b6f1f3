"""Mistakes by name in KLs whose heads are variables that are computed from what is no reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.formula.program_reader import Program
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.terms.closed_form_terms import Divergence, divergence_of
from klcli.lint.terms.formula_prefilter import may_be_kl
from klcli.lint.terms.judge_cache import verified
from klcli.lint.terms.meant_as_kl import has_name_of_kl
from klcli.lint.terms.programs import program_of
from klcli.names.means_and_spreads import is_mean, suggested

if TYPE_CHECKING:
    from klcli.judge.verification import Verification

_MOST_HEADS = 2
"""Variables of a posterior and a prior, each of which is tried by itself."""


def mistaken_in_helper(excerpt: CodeExcerpt, program: Program) -> Divergence | None:
    """What is called a KL and has a mistake by name under the reading that its own variable is called after.

    What that variable is computed from may be no reading, as in ``std = softplus(raw - 5)``.

    Args:
        excerpt: where it stands.
        program: what it computes, which is no KL and has no mistake by name.
    """
    if not excerpt.is_local or not has_name_of_kl(excerpt):
        return None
    heads = [name for name in reversed([*program.helpers]) if suggested(name)][:_MOST_HEADS]
    for symbols in dict.fromkeys((*((name,) for name in heads), tuple(heads))):
        other = program_of(excerpt.source, frozenset(symbols))
        found = verified(other, mended=True) if other and may_be_kl(other.tree) else None
        if other and found and _is_as_named(found, program):
            return divergence_of(excerpt, other, found, 1)
    return None


def _is_as_named(found: Verification, program: Program) -> bool:
    """Whether a mistake has a name, where the helpers of a program are what they are called."""
    verdict = found.best.verdict
    roles = verdict.roles
    heads = ((roles.head, verdict.parameterization), (roles.prior_head, verdict.prior_parameterization))
    given = [(name, reading) for name, reading in heads if name in program.helpers]
    is_stated = given and all(reading and suggested(str(name)) == reading.name for name, reading in given)
    return found.best.kind == "wrong" and bool(found.best.mistake and is_stated) and is_mean(str(roles.mean))
