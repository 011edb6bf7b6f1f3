"""What undoes mistakes in formulas of matrices, and which one the weights of the terms show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from klcli.formula.tree import Tree
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.rules import factors, terms
from klcli.judge.mistakes.rules.rewriting import Site, SymbolRoles
from klcli.judge.mistakes.search import RewriteRule
from klcli.judge.mistakes.table import MISTAKES
from klcli.judge.spaces.matrices.rules import operations
from klcli.judge.spaces.matrices.rules import terms as own_terms
from klcli.judge.spaces.matrices.rules.rewriting import Setting
from klcli.judge.spaces.matrices.term_weights import TermWeights


def mistake_of(weights: TermWeights) -> Mistake:
    """The mistake that the weights of a formula's terms show by themselves."""
    off = [(weights.found[term], weights.due[term]) for term in weights.off]
    if all(found == -due for found, due in off):
        return MISTAKES["KL108"]
    missing = {term for term in weights.off if weights.found[term] == 0}
    if missing and missing <= {"logdet_q", "logdet_p"}:
        return MISTAKES["KL135"]
    return MISTAKES["KL136" if missing == {"trace"} else "KL137"]


def _of_numbers(rule: RewriteRule[SymbolRoles], site: Site, setting: Setting) -> Iterator[Tree]:
    """A rule for formulas of numbers, which asks for the roles of the symbols."""
    heads = frozenset(head.name for head in setting.way.heads)
    return rule(site, SymbolRoles(frozenset(setting.way.means), heads))


def _of_the_other(site: Site, setting: Setting) -> Iterator[Tree]:
    """The symbol of the other Gaussian, where it has symbols."""
    if setting.way.has_prior:
        yield from _of_numbers(terms.other_symbol, site, setting)


RULES: tuple[tuple[Mistake, RewriteRule[Setting]], ...] = (
    (MISTAKES["KL123"], operations.dimension),
    (MISTAKES["KL124"], operations.volume_not_doubled),
    (MISTAKES["KL125"], operations.inverse_misplaced),
    (MISTAKES["KL126"], operations.ratio_upside_down),
    (MISTAKES["KL127"], operations.trace_of_product),
    (MISTAKES["KL128"], operations.inverse_forgotten),
    (MISTAKES["KL129"], operations.sum_for_trace),
    (MISTAKES["KL130"], operations.factor_for_covariance),
    (MISTAKES["KL131"], operations.log_forgotten),
    (MISTAKES["KL132"], operations.transpose_forgotten),
    (MISTAKES["KL102"], operations.volume_doubled),
    (MISTAKES["KL106"], partial(_of_numbers, factors.half_missing)),
    (MISTAKES["KL107"], partial(_of_numbers, terms.plus_for_times)),
    (MISTAKES["KL108"], partial(_of_numbers, terms.sign_of_term)),
    (MISTAKES["KL109"], partial(_of_numbers, terms.sign_of_whole)),
    (MISTAKES["KL119"], partial(_of_numbers, factors.half_too_often)),
    (MISTAKES["KL120"], partial(_of_numbers, factors.factor_missing)),
    (MISTAKES["KL122"], _of_the_other),
    (MISTAKES["KL135"], own_terms.volume_missing),
    (MISTAKES["KL136"], own_terms.trace_missing),
    (MISTAKES["KL137"], own_terms.weight_of_term),
)
"""The changes that are tried, the most telling mistakes first."""
