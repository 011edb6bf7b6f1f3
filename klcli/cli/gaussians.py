"""The options that name a Gaussian: a mean, and a head under one of the readings or a matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

import click

from klcli.cli.files import Rows
from klcli.cli.types import Choice, Matrix, Numbers
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.multivariate.distribution import (
    FORMS,
    Form,
    MultivariateGaussian,
    exact_deviations,
)
from klcli.gaussian.parameterization import PARAMETERIZATIONS

__all__ = ["posterior", "posterior_options", "prior", "prior_options"]

F = TypeVar("F", bound=Callable[..., Any])


def posterior_options(command: F) -> F:
    """Add ``--mu``, ``--sigma`` with ``--param``, and one option for each reading."""
    readings = ", ".join(PARAMETERIZATIONS)
    options = [
        click.option("--mu", type=Numbers(), help="Mean of the posterior q."),
        click.option("--sigma", type=Numbers(), help="Its head, read as --param says."),
        click.option("--param", type=Choice(tuple(PARAMETERIZATIONS)), help=f"What --sigma is: {readings}."),
        *_reading_options(""),
        *_matrix_options(""),
    ]
    return _added(command, options)


def prior_options(command: F) -> F:
    """Add the same for the prior, each with ``--prior-`` in front; one value serves every dimension."""
    options = [
        click.option("--prior-mu", type=Numbers(), help="Mean of the prior p; default 0."),
        click.option(
            "--prior-sigma", type=Numbers(), help="Its head, read as --prior-param says; default 1."
        ),
        click.option(
            "--prior-param",
            type=Choice(tuple(PARAMETERIZATIONS)),
            help="What --prior-sigma is; default std. Or directly --prior-std, --prior-var, ...",
        ),
        *_reading_options("prior-", hidden=True),
        *_matrix_options("prior-", hidden=True),
    ]
    return _added(command, options)


def posterior(options: Mapping[str, Any]) -> Gaussian | MultivariateGaussian:
    """The posterior that the options name.

    Raises:
        KlcliError: no mean, no head or several, or one that cannot be.
    """
    name, head = _head(options, "")
    mean = options["mu"]
    if mean is None:
        raise KlcliError("--mu is missing", "for example: klcli compute --mu 0.3 --sigma 1.2")
    if matrix := _matrix(options, ""):
        return _with_matrix(mean, matrix, name, head)
    if head is None:
        raise KlcliError("--sigma is missing", "for example --sigma 1.2, --var 1.44 or --logvar 0.36")
    return Gaussian.from_head(mean, head, name)


def prior(options: Mapping[str, Any], dimension: int) -> Gaussian | MultivariateGaussian:
    """The prior that the options name, by default N(0, 1), in as many dimensions as the posterior.

    Raises:
        KlcliError: several heads, one that cannot be, or other numbers of values than 1 and `dimension`.
    """
    name, head = _head(options, "prior_")
    mean = options["prior_mu"] or (Fraction(0),)
    try:
        if matrix := _matrix(options, "prior_"):
            return _with_matrix(_repeated(mean, dimension, "mu"), matrix, name, head)
        if head is None:
            if options["prior_param"]:
                raise KlcliError("--param reads --sigma, which is missing", "for example --sigma 2")
            head = (Fraction(1),)
        return Gaussian.from_head(_repeated(mean, dimension, "mu"), _repeated(head, dimension, name), name)
    except KlcliError as error:
        raise KlcliError(f"the prior's {error.message}", error.hint.replace("--", "--prior-")) from None


def _added(command: F, options: list[Callable[[F], F]]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def _reading_options(prefix: str, *, hidden: bool = False) -> list[Any]:
    return [
        click.option(
            f"--{prefix}{row.name}", type=Numbers(), help=f"Or directly: {row.meaning}.", hidden=hidden
        )
        for row in PARAMETERIZATIONS.values()
    ]


def _matrix_options(prefix: str, *, hidden: bool = False) -> list[Any]:
    helps = {
        "cov": "Or a covariance matrix: '[[1.2, 0.3], [0.3, 0.9]]', @file.npy or @file.csv.",
        "cholesky": "Its lower Cholesky factor.",
        "precision-matrix": "Its inverse.",
        "correlation": "A correlation matrix, with --std, --var, ... for the scales.",
    }
    return [
        click.option(f"--{prefix}{form}", type=Matrix(), help=helps[form], hidden=hidden) for form in FORMS
    ]


def _matrix(options: Mapping[str, Any], prefix: str) -> tuple[Form, Rows] | None:
    """The one matrix that was given, and what it is."""
    given = {form: options[f"{prefix}{form.replace('-', '_')}"] for form in FORMS}
    found = [(form, rows) for form, rows in given.items() if rows is not None]
    if len(found) > 1:
        names = " and ".join(f"--{form}" for form, _ in found)
        raise KlcliError(f"{names} say the same thing twice", "give the covariance once")
    return found[0] if found else None


def _with_matrix(
    mean: tuple[Fraction, ...], matrix: tuple[Form, Rows], name: str, head: tuple[Fraction, ...] | None
) -> MultivariateGaussian:
    form, rows = matrix
    if form != "correlation":
        if head is not None:
            raise KlcliError(f"--{form} and --{name} say the same thing twice", "give the spread once")
        return MultivariateGaussian.from_matrix(mean, rows, form)
    if head is None:
        raise KlcliError("--correlation needs the scales", "for example --std 1.2,0.9")
    return MultivariateGaussian.from_matrix(mean, rows, form, exact_deviations(head, name))


def _head(options: Mapping[str, Any], prefix: str) -> tuple[str, tuple[Fraction, ...] | None]:
    """The one head that was given, and the reading under which it was."""
    flag = f"--{prefix.replace('_', '-')}"
    param = options[f"{prefix}param"]
    given = {name: options[prefix + name] for name in PARAMETERIZATIONS if options[prefix + name] is not None}
    direct = options[f"{prefix}sigma"]
    if len(given) + (direct is not None) > 1:
        names = [f"{flag}sigma"] * (direct is not None) + [f"{flag}{name}" for name in given]
        raise KlcliError(f"{' and '.join(names)} say the same thing twice", "give the spread once")
    if direct is not None:
        return param or "std", direct
    for name, head in given.items():
        if param not in (None, name):
            raise KlcliError(f"{flag}{name} contradicts {flag}param {param}", f"leave {flag}param out")
        return name, head
    return param or "std", None


def _repeated(values: tuple[Fraction, ...], dimension: int, name: str) -> tuple[Fraction, ...]:
    if len(values) == 1:
        return values * dimension
    if len(values) != dimension:
        raise KlcliError(
            f"the prior's {name} has {len(values)} values, the posterior has {dimension}",
            "give the prior one value, or one for every dimension",
        )
    return values
