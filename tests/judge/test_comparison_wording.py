"""Words for what training with a formula would do: numbers by calculus on paper, said with the field's terms."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.comparison_wording import explain, shape_words
from klcli.judge.landscape import Limit, Minimum, lowest
from klcli.judge.roles import Roles
from klcli.judge.verdict import judge_as

FORMULAS = [
    ("-1/2 (2 log s - s^2 - mu^2 + 1)", "std", "is KL(q || N(0, 1)) itself"),
    ("-1/4 (2 log s - s^2 - mu^2 + 1)", "std", "is 1/2 KL(q || N(0, 1)): an effective beta"),
    ("-1/2 (2 log s - s^2 - mu^2)", "std", "is KL(q || N(0, 1)) + 1/2: the constant changes no gradient"),
    # -1/2 (1 + s - mu^2 - e^(2s)) is 1/2 KL to N(0, 1/2) and a constant, 1/4 (2 mu^2 ...): DESIGN, section 2
    ("-1/2 (1 + s - mu^2 - exp(2 s))", "logstd", "is 1/2 KL(q || N(0, 1/2))"),
    ("log s + (1 + mu^2)/(2 s^2) - 1/2", "std", "is KL(N(0, 1) || q): the reversed direction"),
    ("1/2 (2 log s - s^2 - mu^2 + 1)", "std", "its sign is flipped"),
    ("mu + s", "std", "has not the ingredients of a KL"),
    ("s^2/2 - log s - 1/2", "std", "the mean does not occur in it"),
]


@pytest.mark.parametrize(("text", "reading", "words"), FORMULAS)
def test_a_formula_is_named(text: str, reading: str, words: str) -> None:
    tree, row = read(text), PARAMETERIZATIONS[reading]
    way = Roles("mu" if "mu" in text else None, "s")
    verdict = judge_as(tree, way, row)
    assert words in explain(tree, verdict, (), lowest(tree, way, row), 2.0)


def test_a_formula_of_another_reading_says_which() -> None:
    tree, way = read("-1/2 (log s - s - mu^2 + 1)"), Roles("mu", "s")
    verdict = judge_as(tree, way, PARAMETERIZATIONS["std"])
    assert "it is the one for a variance" in explain(tree, verdict, ("var",), None, None)


@pytest.mark.parametrize(
    ("lowest_at", "growth", "words"),
    [
        (None, 2.0, ["has no value for any sigma"]),
        (
            Limit("sigma -> 0", None, unbounded=True),
            None,
            ["has no minimum: it falls without bound as sigma -> 0"],
        ),
        (Limit("sigma -> 0", value=0.5), None, ["has no minimum: it falls to 0.5 as sigma -> 0"]),
        (Limit("sigma -> 0", None), None, ["has no minimum: it is lowest as sigma -> 0"]),
    ],
    ids=["no value", "unbounded", "falls to", "lowest"],
)
def test_a_formula_without_a_minimum(lowest_at, growth, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert shape_words(lowest_at, growth) == words


def minimum(**given: float | None) -> Minimum:
    values = {"mu": 0.0, "sigma": 1.0, "value": 0.0, "curvature": 2.0} | given
    return Minimum(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (minimum(), "keeps the minimum and the curvature in sigma of the KL there"),
        (minimum(curvature=0.5), "keeps the minimum but charges a quarter of the true curvature there"),
        (minimum(curvature=8.0), "keeps the minimum but charges 4 times the true curvature there"),
        (minimum(curvature=3.0), "keeps the minimum but charges 1.5 times the true curvature there"),
        (minimum(curvature=None), "keeps the minimum but has no curvature there"),
        (minimum(sigma=0.5), "has its minimum at sigma = 0.5 instead of mu = 0, sigma = 1"),
        (minimum(mu=0.3), "has its minimum at mu = 0.3 instead of mu = 0, sigma = 1"),
        (minimum(sigma=None), "does not depend on the spread"),
    ],
)
def test_a_minimum_is_held_against_that_of_the_kl(found: Minimum, words: str) -> None:
    assert shape_words(found, 2.0)[0] == words


@pytest.mark.parametrize(
    ("growth", "words"),
    [
        (4.0, "like sigma^4"),
        (1.0, "like sigma"),
        (0.05, "like log sigma"),
        (80.0, "exponentially with sigma"),
    ],
)
def test_another_growth_is_told(growth: float, words: str) -> None:
    assert shape_words(minimum(), growth)[1] == f"grows {words} where the KL grows like sigma^2"
    assert len(shape_words(minimum(), 2.0)) == 1
