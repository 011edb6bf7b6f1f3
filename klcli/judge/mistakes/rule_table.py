"""The rules that undo mistakes in formulas of numbers, with their mistakes, in the order of trying them."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.rules import factors, operations, terms
from klcli.judge.mistakes.rules.rewriting import SymbolRoles
from klcli.judge.mistakes.search import RewriteRule
from klcli.judge.mistakes.table import MISTAKES

RULES: tuple[tuple[Mistake, RewriteRule[SymbolRoles]], ...] = (
    (MISTAKES["KL101"], factors.factor_lost),
    (MISTAKES["KL102"], factors.factor_doubled),
    (MISTAKES["KL103"], factors.not_squared),
    (MISTAKES["KL104"], factors.exp_not_squared),
    (MISTAKES["KL105"], factors.squared_too_often),
    (MISTAKES["KL106"], factors.half_missing),
    (MISTAKES["KL107"], terms.plus_for_times),
    (MISTAKES["KL108"], terms.sign_of_term),
    (MISTAKES["KL109"], terms.sign_of_whole),
    (MISTAKES["KL110"], terms.constant),
    (MISTAKES["KL112"], factors.mean_not_squared),
    (MISTAKES["KL113"], factors.log_squared),
    (MISTAKES["KL114"], terms.log_ratio),
    (MISTAKES["KL117"], terms.two_readings),
    (MISTAKES["KL119"], factors.half_too_often),
    (MISTAKES["KL120"], factors.factor_missing),
    (MISTAKES["KL122"], terms.other_symbol),
    (MISTAKES["KL142"], terms.bracket_too_short),
    (MISTAKES["KL144"], operations.square_apart),
    (MISTAKES["KL145"], operations.quotient_turned),
    (MISTAKES["KL146"], operations.product_for_sum),
    (MISTAKES["KL147"], operations.constant_in_log),
    (MISTAKES["KL148"], operations.deviation_for_variance),
    (MISTAKES["KL149"], operations.other_base),
    (MISTAKES["KL150"], operations.factor_in_square),
    (MISTAKES["KL151"], operations.square_in_exponential),
    (MISTAKES["KL152"], operations.functions_exchanged),
)
"""The changes that are tried in formulas of numbers."""

RULES_OF_PRIORS: tuple[tuple[Mistake, RewriteRule[SymbolRoles]], ...] = (
    (MISTAKES["KL116"], terms.prior_variance),
)
"""Those that need the variance of a prior that has symbols of its own."""
