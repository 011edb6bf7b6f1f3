"""A term of lint as data: the words of verify, and which way round its KL is."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.naming import GaussianText
from klcli.judge.spaces.log_ratios.log_ratio_space import stated_estimation
from klcli.lint.findings.places import SourceSpan
from klcli.lint.findings.types import ListedTerm
from klcli.lint.source.notebooks import NotebookCell
from klcli.report.lint_term_data import term_data

PLACE = SourceSpan("vae.py", 12, 5, 13, 9)


def term(kind: Any, place: SourceSpan = PLACE, **given: Any) -> ListedTerm:
    return ListedTerm(place, kind, "std", given.pop("verdict", "exact"), "kl = f(mu, s)", **given)


def test_it_has_its_lines_and_its_words() -> None:
    prior = GaussianText("m", "t^2")
    found = term_data(
        term("kl", scale="2", shift="1", prior=prior, symbols=(("mean", "mu"),), proof="numeric")
    )
    assert (found.path, found.line, found.end_line, found.cell) == ("vae.py", 12, 13, None)
    assert (found.kind, found.input, found.unit) == ("kl", "kl = f(mu, s)", "nats")
    assert (found.scale, found.shift, found.proof) == ("2", "1", "numeric")
    assert found.prior is not None
    assert (found.prior.mean, found.prior.variance) == ("m", "t^2")
    assert found.symbols == {"mean": "mu"}
    assert (found.sampler, found.estimator, found.mistake) == (None, None, None)


def test_lines_of_a_notebook_are_those_of_the_cell() -> None:
    found = term_data(term("kl", SourceSpan("a.ipynb", 12, 5, 13, 9, NotebookCell(3, 11, 100, 200))))
    assert (found.line, found.end_line, found.cell) == (2, 3, 3)


@pytest.mark.parametrize(
    ("kind", "given", "direction"),
    [
        ("kl", {"scale": "1"}, "forward"),
        ("kl", {"scale": "1", "verdict": "reversed"}, "reversed"),
        ("kl", {"verdict": "wrong"}, None),
        ("sample", {"scale": "1", "noise": "normal"}, None),
    ],
)
def test_which_way_round(kind: str, given: dict[str, Any], direction: str | None) -> None:
    assert term_data(term(kind, **given)).direction == direction


@pytest.mark.parametrize(("code", "status"), [(None, "unknown"), ("KL110", "disagrees")])
def test_a_sample_says_what_it_draws(code: str | None, status: str) -> None:
    mistake = find_mistake(code) if code else None
    sampler = term_data(term("sample", noise="normal", scale="2", mistake=mistake)).sampler
    assert sampler is not None
    assert (sampler.status, sampler.parameterization, sampler.noise, sampler.factor) == (
        status,
        "std",
        "normal",
        "2",
    )
    assert (sampler.mistake and sampler.mistake.code) == code


@pytest.mark.parametrize(
    ("text", "name", "direction"),
    [
        ("logprobs - ref_logprobs", "k1", "forward"),
        ("torch.exp(logprobs - ref_logprobs) - 1 - (logprobs - ref_logprobs)", "k3", "reversed"),
    ],
)
def test_an_estimator_is_told_as_verify_tells_it(text: str, name: str, direction: str) -> None:
    """e^u - 1 - u has the mean KL(p || q) over samples of p."""
    estimation = stated_estimation(read_program(text, "python"))
    assert estimation is not None
    found = term_data(term("estimator", estimation=estimation))
    assert found.estimator is not None
    assert (found.estimator.name, found.direction) == (name, direction)
