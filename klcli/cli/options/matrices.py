"""The options that give a Gaussian a full covariance, in one of the forms that a matrix may have."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from klcli.cli.help import F, added, in_group
from klcli.cli.options.gaussians import given_head, posterior, prior, repeated
from klcli.cli.options.types import MatrixType
from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.matrices.forms_and_sizes import FORMS, CovarianceForm
from klcli.gaussian.parameterization import find
from klcli.values import replace

if TYPE_CHECKING:
    from klcli.cli.files import Given
    from klcli.gaussian.matrices.covariance import Covariance


_HELP: Mapping[CovarianceForm, str] = {
    "cov": "Or a covariance matrix: '[[1.2, 0.3], [0.3, 0.9]]', @file.npy or @file.csv.",
    "cholesky": "Its lower Cholesky factor.",
    "precision-matrix": "Its inverse.",
    "correlation": "A correlation matrix, with --std, --var, ... for the scales.",
}


def matrix_options(command: F) -> F:
    """Add an option for each form, for the posterior and with ``--prior-`` in front for the prior."""
    options: list[Any] = [
        option(f"--{prefix}{form}", type=MatrixType(), help=text, hidden=bool(prefix))
        for prefix, option in (("", in_group("Posterior")), ("prior-", in_group("Prior")))
        for form, text in _HELP.items()
    ]
    return added(command, options)


def any_posterior(options: Mapping[str, Any]) -> AnyGaussian:
    """The posterior that the options name, with a matrix or with independent dimensions.

    Raises:
        KlcliError: no mean, no spread or several, or one that cannot be.
    """
    if not (matrix := _matrix(options, "")):
        return posterior(options)
    if options["mu"] is None:
        raise KlcliError("--mu is missing", "for example --mu 0, one number for every dimension")
    return _with_matrix(options["mu"], matrix, *given_head(options, ""))


def any_prior(options: Mapping[str, Any], dimension: int) -> AnyGaussian:
    """The prior that the options name, by default N(0, 1), in as many dimensions as the posterior.

    Raises:
        KlcliError: several spreads, one that cannot be, or other numbers of values than 1 and `dimension`.
    """
    if not (matrix := _matrix(options, "prior_")):
        return prior(options, dimension)
    mean = repeated(options["prior_mu"] or (Fraction(0),), dimension, "mu")
    try:
        return _with_matrix(mean, matrix, *given_head(options, "prior_"))
    except KlcliError as error:
        message = error.message.removeprefix("the ")
        raise KlcliError(f"the prior's {message}", error.hint.replace("--", "--prior-")) from None


def _matrix(options: Mapping[str, Any], prefix: str) -> tuple[CovarianceForm, Given] | None:
    """The one matrix that was given, and what it is."""
    given = {form: options[f"{prefix}{form.replace('-', '_')}"] for form in FORMS}
    found = [(form, rows) for form, rows in given.items() if rows is not None]
    if len(found) > 1:
        names = " and ".join(f"--{form}" for form, _ in found)
        raise KlcliError(f"{names} say the same thing twice", "give the covariance once")
    return found[0] if found else None


def _with_matrix(
    mean: tuple[Fraction, ...],
    matrix: tuple[CovarianceForm, Given],
    name: str,
    head: tuple[Fraction, ...] | None,
) -> Gaussian[Covariance]:
    form, given = matrix
    if form != "correlation":
        if head is not None:
            raise KlcliError(
                f"--{form} says all of the spread, and another option does, too",
                "leave --sigma, --std, --var, ... out",
            )
        return _named(Gaussian.from_matrix(mean, given.rows, form), given)
    if head is None:
        raise KlcliError("--correlation needs the scales", "for example --std 1.2,0.9")
    deviations = Heads.admitted(head, find(name)).deviations()
    return _named(Gaussian.from_matrix(mean, given.rows, form, deviations), given)


def _named(gaussian: Gaussian[Covariance], given: Given) -> Gaussian[Covariance]:
    """With the file of a matrix that is too large to be written out."""
    if gaussian.spread.is_exact or given.file is None:
        return gaussian
    from klcli.cli.files import file_hash
    from klcli.gaussian.matrices.covariance import MatrixFile

    origin = MatrixFile(given.file, file_hash(given.file))
    return replace(gaussian, spread=replace(gaussian.spread, origin=origin))
