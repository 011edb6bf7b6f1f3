"""The one table of names: every pattern over identifiers, with what it means and examples."""

from __future__ import annotations

from klcli.names import (
    columns,
    counts,
    libraries,
    log_ratios,
    losses,
    matrices,
    means_and_spreads,
    noise,
    posteriors,
    run_logs,
    trainers,
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
    *trainers.KINDS,
    *run_logs.KINDS,
)
