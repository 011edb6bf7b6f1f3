"""The one table of names: every pattern over identifiers, with what it means and examples.

Those by which programs are read stand in `klcli.formula.read.identifiers`, which knows nothing of Gaussians.
"""

from __future__ import annotations

from klcli.formula.read import identifiers
from klcli.name_kind import NameKind
from klcli.names import (
    counts,
    libraries,
    log_ratios,
    logged_kls,
    losses,
    matrices,
    means_and_spreads,
    noise,
    posterior_arrays,
    posterior_or_prior,
    table_columns,
    trainer_log_probs,
)

NAMES: tuple[NameKind, ...] = (
    *posterior_or_prior.KINDS,
    *means_and_spreads.KINDS,
    *counts.KINDS,
    *identifiers.KINDS,
    *losses.KINDS,
    *noise.KINDS,
    *log_ratios.KINDS,
    *matrices.KINDS,
    *libraries.KINDS,
    *table_columns.KINDS,
    *posterior_arrays.KINDS,
    *trainer_log_probs.KINDS,
    *logged_kls.KINDS,
)
