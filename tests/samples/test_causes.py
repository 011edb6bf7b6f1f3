"""Causes of a mean of p/q away from 1, each in simulated tables that have it, and in tables that have another."""

from __future__ import annotations

from collections.abc import Callable

import numpy
import pytest

from klcli.samples.causes import causes
from tests.samples.rollouts import SEQUENCES, TOKENS, Language, sample_of, z_of_mean_ratio

pytestmark = pytest.mark.sampling

Table = tuple[numpy.ndarray, numpy.ndarray]


def plain(language: Language) -> Table:
    return language.rollouts(language.q, language.q)


def ends(language: Language) -> numpy.ndarray:
    """Where a sequence has no token any more."""
    return numpy.arange(TOKENS) >= language.rng.integers(5, TOKENS, (SEQUENCES, 1))


def padded_q(language: Language) -> Table:
    log_q, log_p = plain(language)
    return numpy.where(ends(language), 0.0, log_q), log_p


def padded_p(language: Language) -> Table:
    log_q, log_p = plain(language)
    return log_q, numpy.where(ends(language), 0.0, log_p)


def behind(language: Language) -> Table:
    log_q, log_p = plain(language)
    return log_q[:, 1:], log_p[:, :-1]


def ahead(language: Language) -> Table:
    log_q, log_p = plain(language)
    return log_q[:, :-1], log_p[:, 1:]


def other_base(base: float) -> Callable[[Language], Table]:
    def table(language: Language) -> Table:
        log_q, log_p = plain(language)
        return log_q / numpy.log(base), log_p / numpy.log(base)

    return table


def negative(language: Language) -> Table:
    log_q, log_p = plain(language)
    return -log_q, -log_p


def other_texts(language: Language) -> Table:
    log_q, log_p = plain(language)
    return log_q, log_p[language.rng.permutation(SEQUENCES)]


def drawn_at(temperature: float) -> Callable[[Language], Table]:
    return lambda language: language.rollouts(language.at(temperature), language.q)


def recorded_at(temperature: float) -> Callable[[Language], Table]:
    return lambda language: language.rollouts(language.q, language.at(temperature))


def nucleus(language: Language) -> Table:
    """Drawn by top-p, with log q as it was before."""
    return language.rollouts(language.nucleus(0.5), language.q)


def nucleus_recorded(language: Language) -> Table:
    return language.rollouts(language.nucleus(0.5), language.nucleus(0.5))


def constant(language: Language) -> Table:
    log_q, log_p = plain(language)
    return log_q, log_p + 0.3


CASES = {
    "padding in q": (padded_q, "padding", True),
    "padding in p": (padded_p, "padding", True),
    "behind": (behind, "shifted-tokens", True),
    "ahead": (ahead, "shifted-tokens", True),
    "base 2": (other_base(2.0), "base-2", True),
    "base 10": (other_base(10.0), "base-10", True),
    "negative logarithms": (negative, "negative-logs", True),
    "other texts": (other_texts, "other-texts", False),
    "drawn cold": (drawn_at(0.7), "temperature", True),
    "drawn hot": (drawn_at(1.4), "temperature", True),
    "recorded cold": (recorded_at(0.7), "temperature", True),
    "top-p": (nucleus, "floor", False),
    "top-p recorded": (nucleus_recorded, "truncated-q", True),
    "constant": (constant, None, False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_cause_is_named_and_no_other_explains(case: str) -> None:
    table, name, explains = CASES[case]
    for seed in range(3):
        log_q, log_p = table(Language.drawn(seed))
        assert abs(z_of_mean_ratio(log_q, log_p)) > 5 or case in ("ahead", "behind"), "it is not wrong"
        found = causes(sample_of(log_q, log_p))
        assert [cause.name for cause in found if cause.explains] == ([name] if explains else [])
        assert name is None or name in [cause.name for cause in found]


def test_columns_that_do_not_vary_have_no_correlation() -> None:
    log_q = numpy.full((10, 40), -1.0)
    assert "other-texts" not in [cause.name for cause in causes(sample_of(log_q, log_q - 0.5))]


@pytest.mark.parametrize(("columns", "names"), [(200, ["other-texts"]), (199, [])])
def test_causes_are_looked_for_in_as_many_rows_as_tell_them(columns: int, names: list[str]) -> None:
    """200 of them; a correlation of independent columns has the standard error 1/sqrt(n)."""
    log_q, log_p = -numpy.random.default_rng(0).exponential(size=(2, 1, columns))
    found = [one for one in causes(sample_of(log_q, log_p)) if one.name != "floor"]
    assert [one.name for one in found] == names
    assert [one.error for one in found] == [pytest.approx(1 / columns**0.5)] * len(names)


def test_what_is_right_has_no_cause() -> None:
    """Such tables are not asked; were they, a floor is all that can be seen, of a small vocabulary."""
    for seed in range(5):
        found = causes(sample_of(*plain(Language.drawn(seed))))
        assert {cause.name for cause in found} <= {"floor"}
