"""The steps of the derivation in one dimension: what leads to each, and its formula.

The rules of essential steps begin with an exclamation mark, see `klcli.gaussian.derivation_step`.
"""

from __future__ import annotations

TO_THE_GENERAL_FORM = (
    ("!definition", "E_q[log q - log p]"),
    (
        "log densities written out",
        "E_q[-1/2 log(2 pi sigma_1^2) - (x - mu_1)^2/(2 sigma_1^2)"
        " - (-1/2 log(2 pi sigma_2^2) - (x - mu_2)^2/(2 sigma_2^2))]",
    ),
    (
        "the expectation of a sum term by term; what has no {x} in it is its own expectation",
        "1/2 log(2 pi sigma_2^2) - 1/2 log(2 pi sigma_1^2)"
        " + E_q[(x - mu_2)^2]/(2 sigma_2^2) - E_q[(x - mu_1)^2]/(2 sigma_1^2)",
    ),
    (
        "{2 pi} cancels in the difference of the logarithms",
        "log(sigma_2/sigma_1) + E_q[(x - mu_2)^2]/(2 sigma_2^2) - E_q[(x - mu_1)^2]/(2 sigma_1^2)",
    ),
    (
        "{E_q[(x - mu_1)^2]} = {sigma_1^2}: that is the variance of q",
        "log(sigma_2/sigma_1) + E_q[(x - mu_2)^2]/(2 sigma_2^2) - 1/2",
    ),
    (
        "{x - mu_2} is the sum of {x - mu_1} and {mu_1 - mu_2}; its square multiplied out",
        "log(sigma_2/sigma_1)"
        " + E_q[(x - mu_1)^2 + 2 (mu_1 - mu_2) (x - mu_1) + (mu_1 - mu_2)^2]/(2 sigma_2^2) - 1/2",
    ),
    (
        "!{E_q[x - mu_1]} = 0, so that {E_q[(x - m)^2]} = {sigma_1^2 + (mu_1 - m)^2}",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
    ),
)
WITH_UNIT_PRIOR = (
    (
        "!unit prior: {mu_2} = 0, {sigma_2} = 1; {mu_1}, {sigma_1} written {mu}, {sigma}",
        "log(1/sigma) + (sigma^2 + mu^2)/2 - 1/2",
    ),
    ("!{-1/2} factored out", "-1/2 (2 log sigma - sigma^2 - mu^2 + 1)"),
)
WITH_ANY_PRIOR = (
    (
        "{-1/2} factored out",
        "-1/2 (2 log(sigma_1/sigma_2) - sigma_1^2/sigma_2^2 - (mu_1 - mu_2)^2/sigma_2^2 + 1)",
    ),
)
SQUARE = ("!2 {log sigma} = {log sigma^2}", "-1/2 (log sigma^2 - sigma^2 - mu^2 + 1)")
SQUARES = (
    "2 {log(sigma_1/sigma_2)} = {log sigma_1^2 - log sigma_2^2}",
    "-1/2 (log sigma_1^2 - log sigma_2^2 - sigma_1^2/sigma_2^2 - (mu_1 - mu_2)^2/sigma_2^2 + 1)",
)
"""Rules and formulas. Formulas in a rule stand in braces; a short derivation keeps the steps with a mark."""

IN_HEAD = "-1/2 (l - v - mu^2 + 1)"
IN_HEAD_GENERAL = "-1/2 (l - log sigma_2^2 - v/sigma_2^2 - (mu_1 - mu_2)^2/sigma_2^2 + 1)"
"""The last step, with log sigma^2 and sigma^2 of the reading for l and v."""
