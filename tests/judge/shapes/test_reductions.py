"""What sums and means do: the factor and the constant are those that numpy shows at (7, 5) and (3, 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from klcli.formula.entrywise_form import entry
from klcli.formula.program_reader import read_program
from klcli.formula.traversal import free_symbols
from klcli.judge.answer import verify
from klcli.judge.naming import constant_of, scale_text
from klcli.judge.shapes.length_polynomials import LengthMonomial, LengthPolynomial
from klcli.judge.shapes.reductions import Reductions, reductions
from tests.judge.programs.shim import running

SHAPES = ((7, 5), (3, 11))
ENTRY = "-0.5*(1 + lv - mu**2 - lv.exp())"
WHOLE = ("", "dim=0", "dim=1", "dim=-1", "dim=-2", "dim=(0, 1)")
COUNTS = {"batch_size": (1, 0), "latent_dim": (0, 1)}


def lines() -> Iterator[str]:
    """One sum or mean, and one inside of another: 68 of them run on (B, d)."""
    for kind, axis in product(("sum", "mean"), WHOLE):
        yield f"torch.{kind}({', '.join(filter(None, (ENTRY, axis)))})"
    for inner, outer, axis, last in product(
        ("sum", "mean"), ("sum", "mean"), ("dim=0", "dim=1", "dim=-1", "dim=-2"), ("", "dim=0", "dim=-1")
    ):
        yield f"torch.{outer}({', '.join(filter(None, (f'torch.{inner}({ENTRY}, {axis})', last)))})"
    for inner, outer in product(("sum", "mean"), repeat=2):
        yield f"torch.{outer}(torch.{inner}({ENTRY}, dim=1, keepdim=True), dim=0)"
        yield f"(({ENTRY}).{inner}(-1)).{outer}(0)"


def judged(text: str, *, masks: Sequence[str] = (), held: Sequence[str] = (), **given: Any) -> Reductions:
    program = read_program(text, "python")
    names = [name for name in ("mu", "lv", "s", "log_std") if name in free_symbols(program.arrays)]
    counts = {name: powers for name, powers in COUNTS.items() if name in text}
    return reductions(
        program.arrays, entry(program.arrays), names, counts=counts, masks=masks, weights=held, **given
    )


def measured(text: str, shape: tuple[int, int], names: Mapping[str, Any]) -> tuple[float, float]:
    """k and c of F = k R(f) + c by numpy, R the sum over what the result has lost."""
    batch, latents = shape
    source, code = np.random.default_rng(1), compile(f"result_ = {text}", "text", "exec")
    at_one = compile(f"result_ = {ENTRY}", "entry", "exec")
    pairs = []
    for _ in range(4):
        given = {name: source.uniform(0.3, 2.5, shape) for name in ("mu", "lv")}
        given |= {"batch_size": batch, "latent_dim": latents, **names}
        value, entries = running(code, "result_", given), running(at_one, "result_", given)
        own = tuple(length for length in value.shape if length != 1)
        lost = tuple(axis for axis, length in enumerate(shape) if length not in own)
        total = np.sum(np.asarray(entries), axis=lost) if lost else np.asarray(entries)
        pairs += zip(np.ravel(total), np.ravel(value), strict=True)
    x, y = np.array(pairs).T
    k, c = np.polyfit(x, y, 1)
    np.testing.assert_allclose(k * x + c, y, rtol=1e-8, atol=1e-8)
    return float(k), float(c)


def at(given: LengthMonomial | LengthPolynomial, shape: tuple[int, int]) -> float:
    if isinstance(given, LengthPolynomial):
        return sum(at(term, shape) for term in given.terms)
    powers = zip(shape, given.powers, strict=False)
    return float(given.factor) * float(np.prod([float(length) ** power for length, power in powers]))


def test_there_are_as_many_lines_as_the_trial_had() -> None:
    assert len(list(lines())) == 68


@pytest.mark.parametrize("text", list(lines()))
def test_sums_and_means_over_axes(text: str) -> None:
    found = judged(text)
    assert not found.flaw
    assert found.is_tried
    assert found.constant == LengthPolynomial()
    for shape in SHAPES:
        k, c = measured(text, shape, {})
        assert at(found.scale, shape) == pytest.approx(k, rel=1e-9)
        assert c == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("text", "factor", "is_plain"),
    [
        (f"torch.mean({ENTRY}, dim=-2)", "1", True),
        (f"torch.mean(torch.sum({ENTRY}, dim=0), dim=0)", "1/d", False),
        (f"torch.mean(torch.sum({ENTRY}, dim=-2))", "1/d", False),
        (f"torch.mean({ENTRY})", "1/d", False),
        (f"torch.sum({ENTRY}, dim=1).mean()", "1", True),
        (f"torch.sum({ENTRY}) / batch_size", "1", True),
        (f"torch.sum({ENTRY}) / mu.shape[0]", "1", True),
        (f"torch.sum({ENTRY}) / mu.size(1)", "1/d", False),
        (f"torch.sum({ENTRY}) / mu.numel()", "1/d", False),
        (f"torch.sum({ENTRY}, 1) / len(mu)", "1/B", False),
        (f"2 * torch.sum({ENTRY})", "1", True),
    ],
)
def test_a_mean_over_the_batch_is_as_good_as_a_sum(text: str, factor: str, is_plain: bool) -> None:
    found = judged(text)
    assert found.factor.text(found.lengths) == factor
    assert found.is_plain is is_plain


def test_a_count_without_a_sum_is_a_factor() -> None:
    found = judged(f"({ENTRY}) / batch_size")
    assert found.scale == LengthMonomial(Fraction(1), (-1, 0))
    assert not found.is_plain


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("-0.5*torch.sum(latent_dim + lv - mu**2 - lv.exp())", "B d/2 - B d^2/2"),
        ("-0.5*torch.mean(1 + lv.sum(1) - mu.pow(2).sum(1) - lv.exp().sum(1))", "d/2 - 1/2"),
        (
            "-0.5*(1.0*batch_size + torch.sum(lv) - torch.sum(mu**2) - torch.sum(torch.exp(lv)))",
            "B d/2 - B/2",
        ),
        ("-0.5*(batch_size*latent_dim + torch.sum(lv) - torch.sum(mu**2) - torch.sum(torch.exp(lv)))", "0"),
        ("-0.5*(mu.numel() + torch.sum(lv) - torch.sum(mu**2) - torch.sum(torch.exp(lv)))", "0"),
        ("-0.5*(mu.shape[1] + lv.sum(1) - (mu**2).sum(1) - lv.exp().sum(1))", "0"),
        ("-0.5*(mu.shape[0] + lv.sum(1) - (mu**2).sum(1) - lv.exp().sum(1))", "d/2 - B/2"),
        ("-0.5*(1 + torch.mean(lv) - torch.mean(mu**2) - torch.mean(torch.exp(lv)))", "0"),
        ("-0.5*(1 + torch.sum(lv) - torch.sum(mu**2) - torch.sum(torch.exp(lv)))", "B d/2 - 1/2"),
    ],
)
def test_constants_against_numpy(text: str, constant: str) -> None:
    found = judged(text)
    assert found.constant is not None
    words = found.constant.text(found.lengths)
    assert sorted(words.replace("- ", "+ -").split(" + ")) == sorted(
        constant.replace("- ", "+ -").split(" + ")
    )
    for shape in SHAPES:
        k, c = measured(text, shape, {})
        assert at(found.scale, shape) == pytest.approx(k, rel=1e-8)
        assert at(found.constant, shape) == pytest.approx(c, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "-0.5*torch.sum(1 + lv - torch.sum(mu**2) - lv.exp())",
        "-0.5*torch.sum(1 + lv - mu.pow(2).sum(1, keepdim=True) - lv.exp())",
        "-0.5*(torch.sum(1 + lv) - torch.mean(mu**2) - torch.sum(lv.exp()))",
        "-0.5*torch.log(torch.sum(1 + lv - mu**2 - lv.exp())**2)",
        "torch.sum(0.5*(lv.exp() + mu**2 - 1 - lv))**2",
    ],
)
def test_sums_within_sums_and_functions_are_flaws(text: str) -> None:
    assert judged(text).flaw


def test_the_flaw_says_what_is_counted_how_often() -> None:
    found = judged("-0.5*torch.sum(1 + lv - mu.pow(2).sum(1, keepdim=True) - lv.exp())")
    words = "those of mu are counted d times, those of lv are counted once"
    assert found.flaw == f"its terms are not summed alike: {words}"


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("0.5*(np.dot(mu, mu) + np.sum(np.exp(lv) - lv - 1))", ("d",)),
        ("0.5*(mu @ mu + torch.sum(torch.exp(lv) - lv - 1))", ("d",)),
        (f"torch.sum({ENTRY}, dim=(1, 2, 3))", ("B", "n_1", "n_2", "n_3")),
        (f"torch.sum({ENTRY}, dim=2)", ("B", "n_1", "n_2")),
    ],
)
def test_what_does_not_run_on_a_batch_of_vectors(text: str, lengths: tuple[str, ...]) -> None:
    found = judged(text)
    assert found.lengths == lengths
    assert found.is_plain


def test_parameters_without_a_batch() -> None:
    found = judged("(0.5*(mu**2).sum(1) + (log_std.exp()**2/2 - log_std - 0.5).sum()).mean()")
    assert found.is_plain
    assert "log_std of shape (d,), without a batch" in found.layout


@pytest.mark.parametrize("text", ["1 + lv.T - mu**2 - lv.exp()", "1 + lv - mu**2 - lv.t().exp()"])
def test_what_is_transposed_is_no_number(text: str) -> None:
    """Numpy adds no (B, d) to a (d, B), and takes the transpose of one axis for the same."""
    assert judged(f"-0.5*torch.sum({text})").lengths == ("d",)


def test_a_forgotten_axis_is_no_parameter() -> None:
    assert judged("-torch.sum(torch.log(s)) - 0.5*torch.sum(1 - mu**2 - s**2, -1)").flaw


def test_a_mask_of_the_whole() -> None:
    found = judged(f"torch.sum(mask * ({ENTRY}))", masks=["mask"])
    assert found.is_plain
    assert found.constant == LengthPolynomial()


def test_a_weight_and_another_term() -> None:
    found = judged(f"beta * torch.sum({ENTRY}, 1).mean()", held=["beta"])
    assert found.is_plain


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        (f"recon + torch.sum({ENTRY}, 1).mean()", "0"),
        (f"torch.sum({ENTRY}, 1).mean() - 3*log_lik + 0.5*nll.sum()", "0"),
        ("recon + 0.5*(torch.sum(lv.exp() + mu**2 - lv) - 1)", "B d/2 - 1/2"),
        ("recon + 0.5*(torch.sum(lv.exp() + mu**2 - lv, 1) - mu.numel())", "-B d/2 + d/2"),
        # The square of a symbol may have any constant in it.
        (f"((x - y)**2).sum() + torch.sum({ENTRY}) + 5", None),
    ],
)
def test_a_constant_beside_other_terms(text: str, constant: str | None) -> None:
    found = judged(text, has_others=True)
    assert found.is_plain
    assert (found.constant.text(found.lengths) if found.constant is not None else None) == constant


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("0.5*(torch.sum(lv.exp() + mu**2 - lv) - 1) / batch_size", "d/2 - 1/(2 B)"),
        ("0.5*(lv.exp().sum(1) + (mu**2).sum(1) - lv.sum(1) - batch_size).sum()", "B d/2 - B^2/2"),
        ("0.5*(lv.exp().mean() + (mu**2).mean() - lv.mean() - mu.numel())", "-B d/2 + 1/2"),
        ("0.5*(lv.exp().sum(1) + (mu**2).sum(1) - lv.sum(1) - batch_size).mean()", "-B/2 + d/2"),
    ],
)
def test_a_constant_is_divided_as_the_terms_are(text: str, constant: str) -> None:
    found = judged(text)
    assert found.constant is not None
    assert found.constant.text(found.lengths) == constant


@pytest.mark.parametrize(
    "text",
    [
        "torch.sum(0.5*(lv.exp() + mask*mu**2 - 1 - lv))",
        "0.5*(lv.exp() + mask*mu**2 - 1 - lv)",
        "0.5*(mask*lv.exp() + mu**2 - 1 - lv).sum(1).mean()",
        "torch.sum(0.5*(lv.exp() + mu**2 - 1 - lv*mask)) / mask.sum()",
    ],
)
def test_a_mask_of_a_part_is_a_flaw(text: str) -> None:
    assert judged(text, masks=["mask"]).flaw == "mask leaves out a part of its terms, and not the others"


@pytest.mark.parametrize(
    "text",
    [
        f"torch.sum(mask * ({ENTRY})) / mask.sum()",
        f"(mask * ({ENTRY}).sum(1)).sum() / mask.sum()",
        f"mask * ({ENTRY})",
        "0.5*((mask*lv.exp()).sum() + (mask*mu**2).sum() - mask.sum() - (mask*lv).sum())",
        "0.5*((mask*lv.exp()).sum() + (mask*mu**2).sum() - 1 - (mask*lv).sum())",
    ],
)
def test_a_mask_of_everything_is_none(text: str) -> None:
    assert not judged(text, masks=["mask"]).flaw


def test_a_program_without_sums() -> None:
    assert judged(ENTRY) == Reductions("none")


@pytest.mark.parametrize(
    ("text", "factor", "constant"),
    [
        (r"-\frac12 \sum_{j=1}^J (1 + \log\sigma_j^2 - \mu_j^2 - \sigma_j^2)", "1", "0"),
        ("1/2 (sum_j (sigma_j^2 - log sigma_j^2) + sum_j mu_j^2 - 1)", "1", "d/2 - 1/2"),
        ("1/2 sum_j (sigma_j^2 - log sigma_j^2 + mu_j^2) - 1/2", "1", "d/2 - 1/2"),
    ],
)
def test_mathematics_sums_over_its_index(text: str, factor: str, constant: str) -> None:
    program = read_program(text, "math")
    found = reductions(program.arrays, entry(program.arrays), ("sigma_j", "mu_j"), counts={}, in_formula=True)
    assert found.constant is not None
    assert found.scale.text(found.lengths) == factor
    assert found.constant.text(found.lengths) == constant


@pytest.mark.parametrize(
    "text",
    [
        "0.5*torch.sum(lv.exp() + (mu**2).sum(1) - 1 - lv)",
        "0.5*torch.sum(lv.exp().sum(1) + mu**2 - 1 - lv, -2)",
        "-0.5*torch.mean(1 + lv - mu.pow(2).mean(1) - lv.exp(), dim=(0, 1))",
    ],
)
def test_a_forgotten_keepdim_does_not_run(text: str) -> None:
    # At B = d numpy and torch take the examples for latents without a word.
    with pytest.raises(ValueError, match="broadcast"):
        measured(text, (7, 5), {})
    found = judged(text)
    assert found.flaw.startswith("it does not run on means and heads of shape (B, d): shapes ")
    assert found.is_tried


def test_shapes_that_something_else_decides_about_are_not_followed() -> None:
    found = judged("0.5*torch.sum(lv.exp() + (mu**2).sum(1).unsqueeze(0) - 1 - lv)")
    assert not found.flaw
    assert not found.is_tried


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # Of vectors alone, exact there; numpy refuses all of these patterns for arrays of other axes.
        ("0.5*torch.einsum('i,i->', mu, mu) + 0.5*torch.sum(lv.exp() - 1 - lv)", "exact"),
        ("0.5*np.einsum('i,i', mu, mu) + 0.5*np.sum(np.exp(lv) - 1 - lv)", "exact"),
        ("0.5*torch.einsum('bi,bi->', mu, mu) + 0.5*torch.sum(lv.exp() - 1 - lv)", "exact"),
        ("0.5*torch.einsum('bi,bi->b', mu, mu) + 0.5*torch.sum(lv.exp() - 1 - lv, -1)", "exact"),
        # (d,) and (B,) cannot be added, and (d,) has no axis for the pattern.
        ("0.5*torch.einsum('bi,bi->i', mu, mu) + 0.5*torch.sum(lv.exp() - 1 - lv, -1)", "wrong"),
        ("0.5*(mu.pow(2).sum() + v.sum() - v.log().sum() - math.prod(mu.shape))", "exact"),
        ("0.5*(mu.pow(2).sum(1) + v.sum(1) - v.log().sum(1) - math.prod(mu.shape))", "scaled"),  # d is B d
    ],
)
def test_patterns_and_products_of_lengths(text: str, kind: str) -> None:
    assert verify(read_program(text)).best.kind == kind


def test_a_constant_is_divided_with_the_terms_beside_it() -> None:
    """(sum of d/2 over the batch averaged, less B/2) / d; at few shapes polynomials have the same values."""
    text = (
        "np.mean(np.sum(2*log_std, axis=1)/2 + np.sum(0.5/np.exp(log_std)**2, axis=1)"
        " + 0.5*np.sum(mu*mu/np.exp(log_std)**2, axis=1) - batch_size/2)/mu.shape[1]"
    )
    found = verify(read_program(text))
    assert constant_of(found.best.verdict, found.prepared) == "1/2 - B/(2 d)"


@pytest.mark.parametrize(
    "text",
    [
        "torch.mean(0.5*(lv.exp().sum() - torch.sum(lv, dim=0) + (mu*mu).sum(-1) - mu.shape[1]))",
        "torch.mean(0.5*(lv.exp().sum(-1) - torch.sum(lv, dim=0) + (mu*mu).sum(-1) - mu.shape[1]))",
    ],
)
def test_what_runs_on_a_parameter_alone_is_followed_on_it(text: str) -> None:
    """By numpy with lv of shape (d,): it is the KL summed over the latents, averaged over the batch."""
    source = np.random.default_rng(3)
    mu, lv = source.normal(size=(7, 5)), source.normal(size=5)
    kl = 0.5 * (mu**2 + np.exp(lv) - 1 - lv)
    value = running(compile(f"result_ = {text}", "text", "exec"), "result_", {"mu": mu, "lv": lv})
    assert float(value) == pytest.approx(kl.sum(1).mean(), rel=1e-12)
    found = verify(read_program(text))
    assert (found.best.kind, found.conditions) == ("exact", ())
    assert found.prepared.reductions.layout == "lv of shape (d,), without a batch"


def test_a_correction_is_followed_on_arrays() -> None:
    """Without a batch in v_p it runs; latent_dim, which is d, may not become a 2."""
    text = (
        "(0.5*(mu_q.shape[1] + ((mu_q - mu_p)**2/v_p).sum(-1) - latent_dim + v_p.log().sum(0)"
        " - torch.sum(torch.log(var_q), -1) + torch.sum(var_q/v_p, -1))).mean(0)"
    )
    assert verify(read_program(text)).best.corrected == text.replace("mu_q.shape[1] + ", "")


@pytest.mark.parametrize("constant", ["", " + 1"])
def test_what_runs_on_no_arrays_is_no_kl_and_has_no_correction(constant: str) -> None:
    text = f"0.5*(torch.sum(mu**2, 0) + torch.sum(lv.exp() - lv, 1) - mu.shape[1]{constant})"
    found = verify(read_program(text))
    assert (found.best.kind, found.best.corrected) == ("wrong", None)
    assert "does not run" in found.best.flaw


def test_two_heads_may_be_numbers_where_nothing_else_runs() -> None:
    text = "0.5*(mu_q.shape[1]*(v_q/v_p - 1 - torch.log(v_q/v_p)) + torch.sum((mu_q - mu_p)**2, 1)/v_p)"
    found = verify(read_program(text))
    assert (found.best.kind, found.prepared.reductions.layout) == ("exact", "v_q and v_p one number for all")


def test_an_axis_that_is_put_in_is_none_of_the_means() -> None:
    found = verify(read_program("0.5*(mu**2 + s - 1 - torch.log(s)).unsqueeze(0).sum(2).mean()"))
    assert (found.best.kind, found.prepared.reductions.layout) == ("exact", "")


def test_a_mask_is_looked_at_whatever_the_shapes_are() -> None:
    """With log_sigma as one number its sum has the sum of the mask in it, the mean of mu^2 its mean."""
    text = (
        "0.5*(np.sum(mask*2*log_sigma, axis=-1) + np.sum(mask/np.exp(log_sigma)**2, axis=-1)"
        " + np.mean(mask*mu**2/np.exp(log_sigma)**2, axis=-1) - 1)"
    )
    assert verify(read_program(text)).best.kind == "wrong"


def test_a_batch_that_is_not_summed_is_not_averaged() -> None:
    """A mean over the steps, and every example divided by their number."""
    text = "np.mean(np.sum(0.5*(mu**2 + np.exp(lv) - lv - 1), axis=2), axis=-1)"
    for program, scale in ((text, "1/n_1"), (f"{text}/batch_size", "1/(B n_1)"), (f"np.mean({text})", "1")):
        found = verify(read_program(program))
        assert scale_text(found.best.verdict, found.prepared) == scale


def test_a_product_of_vectors_beside_a_numbered_axis_runs_on_no_arrays() -> None:
    found = verify(
        read_program("0.5*(-1 + np.sum(s**2, axis=1) + np.dot(mu, mu) - np.sum(2*np.log(s), axis=1))")
    )
    assert (found.best.kind, "does not run" in found.best.flaw) == ("wrong", True)


@pytest.mark.parametrize(
    ("sums", "expected"), [("sum", "lv and old_lv of shape (d,), without a batch"), ("mean", "")]
)
def test_heads_without_a_batch_for_which_the_sums_are_alike(sums: str, expected: str) -> None:
    text = (
        f"0.5*torch.mean(torch.sum(lv) - torch.sum(old_lv) + torch.{sums}(torch.exp(old_lv - lv))"
        " + torch.sum((mu - old_mu)**2 / torch.exp(lv), dim=1) - d)"
    )
    assert verify(read_program(text)).prepared.reductions.even_for == expected
    if expected:
        lv, old_lv = np.array([0.3, -0.2]), np.array([0.1, 0.4])
        mu, old_mu = np.array([[0.5, 1.0], [2.0, 0.1], [0.2, 0.0]]), np.zeros((3, 2))
        said = (
            lv.sum() - old_lv.sum() + np.exp(old_lv - lv).sum() + ((mu - old_mu) ** 2 / np.exp(lv)).sum(1) - 2
        ).mean()
        each = 0.5 * (lv - old_lv + np.exp(old_lv - lv) + (mu - old_mu) ** 2 / np.exp(lv) - 1)
        assert np.isclose(0.5 * said, each.sum(1).mean())
