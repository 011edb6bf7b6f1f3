"""Readings whose sigma has a range: sigmoid, in every spelling, and the points at which such ones are looked at."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.math_parser import parse
from klcli.gaussian.parameterization import PARAMETERIZATIONS, find
from klcli.judge.answer import verify
from klcli.judge.comparison import FORMULAS, compare, grid_of
from klcli.judge.landscape import Limit, lowest, on_grid
from klcli.judge.probes import head_at, probes
from klcli.judge.proof import is_proved, is_shown_by_sympy
from klcli.judge.question import PLAIN, Question
from klcli.judge.roles import Roles
from klcli.judge.two_gaussians import PAIR_PROBES, pair_probes

SIGMOID = find("sigmoid")
ROLES = Roles("mu", "s")

RIGHT = (
    "0.5*(torch.sigmoid(s)**2 + mu**2 - 1) - torch.log(torch.sigmoid(s))",
    "torch.sum(0.5*(torch.sigmoid(s)**2 + mu**2 - 1) - F.logsigmoid(s), dim=1)",
    "std = tf.nn.sigmoid(s); 0.5 * tf.reduce_sum(std**2 + mu**2 - 1 - 2*tf.math.log(std), 1)",
    "0.5 * ((1 / (1 + np.exp(-s)))**2 + mu**2 - 1) + np.log1p(np.exp(-s))",
    "-0.5*(1 + 2*s - 2*softplus(s) - mu^2 - sigmoid(s)^2)",
    r"\frac{1}{2}\left(\operatorname{sigmoid}(s)^2 + \mu^2 - 1\right) - \log \frac{e^s}{1 + e^s}",
)


@pytest.mark.parametrize("text", RIGHT)
def test_right_formulas_are_proved(text: str) -> None:
    found = verify(read_program(text), PLAIN)
    assert (found.best.kind, found.best.verdict.parameterization.name) == ("exact", "sigmoid")
    assert is_proved(found.prepared.tree, found.best.verdict)
    assert is_shown_by_sympy(found.prepared.tree, found.best.verdict)


WRONG = (
    ("0.5*(torch.sigmoid(s)**2 + mu**2 - 1) - 0.5*torch.log(torch.sigmoid(s))", "wrong", "KL101"),
    ("0.5*(torch.sigmoid(s) + mu**2 - 1) - torch.log(torch.sigmoid(s))", "wrong", "KL103"),
    ("0.5*(torch.sigmoid(s)**2 + mu**2 + 1) - torch.log(torch.sigmoid(s))", "scaled", "KL108"),
    ("torch.sigmoid(s)**2 + mu**2 - 1 - 2*torch.log(torch.sigmoid(s))", "scaled", "KL106"),
)


@pytest.mark.parametrize(("text", "kind", "code"), WRONG)
def test_wrong_formulas_have_their_mistake(text: str, kind: str, code: str) -> None:
    found = verify(read_program(text), PLAIN)
    assert found.best.verdict.parameterization is SIGMOID
    assert (found.best.kind, found.best.mistake and found.best.mistake.code) == (kind, code)
    if found.best.corrected:
        again = verify(read_program(found.best.corrected), PLAIN)
        assert (again.best.kind, again.best.verdict.parameterization) == ("exact", SIGMOID)


def test_two_gaussians_of_two_readings() -> None:
    text = "torch.log(s2/torch.sigmoid(h)) + (torch.sigmoid(h)**2 + (m1 - m2)**2)/(2*s2**2) - 0.5"
    found = verify(read_program(text), PLAIN).best.verdict
    assert (found.kind, found.parameterization.name) == ("exact", "sigmoid")
    assert found.prior_parameterization is find("std")


@pytest.mark.parametrize(
    ("line", "reading", "status"),
    [
        ("mu + torch.sigmoid(s) * eps", "sigmoid", "agrees"),
        ("mu + eps / (1 + torch.exp(-s))", "sigmoid", "agrees"),
        ("mu + torch.exp(F.logsigmoid(s)) * torch.randn_like(s)", "sigmoid", "agrees"),
        ("mu + torch.exp(s) * eps", "logstd", "disagrees"),
        ("mu + torch.sigmoid(s)**2 * eps", None, "disagrees"),
    ],
)
def test_samplers(line: str, reading: str | None, status: str) -> None:
    found = verify(read_program(RIGHT[0]), Question(sampler=read_program(line))).sampling
    assert found
    assert (found.parameterization, found.status) == (reading, status)


def test_points_lie_in_the_range_and_those_of_others_have_not_moved() -> None:
    for name, row in PARAMETERIZATIONS.items():
        assert all(row.reaches(sigma) for _, sigma in probes(name))
        assert all(row.reaches(one) for _, one, _, _ in pair_probes(name, "sigmoid"))
        assert all(SIGMOID.reaches(two) for *_, two in pair_probes(name, "sigmoid"))
    assert pair_probes("logvar", "std") == PAIR_PROBES
    with pytest.raises(ArithmeticError):
        head_at("sigmoid", Decimal("1.2"), 50)
    with mpmath.workdps(40):
        found = mpmath.mpf(str(head_at("sigmoid", Decimal("0.9"), 40)))
        assert mpmath.almosteq(found, mpmath.log(9), 1e-35)


def test_the_minimum_is_approached_and_never_reached() -> None:
    """sigma = 1, the minimum of the KL to N(0, 1), is the end of the range."""
    found = lowest(parse("1/2 (sigmoid(s)^2 + mu^2 - 1) - log sigmoid(s)"), ROLES, SIGMOID)
    assert found == Limit("sigma -> 1", 0.0)
    below = lowest(parse("s + mu^2"), ROLES, SIGMOID)
    assert isinstance(below, Limit)
    assert (below.where, below.unbounded) == ("sigma -> 0", True)


def test_no_value_beyond_the_range() -> None:
    (row,) = on_grid(parse("s + mu"), ROLES, SIGMOID, [0.0], [0.5, 1.0, 1.5])
    assert row == [0.0, float("inf"), float("inf")]
    judged = compare(FORMULAS, SIGMOID, Fraction(0), Fraction(1, 2))
    assert [one.verdict for one in judged] == ["wrong"] * 4
    assert grid_of(SIGMOID) == (Fraction("0.1"), Fraction("0.5"), Fraction("0.9"))


def test_a_condition_is_measured_in_the_range() -> None:
    std = "1/(1 + torch.exp(-s))"
    (small,) = verify(
        read_program(f"0.5*(({std})**2 + mu**2 - 1) - torch.log({std} + 1e-7)"), PLAIN
    ).conditions
    assert small.passes
    assert "for sigma from 0.0099 to 0.99" in small.text
