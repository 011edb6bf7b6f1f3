"""Which columns of a table are log q and log p: by name, by number, or by what they are often called."""

from __future__ import annotations

import re
from collections.abc import Callable

from klcli.errors import KlcliError, clipped, nearest
from klcli.names.logged_kls import LOGGED_KL, STEP_COLUMN
from klcli.names.posterior_arrays import looks_like_posteriors
from klcli.names.table_columns import LOG_P_COLUMN, LOG_Q_COLUMN, SAMPLE_COLUMNS, bare
from klcli.names.trainer_log_probs import GIVEN_TEXT, TRAINER_LOG_P, TRAINER_LOG_Q
from klcli.tables.source import Table

GIVEN_TEXTS = (
    "these look like log-likelihoods of texts that a data set gave (lm-eval, chosen and rejected answers): "
    "they are samples of no policy, and no KL comes of them; let q write texts, and score these under q and p"
)
"""A hint."""
_MOST_LISTED = 12
"""Names of columns in a hint."""


def density_columns(table: Table, log_q: str | None, log_p: str | None) -> tuple[int, int]:
    """The columns with log q and log p, counted from 0.

    Without names, the first of two columns is log q and the second log p.

    Args:
        table: whose columns are looked for.
        log_q: the name or number that was given; None to look for it.
        log_p: the same for log p.

    Raises:
        KlcliError: there is none, or more than one that may be it.
    """
    if not table.names and table.width == 2 and log_q is None and log_p is None:
        return 0, 1
    q = None if log_q is None else column(table, log_q, "--log-q")
    p = None if log_p is None else column(table, log_p, "--log-p")
    q = _known(table, is_log_q, "log q", "--log-q", other=p) if q is None else q
    p = _known(table, is_log_p, "log p", "--log-p", other=q) if p is None else p
    if q == p:
        raise KlcliError("log q and log p are the same column", _listed(table, "--log-q"))
    return q, p


def sample_columns(table: Table, names: str | None, dimension: int) -> tuple[int, ...]:
    """The columns with the dimensions of the samples, counted from 0.

    Args:
        table: whose columns are looked for.
        names: those that were given; None to look for them.
        dimension: of a sample.

    Raises:
        KlcliError: they are not as many as dimensions.
    """
    if names is not None:
        found = tuple(column(table, name, "--z") for name in names.split(","))
    elif table.width == dimension:
        found = tuple(range(dimension))
    else:
        found = _samples(table, dimension)
    if len(found) != dimension or len(set(found)) != dimension:
        many = "column" if dimension == 1 else "columns"
        raise KlcliError(
            f"the samples need {dimension} {many}, one for each dimension, and there are {len(set(found))}",
            f"{_listed(table, '--z')}; or is --mu of another dimension?",
        )
    return found


def column(table: Table, name: str, flag: str) -> int:
    """The column of that name or, counted from 1, of that number.

    Args:
        table: whose columns are looked for.
        name: or number, counted from 1.
        flag: which messages name.

    Raises:
        KlcliError: there is no such column, or several have the name.
    """
    wanted = name.strip()
    exact = [index for index, known in enumerate(table.names) if known == wanted]
    found = exact or [index for index, known in enumerate(table.names) if bare(known) == bare(wanted) != ""]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise KlcliError(f"{len(found)} columns are called {wanted!r}", f"count them: {flag} {found[0] + 1}")
    # A number of ASCII digits, which ``int`` would take others for, and of no more than columns can be.
    if re.fullmatch(r"[0-9]{1,9}", wanted) and 1 <= int(wanted) <= table.width:
        return int(wanted) - 1
    raise KlcliError(
        f"{flag}: there is no column {clipped(wanted)!r}",
        nearest(wanted, table.names) or _listed(table, flag),
    )


def column_name(table: Table, index: int) -> str:
    """The name of a column or, counted from 1, its number."""
    return table.names[index] if table.names else str(index + 1)


def is_log_q(name: str) -> bool:
    """Whether a column of this name holds log q, in code for VAEs or of a trainer."""
    return LOG_Q_COLUMN.says(bare(name)) or TRAINER_LOG_Q.says(name)


def is_log_p(name: str) -> bool:
    """The same of log p."""
    return LOG_P_COLUMN.says(bare(name)) or TRAINER_LOG_P.says(name)


def _known(table: Table, is_it: Callable[[str], bool], meaning: str, flag: str, *, other: int | None) -> int:
    """The one column with a known name that is not the other one."""
    columns = enumerate(table.names[: table.width])
    found = [index for index, name in columns if is_it(name.rpartition("/")[2]) and index != other]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(repr(table.names[index]) for index in found)
        drew = "; q is the policy that drew the samples" if is_it is is_log_q else ""
        hint = f"say which: {flag} {found[0] + 1}{drew}"
        raise KlcliError(f"{names} may {'both' if len(found) == 2 else 'all'} be {meaning}", hint)
    raise KlcliError(f"which column is {meaning}?", _listed(table, flag))


def _samples(table: Table, dimension: int) -> tuple[int, ...]:
    """z, or z1, z2, ... as many as there are."""
    plain = [bare(name) for name in table.names[: table.width]]
    for name in SAMPLE_COLUMNS:
        wanted = [name] if dimension == 1 else [f"{name}{number}" for number in range(1, dimension + 1)]
        if all(plain.count(one) == 1 for one in wanted):
            return tuple(plain.index(one) for one in wanted)
    raise KlcliError("which columns are the samples?", _listed(table, "--z"))


def _listed(table: Table, flag: str) -> str:
    """A hint with the columns that there are."""
    if flag != "--z" and looks_like_posteriors(table.names):
        return "these look like means and spreads of posteriors, and no samples: klcli latents TABLE"
    if any(map(GIVEN_TEXT.says, table.names)):
        return GIVEN_TEXTS
    if any(map(LOGGED_KL.says, table.names)) and any(map(STEP_COLUMN.says, table.names)):
        return "these look like KLs that a run has logged, and no samples: klcli runlog TABLE"
    rows = table.shape
    if rows is not None and len(rows) == 2 and rows[0] == 2 < rows[1]:
        return f"the array has the shape {rows}, rows are samples: numpy.save('table.npy', table.T)"
    if table.width == 1 and flag != "--z":
        return "there is one column; if it is log q - log p: --log-ratio 1"
    if not table.names:
        numbered = f"name it by its number: {flag} 1; there are {table.width} columns without names"
        return numbered if table.width else "the file holds no arrays of numbers"
    shown = [clipped(name) for name in table.names[:_MOST_LISTED]]
    more = f" and {len(table.names) - len(shown)} more" if len(table.names) > len(shown) else ""
    return f"for example {flag} {shown[0]!r}; the columns are: {', '.join(shown)}{more}"
