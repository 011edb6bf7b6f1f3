"""The options that name a Gaussian: a mean, and a head under one of the readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from klcli.cli.help import F, added, in_group
from klcli.cli.options.types import NumbersType, OfFile, Reading
from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import PARAMETERIZATIONS

ExactNumbers: TypeAlias = tuple[Fraction, ...]

_of_posterior = in_group("Posterior")
_of_prior = in_group("Prior")


def posterior_options(command: F) -> F:
    """Add ``--mu``, ``--sigma`` with ``--param``, and one option for each reading."""
    readings = ", ".join(PARAMETERIZATIONS)
    options = [
        _of_posterior("--mu", type=NumbersType(), help="Mean of the posterior q."),
        _of_posterior("--sigma", type=NumbersType(), help="Its head, read as --param says."),
        _of_posterior("--param", type=Reading(), help=f"What --sigma is: {readings}."),
        *_reading_options(_of_posterior, ""),
    ]
    return added(command, options)


def prior_options(command: F) -> F:
    """Add the same for the prior, each with ``--prior-`` in front; one value serves every dimension."""
    options = [
        _of_prior("--prior-mu", type=NumbersType(), help="Mean of the prior p; default 0."),
        _of_prior(
            "--prior-sigma", type=NumbersType(), help="Its head, read as --prior-param says; default 1."
        ),
        _of_prior(
            "--prior-param",
            type=Reading(),
            help="What --prior-sigma is; default std. Or directly --prior-std, --prior-var, ...",
        ),
        *_reading_options(_of_prior, "prior-", hidden=True),
    ]
    return added(command, options)


def posterior(options: Mapping[str, Any]) -> Gaussian[Heads]:
    """The posterior that the options name.

    Raises:
        KlcliError: no mean, no head or several, or one that cannot be.
    """
    name, head = given_head(options, "")
    mean = options["mu"]
    if mean is None:
        raise KlcliError("--mu is missing", "for example: klcli compute --mu 0.3 --sigma 1.2")
    if head is None:
        raise KlcliError("--sigma is missing", "for example --sigma 1.2, --var 1.44 or --logvar 0.36")
    return Gaussian.from_head(*_broadcast(mean, head), name)


def _broadcast(mean: ExactNumbers, head: ExactNumbers) -> tuple[ExactNumbers, ExactNumbers]:
    """Mean and head, of which one number serves all of those in a file.

    Between typed lists it would not tell a decimal comma from a list.
    """
    if isinstance(head, OfFile) and len(mean) == 1:
        return mean * len(head), head
    if isinstance(mean, OfFile) and len(head) == 1:
        return mean, head * len(mean)
    return mean, head


def prior(options: Mapping[str, Any], dimension: int) -> Gaussian[Heads]:
    """The prior that the options name, by default N(0, 1), in as many dimensions as the posterior.

    Raises:
        KlcliError: several heads, one that cannot be, or other numbers of values than 1 and `dimension`.
    """
    name, head = given_head(options, "prior_")
    if head is None:
        if options["prior_param"]:
            raise KlcliError(
                "--prior-param reads --prior-sigma, which is missing", "for example --prior-sigma 2"
            )
        head = (Fraction(1),)
    mean = options["prior_mu"] or (Fraction(0),)
    means, heads = repeated(mean, dimension, "mu"), repeated(head, dimension, name)
    try:
        return Gaussian.from_head(means, heads, name)
    except KlcliError as error:
        raise KlcliError(f"the prior's {error.message}", error.hint.replace("--", "--prior-")) from None


def _reading_options(option: Callable[..., Any], prefix: str, *, hidden: bool = False) -> list[Any]:
    return [
        option(
            f"--{prefix}{row.name}", type=NumbersType(), help=f"Or directly: {row.meaning}.", hidden=hidden
        )
        for row in PARAMETERIZATIONS.values()
    ]


def given_head(options: Mapping[str, Any], prefix: str) -> tuple[str, tuple[Fraction, ...] | None]:
    """The one head that was given, if any, and the reading under which it was.

    Raises:
        KlcliError: several heads, or a reading that contradicts its option.
    """
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


def repeated(values: tuple[Fraction, ...], dimension: int, name: str) -> tuple[Fraction, ...]:
    """The prior's values for every dimension.

    Args:
        values: as they were typed.
        dimension: of the posterior.
        name: what they are, for the message.

    Raises:
        KlcliError: there are neither one nor as many as dimensions.
    """
    if len(values) == 1:
        return values * dimension
    if len(values) != dimension:
        raise KlcliError(
            f"the prior's {name} has {len(values)} values, the posterior has {dimension}",
            "give the prior one value, or one for every dimension",
        )
    return values
