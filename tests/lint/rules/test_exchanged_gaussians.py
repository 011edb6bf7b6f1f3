"""Calls that hand the prior to a KL as its posterior."""

from __future__ import annotations

import pytest

from tests.lint.sources import codes

KL = """
def kl_of(mean_1, std_1, mean_2, std_2):
    return (torch.log(std_2 / std_1) + (std_1**2 + (mean_1 - mean_2)**2) / (2 * std_2**2) - 0.5).sum()


def loss(self, x):
    enc_mean, enc_std, prior_mean, prior_std = self.net(x)
    return {call}
"""
RIGHT = "kl_of(enc_mean, enc_std, prior_mean, prior_std)"
TURNED = "kl_of(prior_mean, prior_std, enc_mean, enc_std)"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (RIGHT, []),
        (TURNED, ["KL115"]),
        ("kl_of(x.prior_mean, x.prior_std, x.post_mean, x.post_std)", ["KL115"]),
        (f"{RIGHT} + {TURNED}", []),  # a symmetric divergence
        ("kl_of(prior_mean, prior_std, self.old_prior_mean, self.prior_std)", []),
        ("kl_of(prior_mean, prior_std, self.hyper_mean, self.hyper_std)", []),
        ("kl_of(x.mean_a, x.std_a, x.mean_b, x.std_b)", []),
    ],
)
def test_the_order_of_the_call_is_told_by_names(call: str, expected: list[str]) -> None:
    assert codes(KL.format(call=call)) == expected


_FORMULA = "0.5 * torch.sum(torch.log({1}**2 / {0}**2) + ({0}**2 + (mean_prior - mean_post)**2) / {1}**2 - 1)"
_RIGHT, _REVERSED = (
    _FORMULA.format(*order) for order in (("std_post", "std_prior"), ("std_prior", "std_post"))
)


@pytest.mark.parametrize(
    ("name", "formula", "expected"),
    [
        ("kl", _RIGHT, []),
        ("kl", _REVERSED, ["KL115"]),
        ("reverse_kl", _REVERSED, []),
        ("kl", f"({_RIGHT}, {_REVERSED})", []),  # for a symmetric divergence
        ("kl", _REVERSED.replace("_post", "_policy"), []),
        ("kl", _REVERSED.replace("_prior", "_p").replace("_post", "_q"), []),
        ("kl", _REVERSED.replace("_post", "_hyper"), []),
    ],
)
def test_a_formula_says_by_its_own_names_which_is_the_prior(
    name: str, formula: str, expected: list[str]
) -> None:
    source = f"""
def {name}(mean_post, std_post, mean_prior, std_prior, mean_policy, std_policy, mean_hyper, std_hyper):
    return {formula}
"""
    assert codes(source) == expected


def test_a_formula_that_is_handed_both_the_other_way_round_is_right() -> None:
    source = f"""
def kl(mean_post, std_post, mean_prior, std_prior):
    return {_REVERSED}

def loss(enc_mean, enc_std, p_mean, p_std):
    return kl(p_mean, p_std, enc_mean, enc_std)
"""
    assert codes(source) == []
