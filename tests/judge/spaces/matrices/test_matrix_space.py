"""What formulas of matrices are found to be; every Python text is run by Python itself."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_matrices, read_otherwise
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import verify
from klcli.judge.naming import scale_text
from klcli.judge.question import PLAIN, Question
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.spaces.matrices.readings import READINGS
from klcli.judge.verification import Verification
from tests.judge.spaces.matrices.formulas import PAIRS, UNIT, Array, pair, unit


@cache
def settled(text: str, question: Question = PLAIN) -> Verification:
    program = read_matrices(text)
    assert program
    return verify(program, question)


@pytest.mark.parametrize(("text", "reading"), {**UNIT, **PAIRS}.items())
def test_right_formulas_are_exact_under_one_reading(text: str, reading: str) -> None:
    found = settled(text)
    assert (found.best.kind, found.best.verdict.parameterization.name, found.best.mistake) == (
        "exact",
        reading,
        None,
    )
    assert found.counterexample is None
    assert [one.verdict.parameterization.name for one in found.candidates if one.kind == "exact"] == [reading]


def gaussian(seed: int, size: int) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    factor = np.tril(random.normal(size=(size, size)), -1) + np.diag(random.uniform(0.5, 2, size))
    return random.normal(size=size), factor


def run_in_numpy(text: str, values: dict[str, Any]) -> float:
    """What Python computes for a text of these tests."""
    import scipy.linalg

    *before, last = text.removesuffix("\n").split("\n")
    space = {
        "np": np,
        "scipy": scipy,
        "trace": np.trace,
        "logdet": lambda s: np.linalg.slogdet(s)[1],
        **values,
    }
    code = "\n".join([*before, f"result = {last.removeprefix('return ').removeprefix('kl = ')}"])
    if last.startswith("return kl"):
        code = "\n".join([*before, "result = kl"])
    exec(code, space)
    return float(space["result"])


def run_in_torch(text: str, values: dict[str, Any]) -> float:
    torch = pytest.importorskip("torch")
    *before, last = text.removeprefix("def kl(mu, S):\n    ").replace("\n    ", "\n").split("\n")
    tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}
    space = {"torch": torch, "trace": torch.trace, **tensors}
    exec("\n".join([*before, f"result = {last.removeprefix('return ')}"]), space)
    return float(space["result"])  # type: ignore[arg-type]


def run(text: str, values: dict[str, Any]) -> float:
    of_numpy = "np." in text or "scipy." in text
    return (run_in_numpy if of_numpy else run_in_torch)(text, values)


PYTHON = [
    text
    for text in UNIT
    if any(word in text for word in ("np.", "torch.", ".logdet()")) and "jnp." not in text
]
PYTHON_PAIRS = [text for text in PAIRS if any(word in text for word in ("np.", "torch.", "solve_triangular"))]
PYTHON_PAIRS = [text for text in PYTHON_PAIRS if "tf." not in text]


def unit_values(text: str, seed: int, size: int) -> tuple[dict[str, Any], float]:
    mean, factor = gaussian(seed, size)
    cov = factor @ factor.T
    names = {"mu": mean, "alpha": mean, "S": cov, "P": np.linalg.inv(cov), "L": factor, "d": float(size)}
    return names, unit(mean, cov)


@pytest.mark.parametrize("text", PYTHON)
def test_what_is_called_exact_is_what_python_computes(text: str) -> None:
    for seed, size in ((1, 2), (2, 3), (3, 6)):
        values, truth = unit_values(text, seed, size)
        assert run(text, values) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("text", PYTHON_PAIRS)
def test_so_it_is_for_two_gaussians(text: str) -> None:
    for seed, size in ((1, 2), (3, 4)):
        mean, factor = gaussian(seed, size)
        prior_mean, prior_factor = gaussian(seed + 7, size)
        cov, prior = factor @ factor.T, prior_factor @ prior_factor.T
        own = {"mu_q": mean, "m_q": mean, "m": mean, "S_q": cov, "S": cov, "L_q": factor}
        other = {"mu_p": prior_mean, "m_p": prior_mean, "S_p": prior, "K": prior, "L_p": prior_factor}
        sizes = {"d": float(size), "n": float(size), "M": float(size), "Lk": prior_factor}
        values = own | other | sizes | {"K_inv": np.linalg.inv(prior)}
        if "mu_q - mu_p" in text and "solve_triangular" in text:
            values |= {"mu_q": mean[:, None], "mu_p": prior_mean[:, None]}  # torch solves for columns
        if "term3" in text:
            text = text.replace("pow(2).sum(-1)\nhalf", "pow(2).sum()\nhalf")
        truth = pair(
            mean, cov, prior_mean if "_p" in text.replace("S_p", "").replace("L_p", "") else 0 * mean, prior
        )
        assert run(text, values) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "kind", "scale", "shift"),
    [
        ("trace(S) + mu' mu - d - logdet(S)", "scaled", 2, (0, 0)),
        ("trace(S)/4 + mu' mu/4 - d/4 - logdet(S)/4", "scaled", "1/2", (0, 0)),
        ("0.5 (trace(S) + mu' mu - d - logdet(S)) + 3", "scaled", 1, (0, 3)),
        ("0.5 (trace(S) + mu' mu - logdet(S))", "scaled", 1, ("1/2", 0)),
        (
            "0.5 (trace(S_p^-1 S_q) + (a_q - a_p)' S_p^-1 (a_q - a_p) + log|S_p|/|S_q|)",
            "scaled",
            1,
            ("1/2", 0),
        ),
    ],
)
def test_multiples(text: str, kind: str, scale: object, shift: tuple[object, object]) -> None:
    from fractions import Fraction

    best = settled(text).best
    assert best.verdict.kl
    assert (best.kind, best.verdict.kl.scale) == (kind, Fraction(str(scale)))
    assert (best.verdict.kl.per_dimension, best.verdict.kl.shift) == tuple(Fraction(str(x)) for x in shift)


OTHER = "0.5*(trace(S)/4 + (mu-1)@(mu-1)/4 - d - logdet(S) + d*log(4))"


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S)) / d", "1/d"),
        ("(torch.trace(S) + mu @ mu - torch.logdet(S)) / d - 1", "2/d"),
    ],
)
def test_what_is_divided_by_the_dimensions_is_a_multiple(text: str, scale: str) -> None:
    values, truth = unit_values(text, 2, 3)
    assert run(text, values) == pytest.approx(float(scale[0]) * truth / 3, rel=1e-9)
    found = settled(text)
    assert (found.kind, scale_text(found.best.verdict, found.prepared)) == ("scaled", scale)


def test_another_prior() -> None:
    best = settled(OTHER).best
    assert best.kind == "other-prior"
    assert best.verdict.kl
    assert (best.verdict.kl.scale, best.verdict.kl.prior_mean, best.verdict.kl.prior_variance) == (1, 1, 4)
    assert settled(OTHER, Question(prior=FixedPrior(1, 4))).best.kind == "exact"  # type: ignore[arg-type]
    mean, factor = gaussian(5, 3)
    cov = factor @ factor.T
    value = run_in_numpy(OTHER.replace("log(4)", "np.log(4)"), {"S": cov, "mu": mean, "d": 3})
    assert value == pytest.approx(pair(mean, cov, np.ones(3), 4 * np.eye(3)))


REVERSED = "0.5 (tr(S_q^-1 S_p) + (m_q - m_p)' S_q^-1 (m_q - m_p) - d + log|S_q|/|S_p|)"


def test_the_reversed_direction_is_told_by_the_names() -> None:
    best = settled(REVERSED).best
    assert (best.kind, best.mistake and best.mistake.code) == ("reversed", "KL115")
    assert best.corrected
    assert settled(best.corrected).best.kind == "exact"
    nameless = REVERSED.replace("_q", "x").replace("_p", "y")
    assert settled(nameless).best.kind == "exact"


def test_the_reversed_direction_of_a_fixed_prior() -> None:
    assert settled("0.5 (tr(S^-1) + mu' S^-1 mu - d + log det S)").best.kind == "reversed"


def test_weights_and_other_terms_are_set_aside() -> None:
    found = settled("recon + beta * 0.5 * (trace(S) + mu' mu - d - logdet(S)) / N")
    assert found.best.kind == "scaled"
    assert (found.prepared.aside.dimensions, found.prepared.others) == (("d",), ("recon",))
    found = settled("beta * 0.5 * (trace(S) + mu' mu - d - logdet(S)) / N")
    assert (found.best.kind, found.prepared.weights, found.prepared.divisors) == ("scaled", ("beta",), ("N",))


def between(q: tuple[str, str], p: tuple[str, str]) -> str:
    """The KL between two Gaussians, each given by its mean and its covariance."""
    distance, inverse = f"({p[0]} - {q[0]})", f"inv({p[1]})"
    form = f"{distance}' {inverse} {distance}"
    return f"0.5 * (tr({inverse} {q[1]}) + {form} - d + log det {p[1]} - log det {q[1]})"


SAID = [
    (("m_q", "S_q"), ("m_p", "S_p")),
    (("mu", "Sigma"), ("mu_prior", "Sigma_prior")),
    (("mu", "cov"), ("prior_mu", "prior_cov")),
    (("m1", "S1"), ("m2", "S2")),
    (("m_0", "Sigma_0"), ("m_1", "Sigma_1")),
    (("mN", "SN"), ("m0", "S0")),
    (("m", "V"), ("m0", "V0")),
    (("m_q", "S"), ("c", "Kzz")),
    (("a", "A"), ("b", "B")),
    (("m", "P"), ("m_p", "S_p")),
]
UNSAID = [(("x", "S"), ("y", "P")), (("x", "P"), ("y", "S")), (("mu_q", "X"), ("mu_p", "Y"))]


@pytest.mark.parametrize(("q", "p"), SAID)
def test_names_say_which_gaussian_is_the_posterior(q: tuple[str, str], p: tuple[str, str]) -> None:
    found = settled(between(q, p))
    assert (found.best.kind, found.best.verdict.way.mean("q"), found.warnings) == ("exact", q[0], ())
    assert (settled(between(p, q)).best.kind, settled(between(p, q)).warnings) == ("reversed", ())


@pytest.mark.parametrize(("q", "p"), UNSAID)
def test_where_no_name_says_it_it_is_said(q: tuple[str, str], p: tuple[str, str]) -> None:
    for one, other in ((q, p), (p, q)):
        found = settled(between(one, other))
        (warning,) = found.warnings
        assert found.best.kind == "exact"
        assert f"taken to be {one[1]}, and {other[1]} the prior's" in warning
        assert settled(between(one, other), Question(head=one[1])).warnings == ()
        assert settled(between(one, other), Question(head=other[1])).best.kind == "reversed"


@pytest.mark.parametrize(("q", "p"), [("m", "n"), ("n", "m"), ("mu", "zeros"), ("x", "y")])
def test_a_distribution_keeps_its_mean(q: str, p: str) -> None:
    """The square of the difference is the same for exchanged means, and what is said of them is not."""
    found = settled(f"kl_divergence(MultivariateNormal({q}, S), MultivariateNormal({p}, T))")
    way = found.best.verdict.way
    assert (way.mean("q"), {head.name: head.side for head in way.heads}) == (q, {"S": "q", "T": "p"})


def test_a_mean_of_the_prior_alone() -> None:
    found = settled("0.5 (tr(S_p^-1 S_q) + mu_p' S_p^-1 mu_p - d + log det S_p - log det S_q)")
    assert (found.best.kind, found.best.verdict.way.means) == ("exact", {"mu_p": "p"})


@pytest.mark.parametrize("name", ["dm_act", "c", "nlat", "Z"])
def test_what_stands_for_the_number_of_dimensions_is_it_whatever_its_name(name: str) -> None:
    right = f"0.5 * (trace(S) + mu' mu - {name} - logdet(S))"
    assert (settled(right).best.kind, settled(right).prepared.aside.dimensions) == ("exact", (name,))
    twice = settled(right.replace("logdet", "2 * logdet")).best
    assert (twice.mistake and twice.mistake.code, twice.corrected) == ("KL102", right)
    assert settled(right.replace(f"- {name}", f"- 2 * {name}")).best.corrected == right


@pytest.mark.parametrize(
    "name", ["recon_loss", "nll", "beta", "batch_size", "log_px", "X.shape[0]", "jitter"]
)
def test_a_name_that_says_something_else_is_no_number_of_dimensions(name: str) -> None:
    found = settled(f"0.5 * (torch.trace(S) + mu @ mu - {name} - torch.logdet(S))")
    assert (found.best.kind, found.prepared.aside.dimensions) == ("scaled", ())


def test_another_term_without_a_name_is_set_aside_beside_a_number_of_dimensions() -> None:
    found = settled("fit - 0.5 * (trace(S) + mu' mu - d - logdet(S)) * -1 - foo")
    assert (found.best.kind, found.prepared.aside.dimensions, found.prepared.others) == (
        "exact",
        ("d",),
        ("fit", "foo"),
    )
    found = settled("foo + 0.5 * (trace(S) + mu' mu - logdet(S))")
    assert (found.best.kind, found.prepared.others) == ("scaled", ("foo",))
    assert found.best.corrected == "foo + 0.5 * (trace(S) + mu' mu - logdet(S) - d)"


def test_a_reading_can_be_demanded() -> None:
    text = "0.5 * (trace(L L') + mu' mu - d - 2 sum(log(diag(L))))"
    assert settled(text, Question(reading=READINGS["cholesky"])).best.kind == "exact"
    assert settled(text, Question(reading=READINGS["covariance"])).best.kind == "wrong"
    with pytest.raises(KlcliError, match="reading of a number"):
        settled(text, Question(reading=PARAMETERIZATIONS["std"]))


def test_symbols_can_be_named() -> None:
    text = "0.5 (tr(B^-1 A) + (a - b)' B^-1 (a - b) - d + log|B|/|A|)"
    assert settled(text, Question(mean="a", head="A")).best.kind == "exact"
    assert settled(text, Question(mean="b", head="B")).best.kind == "reversed"
    with pytest.raises(KlcliError, match="is no vector"):
        settled(text, Question(mean="x"))
    with pytest.raises(KlcliError, match="is no matrix"):
        settled(text, Question(head="a"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trace(mu' S) + S - log det S", "do not fit together"),
        ("0.5 (tr(S) + mu mu - d - log det S) + S", "do not fit together"),
        ("exp(S) + tr(S) - log det S", "do not fit together"),
        ("logdet(A) + logdet(B) + logdet(C) + logdet(D) + logdet(E)", "two covariance matrices"),
        ("tr(A B) + tr(C D) + tr(E F) + tr(G H) + x + y", "at most 8 are told apart"),
        ("0.5 (tr(S)/s^2 + mu' mu/s^2 - d - log det S + d log(s^2))", "neither a factor nor"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(KlcliError, match=problem):
        settled(text)


@pytest.mark.parametrize("text", ["tr(S) + mu' mu", "tr(S) - d", "tr(S)^2"])
def test_what_has_no_determinant_is_no_kl(text: str) -> None:
    assert settled(text).best.kind == "not-kl"


def test_a_counterexample_is_one() -> None:
    point = settled("0.5 * (trace(S) + mu @ mu - d - 2 * logdet(S))").counterexample
    assert point
    mean, cov = (np.array(point.point[name], dtype=float) for name in ("mu", "S"))
    assert point.expected == pytest.approx(unit(mean, cov))
    value = 0.5 * (np.trace(cov) + mean @ mean - 2 - 2 * np.log(np.linalg.det(cov)))
    assert point.found == pytest.approx(value)


def test_the_mean_left_out() -> None:
    best = settled("0.5 (trace(S) - d - logdet(S))").best
    assert (best.kind, best.mistake and best.mistake.code) == ("wrong", "KL111")
    assert settled("0.5 (trace(A_p^-1 A_q) - d - logdet(A_q) + logdet(A_p))").best.kind == "exact"


def test_jitter_is_set_aside_and_said() -> None:
    found = settled("0.5 * (torch.trace(S) + mu @ mu - d - torch.logdet(S + 1e-6 * torch.eye(d)))")
    assert (found.best.kind, len(found.prepared.epsilons)) == ("exact", 1)
    found = settled("0.5 (tr(S) + mu' mu - d - log det(S + jitter I))")
    assert (found.best.kind, len(found.prepared.epsilons)) == ("exact", 1)
    assert settled("0.5 (tr(S) + mu' mu - d - log det(S + 0.5 I))").best.kind == "wrong"


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("0.5 * (trace(S) + sum(mu * mu) - d - logdet(S))", "python", "read as Python"),
        ("0.5 * (trace(inv(S_p) * S_q) - d - logdet(S_q) + logdet(S_p))", "math", "read as mathematics"),
        ("0.5 * (sum(L * L) + sum(mu * mu) - d - 2 * sum(log(diag(L))))", "python", "read as Python"),
        ("0.5 * (trace(S) + sum(mu**2) - d - logdet(S))", "python", ""),
        ("0.5 * (sum((inv(L_p) @ L_q)**2) - d) + sum(log(diag(L_p))) - sum(log(diag(L_q)))", "python", ""),
    ],
)
def test_a_text_of_both_languages_is_read_as_the_one_that_it_is(text: str, language: str, said: str) -> None:
    program = read_matrices(text)
    assert program
    found = verify(program, other=read_otherwise(program))
    assert (found.best.kind, found.program.language) == ("exact", language)
    assert [said in warning for warning in found.warnings] == [True] * bool(said)


@pytest.mark.parametrize(
    "text",
    [
        "0.5 (sum((inv(L_p) L_q)^2) + sum((inv(L_p) (m_q - m_p))^2) - d) + log det L_p - log det L_q",
        "½ (∑ (L²) + μᵀμ - d) - log det L",
        "0.5 * (sum((inv(L_p) @ L_q)**2) - d) + sum(log(diag(L_p))) - sum(log(diag(L_q)))",
    ],
)
def test_a_square_within_a_sum_is_that_of_the_entries_and_it_is_said(text: str) -> None:
    program = read_matrices(text, "math")
    assert program
    found = verify(program)
    assert found.best.kind == "exact"
    assert ["square of a matrix" in warning for warning in found.warnings] == [True]


def test_a_square_within_a_trace_is_the_power() -> None:
    best = settled("0.5 (tr(L^2) + sum(mu^2) - d) - log det L").best
    assert (best.mistake and best.mistake.code) == "KL132"


@pytest.mark.parametrize(
    ("logdet", "kinds", "words"),
    [
        ("torch.logdet(S)", [], ""),
        ("torch.logdet(S.detach())", ["gradient"], "the gradient of S is not"),
        ("torch.logdet(S)).detach(", ["no-gradient"], "stopped as a whole"),
    ],
)
def test_gradients_that_are_stopped_are_said(logdet: str, kinds: list[str], words: str) -> None:
    found = settled(f"0.5 * (torch.trace(S) + mu @ mu - d - {logdet})")
    assert found.best.kind == "exact"
    assert [one.kind for one in found.conditions if not one.passes] == kinds
    assert all(words in one.text for one in found.conditions)


def test_a_mean_that_stands_in_one_call_is_its_value() -> None:
    text = "0.5 * (np.trace(S) + np.tanh(mu) @ np.tanh(mu) - d - np.linalg.slogdet(S)[1])"
    values, _ = unit_values(text, 1, 2)
    assert run(text, values) == pytest.approx(unit(np.tanh(values["mu"]), values["S"]), rel=1e-9)
    found = settled(text, Question(sampler=read_matrices("np.tanh(mu) + np.linalg.cholesky(S) @ eps")))
    assert found.best.kind == "exact"
    assert [one.kind for one in found.conditions] == ["definition"]
    assert found.sampling
    assert found.sampling.status == "agrees"
    assert settled(text.replace("np.tanh(mu)", "(np.tanh(mu) - 1)")).best.kind == "wrong"
    assert settled(text.replace("- d", "+ np.sum(mu) - d")).best.kind == "wrong"
