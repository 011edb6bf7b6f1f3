"""What `klcli derive` says: the steps from the definition to the form in the head, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from klcli.formula.read.math_parser import known
from klcli.formula.tree import Symbol
from klcli.formula.write.printing import to_text
from klcli.gaussian.derivation import Derivation
from klcli.gaussian.derivation_step import DIGITS, DerivationStep
from klcli.gaussian.divergence_result import Unit
from klcli.gaussian.multivariate.derivation import MatrixStep
from klcli.gaussian.multivariate.derivation_check import PROBES
from klcli.gaussian.multivariate.derivation_proof import PROVED_SIZES
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.comparison import FORMULAS
from klcli.judge.verdict import exact_under
from klcli.report.csv_records import CellValue, fields_of
from klcli.report.document import (
    Cell,
    CellTable,
    Document,
    DocumentBlock,
    Heading,
    Paragraph,
    ShownStep,
    Steps,
    Text,
    table_of,
)
from klcli.report.report import Report
from klcli.values import replace

_BETWEEN: Text = (
    "Between A and B stands ",
    *("2 ", known("log sigma"), " = ", known("log sigma^2"), " and nothing else: A writes s for "),
    *(known("sigma"), ", B for ", known("sigma^2"), "."),
)


def derive_report(
    reading: Parameterization,
    derivation: Derivation,
    unit: Unit,
    prior: str,
    proofs: tuple[bool, ...] | None,
) -> Report:
    """The report of a derivation in symbols.

    Args:
        reading: what the head means.
        derivation: the steps, checked at probe points.
        unit: of the result.
        prior: ``N(0, 1)`` or ``N(mu_2, sigma_2^2)``.
        proofs: whether each step but the first was proved; None if no proof was asked for.
    """
    status = "checked" if proofs is None else "proved" if all(proofs) else "not proved"
    met_online = _met_online() if prior == "N(0, 1)" and unit == "nats" else {}
    data = {
        "schema": "klcli.derive/1",
        "parameterization": reading.name,
        "unit": unit,
        "prior": prior,
        "steps": _derived(derivation.steps, proofs),
        **fields_of(derivation, "probes digits"),
        "status": status,
        "met_online": [
            {"name": name, "parameterization": one, "formula": FORMULAS[name]}
            for name, one in met_online.items()
        ],
        "warnings": (),
    }
    return _report(data, derivation.steps, _title(reading, prior), _remarks(derivation, status, met_online))


def _derived(
    steps: Sequence[DerivationStep], proofs: Sequence[bool | None] | None
) -> list[dict[str, CellValue]]:
    """The steps with what is proved of each: of the definition, which is the first, nothing."""
    marks = (None, *(proofs or (None,) * (len(steps) - 1)))
    return [
        {"rule": step.words, "formula": step.tree, "latex": to_text(step.tree, "latex"), "proved": mark}
        for step, mark in zip(steps, marks, strict=True)
    ]


def _report(
    data: Mapping[str, Any], steps: Sequence[DerivationStep], title: Text, remarks: Iterator[DocumentBlock]
) -> Report:
    """The report of steps, and of what is to be said below them."""
    words = {None: "", True: "proved", False: "not proved"}
    pairs = zip(steps, data["steps"], strict=True)
    shown = tuple(ShownStep(step.rule, step.tree, words[one["proved"]]) for step, one in pairs)
    return Report(
        data=data,
        rows=[{"step": number, **one} for number, one in enumerate(data["steps"], 1)],
        document=Document(title, (Steps("KL(q || p)", shown), *remarks)),
        bare=to_text(steps[-1].tree),
        holds=data["status"] != "not proved",
    )


def _title(reading: Parameterization, prior: str) -> Text:
    q, p = ((Symbol(f"mu_{index}"), ", ", known(f"sigma_{index}^2")) for index in "12")
    given = ("0, 1",) if prior == "N(0, 1)" else p
    head = f"), when the head s is {reading.meaning}"
    return ("KL(q || p) of q = N(", *q, ") and p = N(", *given, head)


def _remarks(derivation: Derivation, status: str, met_online: Mapping[str, str]) -> Iterator[DocumentBlock]:
    held = f"each step equals the one before to {derivation.digits} digits at {derivation.probes} points"
    if status == "checked":
        yield Paragraph(f"{held}; --prove proves it by algebra", "muted")
    elif status == "proved":
        yield Paragraph("every step is proved by algebra, for all means and all heads", "good")
    else:
        yield Paragraph(f"the steps so marked were not proved; {held}", "bad")
    if met_online:
        yield Heading("the same in the heads of the formulas that are met online")
        yield _side_by_side(met_online)
        yield Paragraph(_BETWEEN)


def _side_by_side(met_online: Mapping[str, str]) -> CellTable:
    """The formulas below each other, each with what its head is."""
    rows = []
    for name, head in met_online.items():
        reading = PARAMETERIZATIONS[head]
        meaning = (f"{reading.meaning}, ", Symbol("s"), " = ", reading.head)
        rows.append((Cell(name, "strong"), (FORMULAS[name],), meaning))
    return table_of(("", "KL(q || N(0, 1))", "if s is"), rows)


def _met_online() -> dict[str, str]:
    """The formulas that are met online, each with the one reading under which it is the KL."""
    return {name: exact_under(tree)[0] for name, tree in FORMULAS.items()}


def matrix_report(
    reading: Parameterization,
    rows: tuple[MatrixStep, ...],
    unit: Unit,
    proofs: tuple[bool | None, ...] | None,
) -> Report:
    """The report of the derivation for matrices.

    Args:
        reading: what the head means in the last step.
        rows: the steps, checked at random Gaussians of their case.
        unit: of the result.
        proofs: whether each step but the first was proved, None where none was tried; None if no proof was
            asked for.
    """
    steps = [row.step for row in rows]
    derived = _derived(steps, proofs)
    holds = all(step["proved"] is not False for step in derived)
    status = "checked" if proofs is None else "proved where it was tried" if holds else "not proved"
    data = {
        "schema": "klcli.derive/1",
        "parameterization": reading.name,
        "unit": unit,
        "prior": "N(mu_2, Sigma_2)",
        "steps": derived,
        "probes": PROBES,
        "digits": DIGITS,
        "status": status,
        "met_online": (),
        "warnings": (),
    }
    q, p = ((Symbol(f"mu_{index}"), ", ", Symbol(f"Sigma_{index}")) for index in "12")
    title = ("KL(q || p) of q = N(", *q, ") and p = N(", *p, ") in ", Symbol("d"), " dimensions")
    report = _report(data, steps, title, _matrix_remarks(status))
    cases = [{**row, "case": one.case} for row, one in zip(report.rows, rows, strict=True)]
    return replace(report, rows=cases)


def _matrix_remarks(status: str) -> Iterator[DocumentBlock]:
    held = (
        f"each step equals the one before to {DIGITS} digits at {PROBES} random Gaussians: of any "
        "kind up to step 4, then with the unit prior, with independent dimensions, with one dimension"
    )
    if status == "checked":
        yield Paragraph(f"{held}; --prove proves those of independent dimensions", "muted")
    elif status == "not proved":
        yield Paragraph(f"the steps so marked were not proved; {held}", "bad")
    else:
        sizes = f"{PROVED_SIZES[0]} to {PROVED_SIZES[-1]}"
        yield Paragraph(f"the steps so marked are proved by algebra, for {sizes} dimensions", "good")
        yield Paragraph(held, "muted")
    yield Paragraph(
        "Code of a VAE has a diagonal covariance, and so neither trace nor transpose: only the sum over the "
        "latents is left. A mean in its place is 1/d of the KL, an effective beta of 1/d."
    )
