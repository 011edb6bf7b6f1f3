"""``klcli.verify``: texts, programs and functions have one judge."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import klcli
from klcli.errors import KlcliError
from tests.cli.conftest import Klcli


def of_log_variance(mu: Any, logvar: Any) -> Any:
    return np.sum(-0.5 * (1 + logvar - mu**2 - np.exp(logvar)), axis=1).mean()


def squared_twice(mu: Any, logvar: Any) -> Any:
    return np.sum(-0.5 * (1 + logvar - mu**2 - np.exp(logvar) ** 2))


def between_two(m1: Any, s1: Any, m2: Any, s2: Any) -> Any:
    return np.sum(np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5)


def k3(logp: Any, ref_logp: Any) -> Any:
    d = ref_logp - logp
    return np.exp(d) - d - 1


def opaque(mu: Any, s: Any) -> Any:
    return np.cumsum(mu + s)


def with_weight(mu: Any, s: Any, *, weight: float = 3.0) -> Any:
    return weight * np.sum(-0.5 * (1 + s - mu**2 - np.exp(s)))


def raised(mu: Any, rho: Any) -> Any:
    sigma = np.exp(rho) + 0.1
    return 0.5 * np.sum(mu**2 + sigma**2 - 1 - 2 * np.log(sigma), axis=1)


TEXT = "-0.5 * (1 + logvar - mu^2 - exp(logvar))"


def test_a_text_a_program_and_a_function_have_one_verdict() -> None:
    given = (TEXT, klcli.read_program(TEXT), of_log_variance)
    found = [klcli.verify(one) for one in given]
    text, program, function = found
    assert (text.verdict, program.kind, function.verdict) == ("exact",) * 3
    assert text.parameterization == function.parameterization == "logvar"
    assert program.best.verdict.parameterization.name == "logvar"
    assert repr(text) == "VerifyData(verdict='exact', parameterization='logvar', scale='1')"


def test_a_text_has_the_fields_of_the_command(klcli: Klcli) -> None:
    import klcli as library

    for formula in (TEXT, "-0.5*(1 + s - mu**2 - exp(2*s))", "torch.exp(ref_lp - lp) - (ref_lp - lp) - 1"):
        said = json.loads(klcli("verify", "--json", "--", formula).out)
        assert json.loads(library.to_json(library.verify(formula))) == said


@pytest.mark.parametrize(
    ("function", "kind", "code"),
    [
        (squared_twice, "wrong", "KL105"),
        (between_two, "exact", None),
        (raised, "exact", None),
        (k3, "estimator", None),
        (with_weight, "scaled", None),
    ],
)
def test_functions_are_what_they_are(function: Any, kind: str, code: str | None) -> None:
    found = klcli.verify(function)
    assert found.verdict == kind
    assert (found.mistake.code if found.mistake else None) == code


def test_other_arguments_are_given() -> None:
    def positional(mu: Any, s: Any, weight: float) -> Any:
        return weight * np.sum(-0.5 * (1 + s - mu**2 - np.exp(s)))

    assert klcli.verify(positional, arguments={"weight": 1.0}).is_exact
    with pytest.raises(KlcliError, match="has no argument beta"):
        klcli.verify(positional, arguments={"beta": 1.0})


def test_a_question_and_a_sampler_are_heard() -> None:
    question = klcli.Question(reading=klcli.PARAMETERIZATIONS["logstd"])
    assert klcli.verify(of_log_variance, question).verdict != "exact"
    assert klcli.verify(TEXT, param="logstd").verdict != "exact"
    found = klcli.verify(TEXT, sampler="mu + exp(logvar) * eps")
    assert found.verdict == "exact"
    assert not found.is_exact


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (3, "a int is no formula"),
        (None, "is no formula"),
        (opaque, "opaque was not followed: what cumsum computes"),
        (lambda: 1.0, "no arrays"),
        (lambda a, b, c, d, e, f, g, h: a, "a KL has up to"),
        (len, "failed with"),
        ("exp(", "found the end"),
    ],
)
def test_what_is_no_formula_is_said(what: Any, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        klcli.verify(what)
    assert caught.value.hint or isinstance(what, str)
