"""The formulas beside the truth: the table of the documentation, ratios, and what is said of them."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import free_symbols
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.answer import verify
from klcli.judge.comparison import FORMULAS, compare, grid_of, matrix, truth_at
from klcli.judge.question import Question
from tests import reference

MU, SIGMA = Fraction(3, 10), Fraction(6, 5)

BY_HAND = {
    "A": lambda s, mu: -(2 * mpmath.log(s) - s**2 - mu**2 + 1) / 2,
    "B": lambda s, mu: -(mpmath.log(s) - s - mu**2 + 1) / 2,
    "C": lambda s, mu: -(1 + s - mu**2 - mpmath.exp(s)) / 2,
    "D": lambda s, mu: -(1 + 2 * s - mu**2 - mpmath.exp(2 * s)) / 2,
}


def by_hand(name: str, reading: str, mu: str, sigma: str) -> float | None:
    """The formula's value from mpmath; None where its logarithm has none."""
    with mpmath.workdps(40):
        value = BY_HAND[name](reference.HEAD[reading](mpmath.mpf(sigma)), mpmath.mpf(mu))
        return None if isinstance(value, mpmath.mpc) or mpmath.isinf(value) else float(value)


@pytest.mark.parametrize("reading", sorted(PARAMETERIZATIONS))
def test_values_and_ratios(reading: str) -> None:
    row = PARAMETERIZATIONS[reading]
    at = SIGMA if row.reaches(SIGMA) else SIGMA / 2
    for formula in compare(FORMULAS, row, MU, at):
        expected = by_hand(formula.name, reading, "0.3", str(float(at)))
        assert formula.value == (None if expected is None else pytest.approx(expected, rel=1e-15))
        if formula.value is not None:
            assert formula.ratio == pytest.approx(formula.value / truth_at(MU, at), rel=1e-15)
        for point, sigma in zip(formula.grid, grid_of(row), strict=True):
            value = by_hand(formula.name, reading, "0.3", str(float(sigma)))
            assert point.value == (None if value is None else pytest.approx(value, rel=1e-14))


def test_the_table_of_the_documentation() -> None:
    """Rows std, var, logstd and logvar, columns A to D, at mu = 0.3 and sigma = 1.2."""
    table = {(entry.parameterization, entry.name): entry for entry in matrix(FORMULAS, MU, SIGMA)}
    documented = {
        "std": (0.0826784, 0.0538392, 0.605058, 3.85659),
        "var": (0.217157, 0.0826784, 0.935348, 7.01214),
        "logstd": (1.26360, 0.487152, 0.0538392, 0.0826784),
        "logvar": (0.620318, 0.231740, 0.0826784, 0.217157),
    }
    for reading, row in documented.items():
        for name, value in zip("ABCD", row, strict=True):
            assert table[reading, name].value == pytest.approx(value, rel=5e-6)
            assert (table[reading, name].verdict == "exact") == (value == 0.0826784)


def test_matrix_covers_every_reading() -> None:
    assert {entry.parameterization for entry in matrix(FORMULAS, MU, SIGMA)} == set(PARAMETERIZATIONS)


@pytest.mark.parametrize(
    ("text", "reading", "words"),
    [
        ("-1/2 (log s - s - mu^2 + 1)", "var", "is KL(q || N(0, 1)) itself"),
        ("-1/2 (log s - s - mu^2 + 1)", "std", "it is the one for a variance"),
        ("-1/2 (log s - s - mu^2 + 1)", "std", "charges a quarter of the true curvature"),
        ("-1/2 (log s - s - mu^2 + 1)", "std", "grows like sigma where the KL grows like sigma^2"),
        ("-1/2 (1 + s - mu^2 - e^(2s))", "logstd", "is 1/2 KL(q || N(0, 1/2)) + 1/4 log(2) - 1/4"),
        ("-1/2 (1 + s - mu^2 - e^s)", "var", "has no minimum: it falls to 0 as sigma -> 0"),
        ("-2 (1 + s - mu^2 - e^s)", "logvar", "is 4 KL(q || N(0, 1)): an effective beta"),
        ("-1/2 (s - mu^2 - e^s)", "logvar", "is KL(q || N(0, 1)) + 1/2: the constant changes no gradient"),
        ("log s + (1 + mu^2)/(2 s^2) - 1/2", "std", "is KL(N(0, 1) || q): the reversed direction"),
        ("-1/2 (2 log s - s^2 - mu^2 + 1)", "logvar", "has its minimum at sigma = 1.64872"),
        ("-1/2 (1 + a - b^2 - e^a)", "logvar", "with b as the mean and a as the head"),
        (
            "1/2 (1 + s - mu^2 - e^s)",
            "logvar",
            "the negative of one that is KL(q || N(0, 1)) itself: its sign is flipped",
        ),
        ("mu^2 + 1", "std", "does not depend on the spread"),
        ("mu^2 + s^2", "std", "has not the ingredients of a KL"),
        ("-1/2 (1 + s - e^s)", "logvar", "the mean does not occur in it"),
        ("-1/2 (1 + mu - s^2 - e^mu)", "logvar", "it would be the KL with mu and s exchanged"),
    ],
)
def test_what_is_said(text: str, reading: str, words: str) -> None:
    (formula,) = compare({"F": parse(text)}, PARAMETERIZATIONS[reading], MU, SIGMA)
    assert words in formula.explanation


def test_at_the_prior_there_is_no_ratio() -> None:
    (formula, *_) = compare(FORMULAS, PARAMETERIZATIONS["std"], Fraction(0), Fraction(1))
    assert formula.value == 0
    assert formula.ratio is None


@pytest.mark.parametrize(
    ("text", "kind", "ratio"),
    [
        ("beta*(-0.5*(1 + lv - mu^2 - exp(lv)))", "scaled", 1.0),
        ("0.5*(exp(lv) + mu^2 - 1 - lv) + rec", "exact", 1.0),
        ("-0.5*torch.sum(1 + lv - mu**2 - lv.exp())/batch_size", "exact", 1.0),
        ("beta*(-0.5*(1 + lv - mu^2 - exp(2*lv)))", "wrong", None),
    ],
)
def test_what_stands_around_a_kl_is_judged_as_in_verify(text: str, kind: str, ratio: float | None) -> None:
    """And set aside for the values, which are those of one latent."""
    program = read_program(text)
    point = Fraction(3, 10), Fraction(6, 5)
    (judged,) = compare({"mine": program.tree}, PARAMETERIZATIONS["logvar"], *point, {"mine": program})
    assert judged.verdict == verify(program, Question(reading=PARAMETERIZATIONS["logvar"])).kind == kind
    assert judged.ratio == (pytest.approx(ratio) if ratio else pytest.approx(judged.ratio))
    assert set(free_symbols(judged.formula)) >= {"mu", "lv"}
    assert "without" in judged.explanation


def test_a_prior_of_its_own_has_no_place_beside_a_fixed_one() -> None:
    program = read_program("log(s2/s1) + (s1^2 + (m1 - m2)^2)/(2 s2^2) - 1/2")
    with pytest.raises(KlcliError, match="one mean and one head"):
        compare({"mine": program.tree}, PARAMETERIZATIONS["std"], Fraction(0), Fraction(1), {"mine": program})
