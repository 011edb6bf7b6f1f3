"""The one table of names: every pattern over identifiers, with what it means and examples."""

from __future__ import annotations

from klcli.names import (
    columns,
    counts,
    libraries,
    log_ratios,
    logged_kls,
    losses,
    matrices,
    means_and_spreads,
    noise,
    posteriors,
    trainer_log_probs,
)
from klcli.names.kind import NameKind

__all__ = ["NAMES"]

NAMES: tuple[NameKind, ...] = (
    *means_and_spreads.KINDS,
    *counts.KINDS,
    *losses.KINDS,
    *noise.KINDS,
    *log_ratios.KINDS,
    *matrices.KINDS,
    *libraries.KINDS,
    *columns.KINDS,
    *posteriors.KINDS,
    *trainer_log_probs.KINDS,
    *logged_kls.KINDS,
)
