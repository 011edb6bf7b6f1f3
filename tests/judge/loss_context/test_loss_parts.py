"""What belongs to the loss around a KL, found by changing it: against values of numpy, not against places."""

from __future__ import annotations

import math

import numpy as np
import pytest

from klcli.formula.program_reader import read, read_program
from klcli.formula.traversal import free_symbols
from klcli.formula.write.printing import to_text
from klcli.judge.answer import verify
from klcli.judge.loss_context.preparation import prepare
from klcli.judge.loss_context.symbol_influence import components, degree, influences, is_free_of, is_passive
from klcli.judge.loss_context.symbols import sorted_symbols
from klcli.judge.naming import constant_of, scale_text

KL = "0.5*(mu^2 + exp(lv) - 1 - lv)"

DEGREES = {
    "mu": 2,
    "lv": None,
    "w": 1,
    "x": 2,
    "n": None,
    "t": 0,
}


@pytest.mark.parametrize("name", DEGREES)
def test_the_degree_along_a_symbol(name: str) -> None:
    tree = read(f"w ({KL})/n + (x - 3)^2 + t - t")
    assert degree(tree, name) == DEGREES[name]


def test_halving_tells_a_weight_from_another_term() -> None:
    tree = read(f"a ({KL}) + b/c + (1 - a) r")
    found = influences(tree, ("mu", "lv"), ("a", "b", "c", "r"))
    at = {name: (one.factor, one.added != 0) for name, one in found.items() if one}
    assert at == {
        "a": (pytest.approx(0.5), True),
        "b": (pytest.approx(1), True),
        "c": (pytest.approx(1), True),
        "r": (pytest.approx(1), True),
    }
    assert influences(read("0.5 (w mu^2 + exp(lv) - 1 - lv)"), ("mu", "lv"), ("w",)) == {"w": None}


def test_what_is_passive() -> None:
    assert is_passive(read(f"w ({KL}) + c"), ("mu", "lv"))
    assert not is_passive(read("0.5*(mu^2/t + exp(lv)/t - 1 - lv + log(t))"), ("mu", "lv"))
    assert is_free_of(read("w (mu - 1)^2 - w mu^2 + 2 w mu"), ("mu",))[0]
    assert not is_free_of(read("w (mu - 1)^2 - w mu^2 + mu"), ("mu",))[0]


def test_terms_that_are_added_are_groups() -> None:
    tree = read("mu^2 + exp(lv) - lv + (x - y)^2 + exp(-s) r + s")
    assert components(tree, free_symbols(tree)) == [("mu",), ("lv",), ("x", "y"), ("s", "r")]


ASIDE = {
    # The text: weights, divisors, other terms.
    f"beta*({KL})": (("beta",), (), ()),
    f"({KL})/n": ((), ("n",), ()),
    f"sigma*({KL})": (("sigma",), (), ()),
    f"beta*({KL}) + gamma*rec": (("beta",), (), ("gamma * rec",)),
    f"alpha*({KL}) + (1 - alpha)*rec": (("alpha",), (), ("(1 - alpha) * rec",)),
    f"exp(u)*({KL})": (("e^u",), (), ()),
    "0.5*(beta*mu^2 + beta*exp(lv) - beta - beta*lv)": (("beta",), (), ()),
    f"{KL} + sum((x - y)^2)": ((), (), ("sum((x - y)^2)",)),
    f"{KL} - sum(t log(p) + (1 - t) log(1 - p))": ((), (), ("sum(t * log p + (1 - t) * log(1 - p))",)),
    f"{KL} + exp(-ls)*rec + ls": ((), (), ("e^-ls * rec", "ls")),
    f"{KL} + exp(-log_sigma_x)*rec + log_sigma_x": ((), (), ("e^-log_sigma_x * rec", "log_sigma_x")),
    f"{KL} + log(sum(exp(u)))": ((), (), ("log(sum(e^u))",)),
    f"{KL} + recon_mean": ((), (), ("recon_mean",)),
    "log(p*exp(0.5*(mu^2 + exp(lv) - 1 - lv)))": ((), (), ("a constant of p",)),
    # Symbols whose names say nothing.
    "a*(b^2 + exp(c) - 1 - c)/2 + (e - f)^2": (("a",), (), ("(e - f)^2",)),
}


