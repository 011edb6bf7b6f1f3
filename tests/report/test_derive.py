"""What derive says: its steps, how sure they are, and the formulas that are met online."""

from __future__ import annotations

from typing import Any

import pytest

from klcli.gaussian.derivation import derive_symbolic
from klcli.gaussian.multivariate import derivation as of_matrices
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.render.scalars import scalar
from klcli.report.derive import derive_report, matrix_report
from klcli.report.document import CellTable, Paragraph, Steps
from klcli.report.report import Report
from klcli.report.wording import plain

VAR = PARAMETERIZATIONS["var"]
DERIVED = derive_symbolic(VAR, "nats", standard=True, several=False)
COUNT = len(DERIVED.steps)
MATRICES = of_matrices.derive(VAR)


def report(proofs: tuple[bool, ...] | None = None, prior: str = "N(0, 1)", unit: Any = "nats") -> Report:
    return derive_report(VAR, DERIVED, unit, prior, proofs)


def told(found: Report) -> list[tuple[str, str]]:
    return [(plain(one.text), one.tone) for one in found.document.blocks if isinstance(one, Paragraph)]


def marks(found: Report) -> list[str]:
    (steps,) = (one for one in found.document.blocks if isinstance(one, Steps))
    return [step.value for step in steps.steps]


HELD = f"each step equals the one before to {DERIVED.digits} digits at {DERIVED.probes} points"


@pytest.mark.parametrize(
    ("proofs", "status", "holds", "shown", "first"),
    [
        (
            None,
            "checked",
            True,
            [""] * COUNT,
            (f"{HELD}; --prove proves it by algebra", "muted"),
        ),
        (
            (True,) * (COUNT - 1),
            "proved",
            True,
            ["", *["proved"] * (COUNT - 1)],
            ("every step is proved by algebra, for all means and all heads", "good"),
        ),
        (
            (*(True,) * (COUNT - 2), False),
            "not proved",
            False,
            ["", *["proved"] * (COUNT - 2), "not proved"],
            (f"the steps so marked were not proved; {HELD}", "bad"),
        ),
    ],
)
def test_how_sure_its_steps_are(
    proofs: tuple[bool, ...] | None, status: str, holds: bool, shown: list[str], first: tuple[str, str]
) -> None:
    found = report(proofs)
    assert (found.data["status"], found.holds, marks(found), told(found)[0]) == (status, holds, shown, first)
    assert [step["proved"] for step in found.data["steps"]] == [None, *(proofs or (None,) * (COUNT - 1))]


def test_its_last_step_is_the_form_in_the_head() -> None:
    found = report()
    assert found.bare == "-1/2 (log s - s - mu^2 + 1)"
    assert [row["step"] for row in found.rows] == list(range(1, COUNT + 1))
    assert scalar(found.rows[0]["formula"]) == "E_q[log q - log p]"
    assert (found.data["schema"], found.data["parameterization"]) == ("klcli.derive/1", "var")
    assert plain(found.document.title).endswith("and p = N(0, 1), when the head s is a variance")


@pytest.mark.parametrize(
    ("prior", "unit", "expected"),
    [
        ("N(0, 1)", "nats", {"A": "std", "B": "var", "C": "logvar", "D": "logstd"}),
        ("N(0, 1)", "bits", {}),
        ("N(mu_2, sigma_2^2)", "nats", {}),
    ],
)
def test_formulas_met_online_are_in_nats_beside_the_unit_prior(
    prior: str, unit: str, expected: dict[str, str]
) -> None:
    found = report(prior=prior, unit=unit)
    assert {one["name"]: one["parameterization"] for one in found.data["met_online"]} == expected
    assert any(isinstance(one, CellTable) for one in found.document.blocks) == bool(expected)


def test_a_prior_in_symbols_is_said() -> None:
    assert "p = N(mu_2, sigma_2^2), when" in plain(report(prior="N(mu_2, sigma_2^2)").document.title)


@pytest.mark.parametrize(
    ("last", "status", "holds", "tone"),
    [
        (True, "proved where it was tried", True, "good"),
        (None, "proved where it was tried", True, "good"),
        (False, "not proved", False, "bad"),
    ],
)
def test_matrices_are_proved_where_it_was_tried(
    last: bool | None, status: str, holds: bool, tone: str
) -> None:
    found = matrix_report(VAR, MATRICES, "nats", (*(None,) * (len(MATRICES) - 2), last))
    assert (found.data["status"], found.holds, told(found)[0][1]) == (status, holds, tone)
    assert marks(found)[-1] == {None: "", True: "proved", False: "not proved"}[last]


def test_matrices_that_nobody_wanted_proved() -> None:
    found = matrix_report(VAR, MATRICES, "nats", None)
    assert (found.data["status"], found.holds) == ("checked", True)
    assert told(found)[0][0].endswith("; --prove proves those of independent dimensions")
    assert [row["case"] for row in found.rows] == [row.case for row in MATRICES]
    assert found.bare == "-1/2 (log s - s - mu^2 + 1)"
    assert plain(found.document.title).endswith("p = N(mu_2, Sigma_2) in d dimensions")
