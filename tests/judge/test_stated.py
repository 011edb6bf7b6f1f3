"""The equation that is written is judged: which of the two Gaussians its left-hand side begins with."""

from __future__ import annotations

from math import log

import pytest

from klcli.formula.program import read_program
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.answer import answer_to_text, verify
from klcli.judge.roles import Roles
from klcli.judge.stated import is_stated_turned
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