@pytest.mark.parametrize("text", ASIDE)
def test_what_is_set_aside(text: str) -> None:
    found = verify(read_program(text))
    prepared = found.prepared
    assert (prepared.weights, prepared.divisors, prepared.others) == ASIDE[text]
    assert found.best.kind == ("scaled" if prepared.weights or prepared.divisors else "exact")
    assert found.best.verdict.parameterization.name == "logvar"


@pytest.mark.parametrize(
    "text",
    [
        "log(b/a) + (a^2 + (x - y)^2)/(2 b^2) - 1/2",
        "log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2",
        "(mu1 - mu2)^2/(2 s^2)",
        "0.5*((mu - c)^2 + v - 1 - log(v))",
        "0.5*(x^2 + exp(logvar) - 1 - logvar)",
    ],
)
def test_what_is_a_mean_or_a_head_is_not_set_aside(text: str) -> None:
    tree = read(text)
    assert sorted_symbols(tree, tree, ()).latent == free_symbols(tree)
    assert verify(read_program(text)).best.kind == "exact"


@pytest.mark.parametrize(
    ("text", "condition", "kind"),
    [
        ("0.5*(w*mu^2 + exp(lv) - 1 - lv)", "w = 1", "exact"),
        ("0.5*w1*mu^2 + 0.5*w2*(exp(lv) - 1 - lv)", "w1 = w2", "scaled"),
        ("0.5*(w1*mu^2 + w2*exp(lv) - 1 - lv)", "w1 = w2 = 1", "exact"),
    ],
)
def test_weights_of_parts_are_a_condition(text: str, condition: str, kind: str) -> None:
    found = verify(read_program(text))
    [one] = found.conditions
    assert (one.kind, one.passes, found.best.kind) == ("weights", False, kind)
    assert f"only if {condition}," in one.text


MASKED = {
    "recon + torch.sum(-0.5*(mask*(1 + 2*torch.log(F.softplus(s_q)) - mu_q**2 - F.softplus(s_q)**2)))": "scaled",
    "torch.sum(mask*0.5*(mu**2 + lv.exp() - 1 - lv))/mask.sum()": "scaled",
    "recon + torch.sum(0.5*(mask*mu**2 + lv.exp() - 1 - lv))": "wrong",
    "(0.5*sigma**2 + 0.5*mu*mu - torch.log(mask*sigma.pow(2))/2 - 0.5).sum(1)": "wrong",
    "recon*w + 0.5*(mask*mu**2 + mask*lv.exp() - mask - lv)": "wrong",
}


@pytest.mark.parametrize("text", MASKED)
def test_masks_beside_other_terms(text: str) -> None:
    found = verify(read_program(text))
    assert found.best.kind == MASKED[text]
    if found.best.kind == "wrong":
        assert found.best.mistake is not None
        assert found.best.mistake.code == "KL133"


@pytest.mark.parametrize("text", [text for text in ASIDE if "log(p*" not in text])
def test_what_is_left_is_the_formula_without_its_weight(text: str) -> None:
    """F - w f is the same at all means and heads: by numpy, at values of its own."""
    prepared = prepare(read_program(text))
    functions = {"exp": np.exp, "log": np.log, "sum": np.sum, "e": np.e, "math": math}

    def value(formula: str, given: dict[str, float]) -> float:
        return float(eval(formula.replace("^", "**"), functions | given))

    names = free_symbols(prepared.program.tree)
    source = np.random.default_rng(5)
    whole = to_text(prepared.program.tree, "python").replace("np.", "")
    left = to_text(prepared.tree, "python").replace("np.", "")
    weight = " * ".join([*prepared.weights, *(f"1/{one}" for one in prepared.divisors), "1"])
    around = {name: source.uniform(0.2, 0.9) for name in names}
    rests = []
    for _ in range(4):
        given = around | {name: source.uniform(0.3, 0.9) for name in free_symbols(prepared.tree)}
        rests.append(value(whole, given) - value(weight, given) * value(left, given))
    np.testing.assert_allclose(rests, rests[0], rtol=1e-10, atol=1e-10)


