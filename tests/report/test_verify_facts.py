"""What verify says below its answer: corrections, what a verdict rests on, what it needs, other readings."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.report.document import Fact, FactList, Item, Note, Paragraph
from klcli.report.verify_facts import blocks

KL = "-0.5 * (1 + logvar - mu**2 - exp(logvar))"
WRONG = "-0.5 * (1 + logvar + mu**2 - exp(logvar))"


def facts(
    text: str, proved: bool | None = True, witness: bool | None = None, *, verbose: bool = True
) -> dict[str, str]:
    found = verify(read_program(text))
    listed = [one for one in blocks(found, proved, witness, verbose=verbose) if isinstance(one, FactList)]
    return {
        str(fact.label): str(fact.value) for one in listed for fact in one.facts if isinstance(fact, Fact)
    }


@pytest.mark.parametrize(
    ("proved", "witness", "words"),
    [
        (True, None, "proved by algebra, for all means and heads"),
        (True, True, "proved by algebra, for all means and heads, and by sympy"),
    ],
)
def test_a_proof_says_by_what(proved: bool, witness: bool | None, words: str) -> None:
    assert facts(KL, proved, witness)["proof"] == words


def test_without_a_proof_none_is_claimed() -> None:
    assert "proved" not in facts(KL, False)["proof"]
    assert "proof" not in facts("mu**2 + s")


def test_a_correction_is_a_line_of_its_own() -> None:
    first = next(iter(blocks(verify(read_program(WRONG)), None, None)))
    assert isinstance(first, Paragraph)
    assert first.text == f"corrected: {KL}"


def test_a_correction_of_several_lines_keeps_them() -> None:
    text = "var = exp(logvar)\nkl = -0.5 * (1 + logvar + mu**2 - var)"
    first = next(iter(blocks(verify(read_program(text, "python")), None, None)))
    assert isinstance(first, Item)
    assert len(first.lines) == 2


def test_a_mistake_leads_to_its_page() -> None:
    assert facts(WRONG)["page"] == "klcli explain KL108"


def test_single_precision_is_told_in_short_and_in_full() -> None:
    short, full = facts(KL, verbose=False), facts(KL)
    assert "-v" in short["float32"]
    assert "where the KL is" in full["float32"]
    assert "stable" in full
    assert "stable" not in short


def test_warnings_are_notes() -> None:
    found = blocks(verify(read_program("-0.5 * (1 + logvar - exp(logvar) - std_mean**2)")), None, None)
    assert all(one.kind == "warning" for one in found if isinstance(one, Note))


def test_a_point_where_it_is_no_kl_has_both_values() -> None:
    """-1/2 (1 + log s - mu^2 - s) read as a variance: at s = 2 and mu = 0.5 for example."""
    found = facts("-1/2 (1 + 2 log s - mu^2 - 3 s^2 - s^5)")
    assert "the KL is" in found["counter-example"]
    assert "this" in found["counter-example"]
    assert "counter-example" not in facts(KL)


def test_a_condition_that_passes_stands_among_the_facts() -> None:
    text = "0.5 * (mu**2 + torch.exp(lv.clamp(-10, 10)) - lv.clamp(-10, 10) - 1)"
    assert "does not bind" in facts(text)["condition"]


def test_another_term_is_shown_as_it_is_written() -> None:
    text = "bce = FocalLoss(x, y)\n0.5 * (mu**2 + lv.exp() - 1 - lv) + bce"
    assert facts(text)["other term"] == "FocalLoss(x, y) is added; it is ignored"
    assert facts(f"{KL} + rec")["other term"] == "rec is added; it is ignored"


def test_nats_in_bits_are_said_to_be_that() -> None:
    assert facts(f"{KL} / log(2)")["scale"] == "1/log(2); it is the KL in bits; --allow-scale accepts it"
    assert "bits" not in facts(f"{KL} / log(3)")["scale"]
