"""``klcli derive``: the derivation on its own, in symbols."""

from __future__ import annotations

import click

from klcli.cli.help import Command
from klcli.cli.options.types import Reading
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.errors import KlcliError
from klcli.gaussian.divergence_result import UNITS, Unit
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.report.report import Report

_PRIORS = {"unit": "N(0, 1)", "any": "N(mu_2, sigma_2^2)"}

_EPILOG = """\b
Examples:
  klcli derive
  klcli derive --param logvar --prove
  klcli derive --param var --prior any --diagonal
  klcli derive --covariance --prove
  klcli derive --param logvar --standalone --output derivation.tex

-q prints the last form. With --prove the status is 1 if a step could not be proved.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--param",
    type=Reading(),
    default="std",
    help=f"What the head s means: {', '.join(PARAMETERIZATIONS)}; default std.",
)
@click.option(
    "--prior", type=WordChoice(tuple(_PRIORS)), default="unit", help="unit: N(0, 1), the default; or any."
)
@click.option("--diagonal", is_flag=True, help="Several independent dimensions: a sum over j.")
@click.option("--covariance", is_flag=True, help="Full covariances: from matrices to one dimension.")
@click.option("--unit", type=WordChoice(UNITS), default="nats", help="nats or bits; default nats.")
@click.option("--prove", is_flag=True, help="Prove every step with sympy.")
@click.option("--standalone", is_flag=True, help="A whole LaTeX document, not a fragment.")
@output_options
def derive(
    settings: Settings,
    param: str,
    prior: str,
    diagonal: bool,
    covariance: bool,
    unit: Unit,
    prove: bool,
    standalone: bool,
) -> tuple[Report, Settings]:
    """Derive the closed form of KL(q || p) from its definition, step by step.

    The last step is the form in the head s that a network puts out. Every step is compared with the one
    before at probe points; --prove proves it by algebra.
    """
    make = _with_matrices if covariance else _with_numbers
    report = make(PARAMETERIZATIONS[param], unit, prior, diagonal=diagonal, prove=prove)
    return report, settings.standing_alone() if standalone else settings


def _with_numbers(
    reading: Parameterization, unit: Unit, prior: str, *, diagonal: bool, prove: bool
) -> Report:
    """The derivation of one dimension, or of several independent ones."""
    from klcli.gaussian.derivation import derive_symbolic, steps_of_one_dimension
    from klcli.gaussian.derivation_proof import proved
    from klcli.report.derive import derive_report

    standard = prior == "unit"
    found = derive_symbolic(reading, unit, standard=standard, several=diagonal)
    proofs = None
    if prove:
        # A sum over dimensions, and a unit, keep the equality of what they are applied to.
        of_one = steps_of_one_dimension(reading, standard=standard)
        proofs = proved([step.tree for step in of_one], reading, standard=standard)
    return derive_report(reading, found, unit, _PRIORS[prior], proofs)


def _with_matrices(
    reading: Parameterization, unit: Unit, prior: str, *, diagonal: bool, prove: bool
) -> Report:
    """The derivation that begins with full covariances, and passes through all special cases."""
    from klcli.gaussian.multivariate.derivation import derive
    from klcli.gaussian.multivariate.derivation_proof import proved
    from klcli.report.derive import matrix_report

    if diagonal or prior != "unit":
        flag = "--diagonal" if diagonal else "--prior any"
        raise KlcliError(f"--covariance passes through {flag} by itself", f"leave {flag} out")
    proofs = proved(derive(reading), reading) if prove else None  # a unit keeps the equality
    return matrix_report(reading, derive(reading, unit), unit, proofs)
