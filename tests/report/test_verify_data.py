"""The data of verify: the field names that scripts read, with what a person was told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import answer, verify
from klcli.judge.mistakes.table import find_mistake
from klcli.judge.question import PLAIN
from klcli.render.json import render
from klcli.report.verify_data import VerifyData, data_of, notation_of, row_of, set_aside
from klcli.values import replace

KL = "-0.5 * (1 + logvar - mu**2 - exp(logvar))"


def data(text: str, proved: bool | None = True) -> VerifyData:
    return data_of(verify(read_program(text)), proved)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            KL,
            {
                "verdict": "exact",
                "parameterization": "logvar",
                "scale": "1",
                "shift": "0",
                "direction": "forward",
            },
        ),
        (f"2 * ({KL})", {"verdict": "scaled", "scale": "2", "shift": "0"}),
        ("log(s) + (1 + mu**2)/(2*s**2) - 1/2", {"verdict": "reversed", "direction": "reversed"}),
        ("mu**2 + s", {"verdict": "not-kl", "scale": None, "direction": None, "parameterization": None}),
        (f"torch.sum({KL.replace('exp', 'torch.exp')})", {"reduction": "sum"}),
    ],
)
def test_fields_say_what_the_answer_is(text: str, expected: dict[str, Any]) -> None:
    found = data(text)
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_mistake_has_its_code_its_correction_and_a_point() -> None:
    found = data("-0.5 * (1 + logvar + mu**2 - exp(logvar))")
    assert found.mistake is not None
    assert (found.mistake.code, found.mistake.name) == ("KL108", find_mistake("KL108").name)
    assert found.corrected == KL
    assert found.counterexample is None or found.counterexample.expected != found.counterexample.found


@pytest.mark.parametrize(("proved", "proof"), [(True, "symbolic"), (False, "numeric"), (None, "numeric")])
def test_only_what_was_proved_is_called_symbolic(proved: bool | None, proof: str) -> None:
    assert data(KL, proved).proof == proof
    assert data("mu**2 + s", proved).proof is None


def test_symbols_are_by_their_roles() -> None:
    assert dict(data(KL).symbols) == {"mean": "mu", "head": "logvar"}
    two = data("log(s2/s1) + (s1^2 + (mu1 - mu2)^2)/(2 s2^2) - 1/2")
    assert set(two.symbols) == {"mean", "head", "prior_mean", "prior_head"}


def test_every_reading_has_a_verdict() -> None:
    found = data(KL)
    assert found.readings[0].parameterization == "logvar"
    assert [one.verdict for one in found.readings].count("exact") == 1


def test_a_sampler_is_told_beside_it() -> None:
    program = read_program(KL, "python")
    line = read_program("mu + exp(logvar) * eps", "python")
    found = answer(program, replace(PLAIN, sampler=line)).gaussian
    assert found is not None
    told = data_of(found, True)
    assert told.sampler is not None
    assert (told.sampler.status, told.sampler.parameterization) == ("disagrees", "logstd")
    assert not told.is_exact
    assert data(KL).is_exact


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (KL, "python", "python"),
        (r"-\frac12 (1 + s - \mu^2 - e^s)", "math", "latex"),
        ("-1/2 (1 + s - mu^2 - e^s)", "math", "ascii"),
        ("-½ (1 + s - μ² - exp(s))", "math", "unicode"),
    ],
)
def test_how_a_formula_is_written(text: str, language: Any, expected: str) -> None:
    assert notation_of(read_program(text, language)) == expected


def test_what_was_left_out_is_a_warning() -> None:
    found = verify(read_program("rec + 0.5 * torch.sum(mu**2 + torch.exp(lv) - lv - 1)", "python"))
    assert ("other term", "rec is added; it is ignored") in list(set_aside(found))
    assert any("rec is added" in one for one in data_of(found, True).warnings)


def test_a_record_has_the_same_columns_whatever_the_answer_is() -> None:
    records = [row_of(data(text)) for text in (KL, "mu**2 + s", "-0.5 * (1 + logvar + mu**2 - exp(logvar))")]
    assert len({tuple(record) for record in records}) == 1
    assert [record["verdict"] for record in records] == ["exact", "not-kl", "wrong"]


def test_it_is_json_with_a_schema() -> None:
    found = json.loads(render(data(KL)))
    assert next(iter(found)) == "schema"
    assert found["schema"].startswith("klcli.verify/")
