"""The equation that is written is judged: which of the two Gaussians its left-hand side begins with."""

from __future__ import annotations

from fractions import Fraction
from math import isclose, log

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.answer import answer_to_text, verify
from klcli.judge.left_side import is_stated_turned, stated_prior
from klcli.judge.question import Question
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.verification import Verification

Q_P = "log(sp/sq) + (sq^2 + (mp-mq)^2)/(2 sp^2) - 1/2"
P_Q = "log(sq/sp) + (sp^2 + (mp-mq)^2)/(2 sq^2) - 1/2"
POINT = {"mq": 0.3, "sq": 1.2, "mp": -0.4, "sp": 0.7}


def kl(a: str, b: str) -> float:
    """KL(N(m_a, s_a^2) || N(m_b, s_b^2)) at the point."""
    ratio = POINT["s" + a] / POINT["s" + b]
    shift = (POINT["m" + a] - POINT["m" + b]) / POINT["s" + b]
    return (ratio**2 + shift**2 - 1) / 2 - log(ratio)


@pytest.mark.parametrize(
    ("left", "right", "first"),
    [
        ("KL(q||p)", Q_P, "q"),
        ("KL(q||p)", P_Q, "q"),
        ("KL(p||q)", P_Q, "p"),
        ("KL(p||q)", Q_P, "p"),
        ("KL(p|q)", P_Q, "p"),
        ("D_KL(P‖Q)", P_Q, "p"),
        (r"D_{KL}(p(z)\|q_\phi(z|x))", P_Q, "p"),
        (r"D_{KL}(p(z)\|q_\phi(z|x))", Q_P, "p"),
        (r"D_{KL}(q_\phi(z|x)\|p(z))", Q_P, "q"),
    ],
)
def test_the_equation_is_judged(left: str, right: str, first: str) -> None:
    second = "p" if first == "q" else "q"
    value = evaluate(read_program(right).tree, POINT, Doubles())
    is_true = abs(value - kl(first, second)) < 1e-12
    assert is_true or abs(value - kl(second, first)) < 1e-12
    best = verify(read_program(f"{left} = {right}")).best
    assert best.kind == ("exact" if is_true else "reversed")
    assert best.verdict.roles.head == f"s{first}"


TRACE = "1/2 (tr(inv(S_p) S_q) - d + (m_p - m_q)' inv(S_p) (m_p - m_q) + log(det(S_p)/det(S_q)))"
"""KL(q || p); with the letters exchanged it is KL(p || q)."""


@pytest.mark.parametrize("left", ["KL(q||p)", "KL(p||q)"])
@pytest.mark.parametrize("is_turned", [False, True])
def test_the_equation_of_matrices_is_judged(left: str, is_turned: bool) -> None:
    right = TRACE.translate(str.maketrans("pq", "qp")) if is_turned else TRACE
    found = answer_to_text(f"{left} = {right}")
    assert isinstance(found, Verification)
    assert found.best.kind == ("exact" if (left == "KL(p||q)") is is_turned else "reversed")
    assert found.best.verdict.roles.head == f"S_{left[3]}"


def test_no_correction_is_a_false_equation() -> None:
    corrected = verify(read_program(f"KL(p||q) = {Q_P}")).best.corrected
    if corrected is not None:
        value = evaluate(read_program(corrected).tree, POINT, Doubles())
        assert value == pytest.approx(kl("p", "q"))


@pytest.mark.parametrize(
    ("left", "names", "turned"),
    [
        ("KL(N_2||N_1)", ("m1", "s1", "m2", "s2"), True),
        (r"D_{KL}(\mathcal{N}_1\|\mathcal{N}_2)", ("m1", "s1", "m2", "s2"), False),
        (
            r"KL(\mathcal{N}(\mu_p, \sigma_p)\parallel\mathcal{N}(\mu_q, \sigma_q))",
            ("mq", "sq", "mp", "sp"),
            True,
        ),
        ("KL(p||q)", ("m1", "s1", "m2", "s2"), False),  # p is N(m1, s1^2) there
        ("KL(p||q)", ("mu", "sigma", None, None), False),
        ("kl_pq", ("mq", "sq", "mp", "sp"), True),
        ("kl_p_q", ("mq", "sq", "mp", "sp"), True),
        ("kl_q_to_p", ("mq", "sq", "mp", "sp"), False),
        ("loss_kl_21", ("m1", "s1", "m2", "s2"), True),
        ("kl_12", ("m1", "s1", "m2", "s2"), False),
        ("kl_pq_weight", ("mq", "sq", "mp", "sp"), False),
        ("KL", ("mq", "sq", "mp", "sp"), False),
        ("", ("mq", "sq", "mp", "sp"), False),
    ],
)
def test_only_the_labels_of_the_symbols_tell(left: str, names: tuple[str | None, ...], turned: bool) -> None:
    assert is_stated_turned(left, Roles(*names)) is turned


@pytest.mark.parametrize(
    ("left", "is_true"),
    [
        ("KL(N(mu, sigma^2) || N(0, 1))", True),
        ("KL(N(0, 1) || N(mu, sigma^2))", False),
        (r"D_{KL}(\mathcal{N}(0, I) \| \mathcal{N}(\mu, \sigma^2))", False),
        (r"D_{KL}(\mathcal{N}(\mu, \sigma^2) \| \mathcal{N}(0, I))", True),
        ("KL(q || p)", True),
        ("kl_0", True),
    ],
)
def test_a_direction_to_fixed_numbers_is_part_of_the_equation(left: str, is_true: bool) -> None:
    """The right-hand side is KL(N(mu, sigma^2) || N(0, 1))."""
    found = verify(read_program(f"{left} = 1/2 (sigma^2 + mu^2 - 1 - log(sigma^2))"))
    assert found.best.kind == "exact"
    assert found.holds(()) is is_true
    assert [one.kind for one in found.conditions if not one.passes] == ([] if is_true else ["equation"])