def test_a_correction_keeps_what_stands_around() -> None:
    found = verify(read_program("a*(mu**2 + exp(lv) - 1 - lv) + (e - f)**2"))
    assert found.best.corrected is None or "a*" in found.best.corrected.replace(" ", "")


BESIDE = {
    "neg_kl = -torch.clamp(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv), min=2)": "exact",
    "rec + torch.clamp(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv), min=2)": "exact",
    "alpha*torch.clamp(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv), min=2) + (1 - alpha)*rec": "scaled",
}


@pytest.mark.parametrize("text", BESIDE)
def test_free_bits_beside_other_terms(text: str) -> None:
    found = verify(read_program(text))
    assert found.best.kind == BESIDE[text]
    assert [(one.kind, one.passes) for one in found.conditions] == [("free-bits", False)]


def test_a_clip_beside_a_term_of_the_same_symbols_is_no_free_bits() -> None:
    found = verify(read_program("torch.clamp(0.5*(mu**2 + lv.exp() - 1), min=0.5) - 0.5*lv"))
    assert found.best.kind == "wrong"
    assert found.prepared.floors == ()


def test_other_terms_where_a_formula_has_no_value_at_positive_numbers() -> None:
    found = verify(
        read_program("elbo = log_lik - 0.5*(mu**2 + torch.exp(-s) - 1 + 2*torch.sqrt(-s)**2/2 + 0*s)")
    )
    assert found.prepared.others == ("log_lik",)


def test_a_mean_that_is_divided_again_is_two_powers() -> None:
    found = verify(read_program("torch.mean(0.5*(mu**2 + lv.exp() - 1 - lv), 1)/mu.shape[1]"))
    assert scale_text(found.best.verdict, found.prepared) == "1/d^2"


def test_a_head_whose_logarithm_is_lost_is_no_weight_of_a_part() -> None:
    """With s_q = 1 it would be KL(N(mu_q, 1) || N(mu_p, exp(s_p)^2))."""
    found = verify(read_program("s_p + ((mu_q - mu_p)^2 + s_q)/(2 exp(s_p)^2) - 1/2"))
    assert found.best.kind == "wrong"
    assert found.conditions == ()


LOST = {
    # The precision of the prior, whose logarithm is lost: with s_p = 2 it is a KL to another variance.
    r"\sum_j ((\mu_{qj} - \mu_{pj})^2 s_{pj}/2 + s_{pj}/(2 s_{qj}) + \log(s_{qj})/2 - 1/2)": "wrong",
    "0.5*(torch.log(var_p) + (mu_q - mu_p)**2/var_p + s_q/var_p - 1)": "wrong",
    # Beside a weight of a part, and a weight of the whole.
    "-0.5*torch.sum(1 - torch.log(s_p) - v_q/s_p - w*(mu_q - mu_p)**2/s_p)": "wrong",
    "beta*0.5*(torch.log(var_p) + (mu_q - mu_p)**2/var_p + s_q/var_p - 1)": "wrong",
    # Without a mean of the prior.
    "0.5*(log(s) + (mu^2 + v)/s - 1)": "wrong",
    # A weight is one: with another the rest is no KL, or its name says so.
    "0.5*(log(v_p/v_q) + w*(mu_q - mu_p)^2/v_p + v_q/v_p - 1)": "exact",
    "0.5*(w*(mu^2 + exp(lv)) - 1 - lv)": "exact",
}


