"""Which arrays of a file are the means and the spreads of posteriors, by what they are called."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.errors import KlcliError, clipped, nearest
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.names.posterior_arrays import MEAN_ARRAY, PRIOR_MEAN, PRIOR_SPREAD, reading_of
from klcli.tables.columns import is_log_p, is_log_q
from klcli.tables.named_arrays import Arrays
from klcli.tables.numbered_names import missing_column
from klcli.values import dataclass

_MOST_LISTED = 12
"""Names of columns in a hint."""


@dataclass(frozen=True, slots=True)
class Posteriors:
    """Two arrays of a file.

    Attributes:
        mean: the name of that with the means.
        head: the name of that with the spreads.
        reading: what the spreads are.
        priors: names of two others that are called the means and the spreads of priors; empty without.
    """

    mean: str
    head: str
    reading: Parameterization
    priors: tuple[str, ...] = ()


def posteriors(arrays: Arrays, mean: str | None, heads: Mapping[str, str]) -> Posteriors:
    """The arrays with the means and the spreads, each as wide as there are latents.

    Args:
        arrays: of a file.
        mean: the name of the means, or a part of it; None to find it.
        heads: the name of the spreads by their reading; empty to find it.

    Raises:
        KlcliError: there is none, several may be it, or the two have different shapes.
    """
    found = array_of(arrays, mean, "--mean") if mean is not None else _known_mean(arrays)
    if len(heads) > 1:
        flags = " and ".join(f"--{reading}" for reading in heads)
        raise KlcliError(f"{flags} say the same thing twice", "give the spread once")
    if heads:
        reading, name = next(iter(heads.items()))
        head = array_of(arrays, name, f"--{reading}")
    else:
        head, reading = _known_head(arrays)
    _check_shapes(arrays, found, head)
    return Posteriors(found, head, PARAMETERIZATIONS[reading], _priors(arrays))


def _priors(arrays: Arrays) -> tuple[str, ...]:
    means, spreads = (list(filter(kind.says, arrays.shapes)) for kind in (PRIOR_MEAN, PRIOR_SPREAD))
    return (means[0], spreads[0]) if len(means) == len(spreads) == 1 else ()


def array_of(arrays: Arrays, name: str, flag: str) -> str:
    """The array of that name, or the one whose path ends with it.

    Args:
        arrays: by their names.
        name: all of its path, or its end.
        flag: which messages name.

    Raises:
        KlcliError: there is none, or there are several.
    """
    if name in arrays.shapes:
        return name
    ending = [known for known in arrays.shapes if known.rpartition("/")[2] == name]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise KlcliError(
            f"{flag}: {len(ending)} arrays are called {name!r}", f"for example {flag} {ending[0]}"
        )
    raise KlcliError(
        f"{flag}: {arrays.name} has no array {clipped(name)!r}",
        nearest(name, arrays.shapes) or _listed(arrays),
    )


def the_means(arrays: Arrays) -> str:
    """The array with the means of a file that has nothing else, or the one that is called so."""
    return next(iter(arrays.shapes)) if len(arrays.shapes) == 1 else _known_mean(arrays)


def the_heads(arrays: Arrays) -> str:
    """The same with the spreads."""
    return next(iter(arrays.shapes)) if len(arrays.shapes) == 1 else _known_head(arrays)[0]


def _known_mean(arrays: Arrays) -> str:
    return _only(arrays, _means(arrays), "the means", "--mean")


def _known_head(arrays: Arrays) -> tuple[str, str]:
    found = _heads(arrays)
    name = _only(arrays, list(found), "the spreads", "--logvar")
    return name, found[name]


def _means(arrays: Arrays) -> list[str]:
    return [name for name in arrays.shapes if MEAN_ARRAY.says(name)]


def _heads(arrays: Arrays) -> dict[str, str]:
    """The reading of each array of spreads."""
    return {name: reading for name in arrays.shapes if (reading := reading_of(name))}


def _only(arrays: Arrays, found: list[str], meaning: str, flag: str) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        # A few show what is meant.
        names = " and ".join(repr(clipped(name)) for name in found[:3])
        raise KlcliError(f"{arrays.name}: {names} may both be {meaning}", f"say which: {flag} {found[0]}")
    raise KlcliError(f"{arrays.name}: which array is {meaning}?", _listed(arrays))


def _listed(arrays: Arrays) -> str:
    """A hint with the arrays that there are."""
    if missing := missing_column(arrays.shapes):
        return f"columns are counted without gaps, and {clipped(missing)} is missing"
    if len(arrays.shapes) == 1 and (_means(arrays) or _heads(arrays)):
        flags = "--mean {} --logvar FILE" if _means(arrays) else "--mean FILE --logvar {}"
        return f"half of a pair; if the other half is another file: {flags.format(arrays.name)}"
    if not arrays.shapes:
        return f"{arrays.name} holds no array of numbers"
    if any(map(is_log_q, arrays.shapes)) and any(map(is_log_p, arrays.shapes)):
        return (
            f"these look like log-probabilities of samples, and no posteriors: klcli estimate {arrays.name}"
        )
    shown = [f"{clipped(name)} ({width} wide)" for name, (_, width) in arrays.shapes.items()]
    more = f" and {len(shown) - _MOST_LISTED} more" if len(shown) > _MOST_LISTED else ""
    listed = ", ".join(shown[:_MOST_LISTED])
    return f"--mean NAME and --logvar NAME (or --var, --std, ...); there are {listed}{more}"


def _check_shapes(arrays: Arrays, mean: str, head: str) -> None:
    if mean == head:
        raise KlcliError("the means and the spreads are the same array", _listed(arrays))
    (rows, width), (head_rows, head_width) = arrays.shapes[mean], arrays.shapes[head]
    if not width:
        raise KlcliError(f"{arrays.name}: {mean} has no numbers in a row", "a number for each latent")
    if width != head_width:
        raise KlcliError(
            f"{arrays.name}: {mean} has {width} numbers in a row and {head} has {head_width}",
            "each latent has a mean and a spread",
        )
    if rows != head_rows:
        raise KlcliError(
            f"{arrays.name}: {mean} has {rows:,} rows and {head} has {head_rows:,}",
            "both have one for an example",
        )