def kl_of_numbers(one: tuple[float, float], other: tuple[float, float]) -> float:
    """KL(N(m, v) || N(n, w)) of means and variances."""
    (m, v), (n, w) = one, other
    return (v / w + (m - n) ** 2 / w - 1 - log(v / w)) / 2


# A right-hand side, and the Gaussian of numbers that its left-hand side has: which first.
TO_STANDARD = "1/2 (s^2 + mu^2 - 1 - log(s^2))"
FROM_STANDARD = "log(s) + (1 + mu^2)/(2 s^2) - 1/2"
FROM_WIDE = "log(s/2) + (4 + mu^2)/(2 s^2) - 1/2"
TO_MOVED = "log(2/s) + (s^2 + (mu-1)^2)/8 - 1/2"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (left, right)
        for left in (
            "KL(N(0, 1) || N(mu, s^2))",
            "KL(N(mu, s^2) || N(0, 1))",
            "KL(N(0, 4) || N(mu, s^2))",
            "KL(N(mu, s^2) || N(1, 4))",
            r"D_{KL}(\mathcal{N}(0, 2^2) \| \mathcal{N}(\mu, s^2))",
            r"D_{KL}(\mathcal{N}(\mu, s^2) \parallel \mathcal{N}(\mathbf{0}, \mathbf{I}))",
        )
        for right in (TO_STANDARD, FROM_STANDARD, FROM_WIDE, TO_MOVED)
    ],
)
def test_an_equation_to_fixed_numbers_holds_where_it_is_true(left: str, right: str) -> None:
    written = right.replace("mu", r"\mu") if "mathcal" in left else right
    found = verify(read_program(f"{left} = {written}"))
    prior = stated_prior(left)
    assert prior is not None
    fixed = float(prior.mean), float(prior.variance)
    own = 0.3, 1.2**2
    starts_fixed = left.partition("(")[2].partition("|")[0].count("mu") == 0
    true = kl_of_numbers(fixed, own) if starts_fixed else kl_of_numbers(own, fixed)
    value = evaluate(read_program(right).tree, {"mu": 0.3, "s": 1.2}, Doubles())
    assert found.holds(()) is isclose(value, true, rel_tol=1e-12)
    if found.counterexample:
        at = {name: float(value) for name, value in found.counterexample.point.items()}  # type: ignore[arg-type]
        own = at["mu"], at["s"] ** 2
        wanted = kl_of_numbers(fixed, own) if starts_fixed else kl_of_numbers(own, fixed)
        assert found.counterexample.expected == pytest.approx(wanted)


def test_a_constant_beside_the_stated_direction_is_told() -> None:
    found = verify(read_program("KL(N(0,1) || N(mu, s^2)) = log(s) + (1 + mu^2)/(2 s^2) + 1/2"))
    assert (found.best.kind, found.holds(())) == ("scaled", False)
    assert found.best.mistake is None


@pytest.mark.parametrize(
    ("left", "right", "is_true"),
    [
        ("KL(N(0,I) || N(mu, S))", "1/2 (tr(inv(S)) + mu' inv(S) mu - d + log det S)", True),
        ("KL(N(mu, S) || N(0,I))", "1/2 (tr(inv(S)) + mu' inv(S) mu - d + log det S)", False),
        ("KL(N(0,I) || N(mu, S))", "1/2 (tr(S) + mu' mu - d - log det S)", False),
        ("KL(N(mu, S) || N(0,I))", "1/2 (tr(S) + mu' mu - d - log det S)", True),
    ],
)
def test_the_direction_of_matrices_to_the_identity(left: str, right: str, is_true: bool) -> None:
    assert answer_to_text(f"{left} = {right}").holds(()) is is_true


@pytest.mark.parametrize(
    ("left", "prior"),
    [
        ("KL(N(mu, s^2) || N(1, 4))", FixedPrior(Fraction(1), Fraction(4))),
        ("KL(N(mu, sigma**2) || N(-1/2, 0.25))", FixedPrior(Fraction(-1, 2), Fraction(1, 4))),
        ("KL(N(0, 2^2) || N(mu, s))", FixedPrior(Fraction(0), Fraction(4))),
        ("KL(N(mu, s) || N(0, I))", FixedPrior()),
        ("KL(N(mu, s) || N(0, 4))", None),  # of a variance or of a standard deviation?
        ("KL(N(mu, s^2) || N(m, t^2))", None),
        ("KL(q || p)", None),
        ("kl_0", None),
        ("KL(N_0 || N_1)", None),
    ],
)
def test_the_numbers_of_a_fixed_gaussian(left: str, prior: FixedPrior | None) -> None:
    assert stated_prior(left) == prior


def test_a_prior_that_is_asked_for_goes_before_that_of_the_equation() -> None:
    program = read_program(f"KL(N(mu, s^2) || N(1, 4)) = {TO_MOVED}")
    assert verify(program, Question(prior=FixedPrior(Fraction(0), Fraction(9)))).kind == "other-prior"
