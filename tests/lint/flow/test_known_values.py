"""What is known of names."""

from __future__ import annotations

from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.lint.flow.known_values import Knowledge
from klcli.lint.flow.values_with_parts import structure_of
from tests.lint.sources import expression


def test_fresh_names_are_nobody_elses() -> None:
    known = Knowledge()
    known.take(["mu"])
    known.take(["y_in", "y_in3"])
    assert [known.fresh("mu"), known.fresh("mu"), known.fresh("x")] == ["mu_in", "mu_in3", "x"]
    assert [known.fresh("y"), known.fresh("y"), known.fresh("y")] == ["y", "y_in4", "y_in5"]
    assert known.fresh(UNIT_NOISE[0]) != UNIT_NOISE[0]


def test_lists_of_distributions_and_what_runs_over_them() -> None:
    known = Knowledge()
    known.appended(expression("qs.append(Normal(m, s))"))
    known.bind(expression("q"), expression("qs"))
    known.bind(expression("(n, p)"), expression("enumerate(qs)"))
    for text in ("q", "p", "qs[0]"):
        found = known.distribution(expression(text))
        assert found is not None
        assert found.is_normal
    assert known.distribution(expression("n")) is None
    assert known.structure(expression("qs[1:]")) is None


def test_a_wrapper_sums() -> None:
    known = Knowledge()
    made = structure_of(expression("Normal(m, s)"))
    assert made is not None
    known.structures["q"] = made
    found = known.distribution(expression("Independent(q, 1)"))
    assert found is not None
    assert found.is_summed
    known.forget(["q"])
    assert known.distribution(expression("q")) is None