@pytest.mark.parametrize("text", LOST)
def test_what_makes_a_kl_at_every_value_is_no_weight_of_a_part(text: str) -> None:
    found = verify(read_program(text))
    assert found.best.kind == LOST[text]
    weights = [one for one in found.conditions if one.kind == "weights"]
    assert bool(weights) == (LOST[text] == "exact")


def test_what_is_cut_to_whole_numbers_is_on_no_line() -> None:
    assert degree(read_program("s + torch.exp(s.int())").tree, "s") is None
    text = (
        "0.5*(log_var_p - s_q - 1 + np.exp(s_q.int())/np.exp(log_var_p) + (mu_q - mu_p)**2/np.exp(log_var_p))"
    )
    assert verify(read_program(text)).best.kind == "wrong"


@pytest.mark.parametrize(
    ("text", "latent"),
    [
        # The mean and the head of a reversed KL belong together, whatever stands beside them.
        ("(x - y)^2 + 1/2 (1/e^s + s - 1 + mu^2/exp(s))", {"mu", "s"}),
        ("(x - y)^2 + (a - b)^2 + 1/2 (1/e^s + s - 1 + mu^2/exp(s))", {"mu", "s"}),
        ("(x - y)^2 + 1/2 (e^s - s - 1 + mu^2)", {"mu", "s"}),
        ("(x - y)^2 + 1/2 (e^s - s - 1 + w*mu^2)", {"mu", "s"}),
        # The head of the prior, whose other terms are lost, is no other term.
        (
            "1/(2 exp(s_q)) - log_var_p/2 + (mu_q - mu_p)^2/(2 exp(s_q)) + s_q/2 - 1/2",
            {"mu_q", "mu_p", "s_q", "log_var_p"},
        ),
        (
            r"\frac{1}{J} \sum_{j=1}^{J} (\frac{(\mu_{qj} - \mu_{pj})^2 + 1}{\exp(s_{qj})} - 1 - s_{pj} + s_{qj})",
            {"mu_qj", "mu_pj", "s_qj", "s_pj"},
        ),
    ],
)
def test_a_mean_and_a_head_are_told_from_other_terms(text: str, latent: set[str]) -> None:
    assert set(sorted_symbols(read(text), read(text), ()).latent) == latent


CONSTANTS = {
    # The constant has the weight of the KL, or not.
    "beta*(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + 1)": "beta",
    "beta*(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + 1) + rec": "beta",
    "alpha*(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + 0.5) + (1 - alpha)*rec": "(1/2) alpha",
    "beta*(0.5*(mu**2 + lv.exp() - 1 - lv) - 1)/n_batches": "-beta/n_batches",
    "(0.5*(mu**2 + lv.exp() - 1 - lv) + 1)/n_batches": "1/n_batches",
    "(0.5*torch.sum(mu**2 + lv.exp() - lv) - 0.5)/kappa": "(B d/2 - 1/2)/kappa",
    "beta*0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + 1": "1",
}


@pytest.mark.parametrize("text", CONSTANTS)
def test_a_constant_has_the_weight_of_the_kl_where_it_has(text: str) -> None:
    found = verify(read_program(text))
    assert constant_of(found.best.verdict, found.prepared) == CONSTANTS[text]


def test_a_correction_takes_a_constant_away_where_its_weight_is() -> None:
    found = verify(read_program("beta*(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + 1) + rec"))
    assert found.best.corrected == "beta*(0.5*torch.sum(mu**2 + lv.exp() - 1 - lv) + 1 - 1) + rec"


def test_other_terms_where_a_formula_has_no_value_at_small_numbers() -> None:
    text = "R + 0.5*(log(s_q) - s_q/s_p + 1 - (mu_q - mu_p)^2/s_p - sqrt(2 log(sqrt(s_p))))"
    assert verify(read_program(text)).prepared.others == ("R",)


