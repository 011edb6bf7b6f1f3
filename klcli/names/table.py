"""The one table of names: every pattern over identifiers, with what it means and examples."""

from __future__ import annotations

from klcli.names import (
    columns,
    counts,
    gaussians,
    libraries,
    log_ratios,
    losses,
    matrices,
    noise,
    posteriors,
    run_logs,
    trainers,
)
from klcli.names.kind import NameKind

__all__ = ["NAMES"]

NAMES: tuple[NameKind, ...] = (
    *gaussians.KINDS,
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
