"""What compute says of a prior that is no Gaussian: its name, its reading, why there is no closed form, its bounds."""

from __future__ import annotations

import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior
from klcli.report.document import FactList, Heading
from klcli.report.other_priors import jointly, known, missing, named, parameters, reading, warnings
from klcli.report.wording import plain
from klcli.witness.examination import Examination, examine

Q = Gaussian.from_head(0, 1)


def prior(text: str, size: int = 1, param: str | None = None) -> OtherPrior:
    found = read_prior(text, param, size)
    assert isinstance(found, OtherPrior)
    return found


def examined(text: str) -> Examination:
    return examine(Q, prior(text).distribution, samples=2000)


MIXTURE = "0.3*N(-1, 0.1) + 0.7*N(1, 0.5)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MIXTURE, "0.3 N(−1, 0.1²) + 0.7 N(1, 0.5²)"),
        ("t(3)", "t(df = 3, loc = 0, scale = 1)"),
        ("laplace(0, 2)", "laplace(loc = 0, scale = 2)"),
    ],
)
def test_its_name(text: str, words: str) -> None:
    def bare(shown: str) -> str:
        return shown.replace("−", "-").replace("²", "^2")

    assert bare(plain(tuple(named(prior(text))))) == bare(words)


def test_a_long_mixture_is_counted() -> None:
    text = " + ".join(["0.05*N(0, 1)"] * 20)
    assert plain(tuple(named(prior(text)))).endswith(" + ... (20 components)")


@pytest.mark.parametrize(
    ("text", "param", "words"),
    [
        (MIXTURE, None, "the second number of N(-1, 0.1) is a standard deviation"),
        (MIXTURE, "var", "the second number of N(-1, 0.1) is a variance"),
        ("0.5*N(0, 2^2) + 0.5*N(1, 1^2)", None, "is written as the square of a standard deviation"),
        ("t(3)", None, "t(3) as scipy.stats reads it: df = 3, loc = 0, scale = 1"),
    ],
)
def test_what_its_numbers_were_taken_for(text: str, param: str | None, words: str) -> None:
    assert words in reading(prior(text, param=param))


def test_another_reading_is_named() -> None:
    assert "--prior-param var reads it as a variance" in reading(prior(MIXTURE))
    assert "--prior-param std reads it as a standard deviation" in reading(prior(MIXTURE, param="var"))


def test_why_there_is_no_closed_form() -> None:
    assert missing(prior(MIXTURE)) == "a mixture has none: log p is the log of a sum"
    assert missing(prior("t(3)")) == "klcli knows none for t(3)"


def test_how_dimensions_hang_together() -> None:
    assert "one mixture in 3 dimensions" in jointly(prior(MIXTURE, 3), 3)
    assert "the KL is the sum" in jointly(prior("t(3)", 3), 3)


def test_parameters_are_exact() -> None:
    distribution = prior("t(3, 0.5, 2)").distribution
    assert {name: float(value) for name, value in parameters(distribution.factors[0]).items()} == {  # type: ignore[union-attr]
        "df": 3,
        "loc": 0.5,
        "scale": 2,
    }


def test_bounds_have_their_side_and_source() -> None:
    blocks = list(known(examined(MIXTURE), "nats"))
    assert [str(one.text) for one in blocks if isinstance(one, Heading)] == ["bounds"]
    (facts,) = [one for one in blocks if isinstance(one, FactList)]
    for fact in facts.facts:
        side = "KL <=" if str(fact.label) == "upper bound" else "KL >="
        assert str(fact.value).startswith(side)


def test_a_density_that_is_shared_cannot_confirm_itself() -> None:
    text = list(warnings(prior("exponnorm(1.5)"), examined("exponnorm(1.5)")))
    assert any("share it, so they cannot see an error in it" in one for one in text)
    assert list(warnings(prior(MIXTURE), examined(MIXTURE))) == []
