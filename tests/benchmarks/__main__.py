"""Every benchmark, one after the other: ``python -m tests.benchmarks``."""

from __future__ import annotations

from tests.benchmarks import (
    covariance,
    coverage,
    kernel,
    latents,
    lint,
    monte_carlo,
    precision,
    programs,
    selection,
    startup,
    verify,
)

for benchmark in (kernel, covariance, monte_carlo, precision, coverage, selection, startup, verify, lint):
    benchmark.main()
latents.main([])
programs.main([])
