"""What stands beside formulas is refused, and the message says what to leave out."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read, read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.traversal import free_symbols

REFUSED = [
    # text, problem, hint
    (r"KL &= \mu \\ &= s", "several equals signs", "each equation of a chain"),
    (r"D = \int x \, dx = \mu + s", "several equals signs", ""),
    ("a = b = s", "several equals signs", ""),
    (r"KL = \int q \log q", "an integral is no closed form", "leave that term out"),
    (r"\log q_\phi(z|x) - s", r"'q_\phi(z|x)' is a density and no number", r"leave out the term with 'q_\phi(z|x)'"),
    (r"\mathcal{N}(0, I) + s", "is a density and no number", "leave out"),
    ("KL(q||p) + s", "'KL(q||p)' is the name of a divergence", "give its formula"),
    (r"D_{KL}(q \| p) - C", "is the name of a divergence", "give its formula"),
    ("KL = s^2 - 1, where s is the scale", "'where' begins words", "leave out what stands from 'where' on"),
    ("the KL is 1 + s", "'is' cannot be used", "words are no part of a formula"),
    ("x1: s + 1", "':' is no part of a formula", "what stands before it"),
    ("take `s` and `mu`", "'`' is no part of a formula", "between the back-ticks"),
    ("s (10)", "is '(10)' a factor or the number of the equation?", "leave '(10)' out, or write '* 10'"),
    ("1. -0.5*s", "is '1.' a number or that of an item?", "leave '1.' out, or write '1.0' for a number"),
    ("(s + 1) (3)", "is '(3)' a factor or the number", "leave '(3)' out"),
    (r"\begin{cases} s \\ \mu \end{cases}", r"'\begin' is of an environment", "one of its rows"),
    (r"s \geq 0", r"'\geq' makes this a statement", "give one side"),
    ("s > 0", "'>' makes this a statement", "give one side"),
    ("s — 1", "is '—' a minus sign?", "write '-'"),
    (r"\prod_j s_j", "products over an index", "sum of the logarithms"),
    (r"s_1 + \dots + s_d", "not written out", r"\sum_j"),
    ("```\ns\n```\nand\n```\nmu\n```", "'`' is no part", ""),
    ("log s/mu.", "where does the argument of 'log' end?", "'(log s)/mu' or 'log(s/mu)'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "problem", "hint"), REFUSED)
def test_what_stays_unreadable_says_which_part(text: str, problem: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_program(text)
    assert problem in caught.value.problem
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "E[log p(x|z)] - k",
        r"\mathbb{E}_{q_\phi(z|x)}[\log p_\theta(x|z)] - k",
        r"\mathbb{E}_{z \sim q(z|x)}[\log p(x^{(i)} \mid z)] - k",
        r"\log p_\theta(\mathbf{x}|\mathbf{z}) - k",
    ],
)
def test_a_likelihood_is_another_term(text: str) -> None:
    assert free_symbols(read(text)) == ("log_likelihood", "k")