def test_a_divisor_of_the_kl_is_none_of_the_terms_beside_it() -> None:
    found = verify(
        read_program("(x - y)^2 + (1/kappa) * sum_i (1/2 * (sum_j (mu_ij^2 + 1/s_ij + log(s_ij) - 1)))")
    )
    assert found.prepared.divisors == ("kappa",)
    assert found.best.kind == "scaled"


def test_a_head_beside_another_that_has_lost_a_term_is_no_factor() -> None:
    text = "rec/3 + 0.5*(2 s_p + (mu_q - mu_p)^2/exp(2 s_p) - log(1/s_q) - 1) - 0.25 aux"
    assert set(sorted_symbols(read(text), read(text), ()).latent) == {"mu_q", "mu_p", "s_q", "s_p"}


@pytest.mark.parametrize(
    ("text", "kind", "reduction"),
    [
        # A mean over the N examples of the sums over their latents: E_n[KL_n], as in Kingma and Welling (2014).
        (
            r"\frac{1}{2N} \sum_{n=1}^N \sum_{j=1}^J (\mu_{nj}^2 + s_{nj}^2 - 1 - \log s_{nj}^2)",
            "exact",
            "sum-mean",
        ),
        (
            r"\frac{1}{2N} \sum_{n=1}^{N} \sum_{d} (\mu_{nd}^2 + s_{nd}^2 - 1 - \log s_{nd}^2)",
            "exact",
            "sum-mean",
        ),
        # Also divided by the number of latents.
        (
            r"\frac{1}{2 N L} \sum_{n=1}^N \sum_{l=1}^L (\mu_{nl}^2 + s_{nl}^2 - 1 - \log s_{nl}^2)",
            "scaled",
            "mean",
        ),
        # A letter that is no limit of the sums weighs them.
        (r"\frac{1}{2M} \sum_{n=1}^N \sum_j (\mu_{nj}^2 + s_{nj}^2 - 1 - \log s_{nj}^2)", "scaled", "sum"),
        # Of one sum nothing says whether it is over examples or latents.
        (r"\frac{1}{2N} \sum_{i=1}^N (\mu_i^2 + s_i^2 - 1 - \log s_i^2)", "scaled", "sum"),
    ],
)
def test_the_limits_of_two_sums_count_examples_and_latents(text: str, kind: str, reduction: str) -> None:
    found = verify(read_program(text))
    assert (found.best.kind, found.prepared.reductions.name) == (kind, reduction)


@pytest.mark.parametrize(
    "text",
    [
        "0.5*(mu.pow(2).sum(1) + d*sigma**2 - d - 2*d*torch.log(sigma)).mean()",
        r"\frac{\|\mu\|^2}{2} + \frac{d}{2}(\sigma^2 - 1 - \log\sigma^2)",
        r"\frac{\|\mu_1-\mu_2\|^2}{2\sigma_p^2} + "
        r"\frac{d}{2}\left(\frac{\sigma_q^2}{\sigma_p^2} - 1 - \log\frac{\sigma_q^2}{\sigma_p^2}\right)",
    ],
)
def test_one_spread_for_all_latents_is_counted_as_often_as_there_are_any(text: str) -> None:
    """Summed over d latents of one sigma, 1/2 (mu_i^2 + sigma^2 - 1 - log sigma^2) is just that."""
    assert verify(read_program(text)).kind == "exact"


@pytest.mark.parametrize(
    "text",
    [
        "-0.5*torch.sum(1 + lv - d*mu**2 - lv.exp())",
        "0.5*(mu.pow(2).sum(1) + d*sigma**2 - 1 - 2*d*torch.log(sigma)).mean()",
        r"\frac{\|\mu\|^2}{2} + \frac{1}{2}(\sigma^2 - 1 - d\log\sigma^2)",
    ],
)
def test_a_number_of_latents_in_another_place_is_no_such_count(text: str) -> None:
    assert verify(read_program(text)).kind != "exact"
