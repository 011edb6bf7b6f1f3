"""The values that weights may have: on which side of 0 they end, and no narrower than they are."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klcli.formula.program_reader import read, read_program
from klcli.formula.traversal import free_symbols
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.answer import verify
from klcli.judge.weight_signs import Range, range_of, sign_in, slope_of

RANGES = {
    "w": (0, inf),
    "-w": (-inf, 0),
    "1 - w": (-inf, 1),
    "(epoch - 10)/20": (-0.5, inf),
    "min((epoch - 10)/20, 1)": (-0.5, 1),
    "clip(a - b, 0, 1)": (0, 1),
    "(step - start)/(end - start)": (-inf, inf),
    "1/(1 + exp(-(step - start)/scale))": (0, 1),
    "1/(1 + exp(w))": (0, 0.5),
    "1 - exp(-w)": (0, 1),
    "abs(a - b)": (0, inf),
    "(a - b)^2": (0, inf),
    "(a - b)^3": (-inf, inf),
    "sqrt(a - b)": (0, inf),
    "log(w)": (-inf, inf),
    "log1p(w)": (0, inf),
    "softplus(a - b)": (0, inf),
    "0 w": (0, 0),
    "2 pi": (6.283185307179586, 6.283185307179586),
}
SLOPES = {
    "rec + beta kl": 1,
    "rec - beta kl": -1,
    "-(rec - beta kl)": 1,
    "rec + (1 - w) kl": 0,
    "rec - (1 - w) kl": 0,
    "rec + kl/(a - b)": 0,
    "rec + kl/n": 1,
    "max(kl, 2)": 1,
    "rec - sum(max(kl, 2))": -1,
    "abs(kl - C)": 0,
    "kl w": 1,
    "rec - kl w/n": -1,
    "(kl - C)^2": 0,
    "kl * kl": 0,
    "1/kl": 0,
    "rec": 0,
    "kl - kl": 0,
}


@pytest.mark.parametrize("text", RANGES)
def test_the_range_of_what_is_made_of_positive_numbers(text: str) -> None:
    found = range_of(read(text))
    assert (found.low, found.high) == pytest.approx(RANGES[text])


@pytest.mark.parametrize(("ends", "sign"), [((0, 1), 1), ((-1, 0), -1), ((-1, 1), 0), ((0, 0), 0)])
def test_zero_is_of_either_side(ends: tuple[float, float], sign: int) -> None:
    assert Range(*ends).sign == sign


@pytest.mark.parametrize("text", SLOPES)
def test_the_sign_with_which_a_term_counts(text: str) -> None:
    found = slope_of(read(text), "kl")
    assert (found.sign if found else 0) == SLOPES[text]


def test_a_symbol_may_be_of_either_sign() -> None:
    assert range_of(read("noise w"), ["noise"]).sign == 0
    assert slope_of(read("rec + noise kl"), "kl", ["noise"]) == Range(-inf, inf)


@pytest.mark.parametrize("text", RANGES)
@given(values=st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5))
def test_no_value_lies_outside(text: str, values: list[float]) -> None:
    tree = read(text)
    given_ = dict(zip(free_symbols(tree), values, strict=False))
    try:
        value = evaluate(tree, given_, Doubles())
    except ArithmeticError:
        return
    found = range_of(tree)
    slack = 1e-9 * max(1.0, abs(value))
    assert found.low - slack <= value <= found.high + slack


KL = "0.5*torch.sum(lv.exp() + mu**2 - 1 - lv)"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        (f"log_px - {KL}", -1),
        (f"out = log_px - {KL}", -1),
        (f"beta*log_likelihood + {KL}", -1),
        (f"loss = log_px - {KL}", 1),  # named a loss, and so wrong
        (f"-log_px + {KL}", 1),
        (f"loss = -(log_px - {KL})", 1),
        (f"nll + {KL}", 1),
        (f"elbo = nll + {KL}", -1),
        (f"(1 - w)*log_px + {KL}", 1),  # nobody knows the sign
        ("-elbo = nll + (s^2 + mu^2 - 1)/2 - log(s)", 1),
        ("-neg_kl = (s^2 + mu^2 - 1)/2 - log(s)", 1),
        (r"-\mathcal{L} = -\log p(x|z) + \frac12 \sum_j (\sigma_j^2 + \mu_j^2 - 1 - \log \sigma_j^2)", 1),
        (r"-\mathcal{L} = \frac12 \sum_j (1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2)", -1),
    ],
)
def test_what_adds_a_log_likelihood_is_a_bound(text: str, sign: int) -> None:
    assert sign_in(read_program(text)) == sign


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        (f"log_px - {KL}", True),
        (f"log_px + {KL}", False),
        (f"-log_px + {KL}", True),
        (f"-log_px - {KL}", False),
        ("E[log p(x|z)] - 1/2 (e^lv + mu^2 - 1 - lv)", True),
        ("E[log p(x|z)] + 1/2 (e^lv + mu^2 - 1 - lv)", False),
        (f"F.kl_div(log_q, p) + {KL}", True),
    ],
)
def test_a_bound_subtracts_the_kl(text: str, is_right: bool) -> None:
    assert verify(read_program(text)).holds(()) is is_right


MINUS = "0.5*torch.sum(1 + lv - mu**2 - lv.exp())"


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        (f"kl = {MINUS}; loss = bce + beta*kl", f"kl = {MINUS}; loss = bce - beta*kl"),
        (f"neg_elbo = nll + {MINUS}", f"neg_elbo = nll - {MINUS}"),
        (f"loss = {MINUS} + bce", f"loss = -{MINUS} + bce"),
        (f"lower_bound = log_px - {MINUS}", f"lower_bound = log_px + {MINUS}"),
        (f"elbo = log_px + {MINUS}; loss = elbo", f"elbo = -(log_px + {MINUS}); loss = elbo"),
    ],
)
def test_a_correction_keeps_the_sign_of_an_error_and_turns_a_bound(text: str, corrected: str) -> None:
    assert verify(read_program(text)).best.corrected == corrected
