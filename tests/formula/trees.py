"""Trees of every kind, for the property tests."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from klcli.formula.tree import (
    FUNCTIONS,
    Call,
    Constant,
    Negative,
    Number,
    Reduction,
    Symbol,
    operation,
    substitute,
)

NAMES = (
    *("s", "mu", "sigma", "sigma_1", "mu_p", "mu_q", "logvar", "log_var", "x", "lambda", "e_1", "pi_1", "E"),
    *("E_q", "Sigma", "Sigma_i", "Sigma_jp", "mean", "x1", "mu2", "sigma_12", "x_1_2", "E5", "e2", "as"),
    *("epsilon", "Omega_0", "sum_ab", "log_q", "n_mu", "del", "ln_x", "X_log", "mean_1", "None"),
)
SPELLINGS = ("0.5", "2.50", "1e-3", ".5", "3.", "1E5", "1.5e+10", "0.0", "1e-400", "00.1")


def _whole_quotient(pair):
    return operation("/", Number(Fraction(pair[0])), Number(Fraction(pair[1])))


def _joined(parts):
    return operation(*parts)


def _sum_over(parts):
    index, body = parts
    return Reduction("sum", index, substitute(body, {"x": Symbol(f"x_{index}"), "s": Symbol(f"s_1{index}")}))


random_names = st.from_regex(r"[a-zA-Z][a-z0-9]{0,4}(_[0-9]{1,2})?", fullmatch=True)


def _symbol(name):
    try:
        return Symbol(name)
    except ValueError:
        return Symbol("x")


numbers = st.one_of(
    st.integers(0, 12).map(lambda value: Number(Fraction(value))),
    st.integers(0, 10**30).map(lambda value: Number(Fraction(value))),
    st.tuples(st.integers(0, 12), st.integers(1, 12)).map(_whole_quotient),
    st.sampled_from(SPELLINGS).map(lambda text: Number(Fraction(text), text)),
)
leaves = st.one_of(
    numbers,
    st.sampled_from(NAMES).map(Symbol),
    random_names.map(_symbol),
    st.sampled_from(("pi", "e")).map(Constant),
)


def _branches(trees):
    return st.one_of(
        trees.map(Negative),
        st.tuples(st.sampled_from("+-*/^"), trees, trees).map(_joined),
        st.tuples(st.sampled_from("+-*/^"), trees, numbers).map(_joined),
        st.tuples(st.just("*"), numbers, trees).map(_joined),
        st.builds(Call, st.sampled_from(FUNCTIONS), trees),
        st.tuples(st.sampled_from("jkn"), trees).map(_sum_over),
        st.builds(Reduction, st.sampled_from(("sum", "mean", "E")), st.just(""), trees),
        st.builds(Reduction, st.just("E"), st.sampled_from(("q", "p", "qp", "if", "s")), trees),
    )


trees = st.recursive(leaves, _branches, max_leaves=14)
"""Every node and normal form, names that other notations might mistake for something else."""
