"""Every benchmark, one after the other: ``python -m tests.benchmarks``."""

from __future__ import annotations

from tests.benchmarks import kernel, monte_carlo, startup, verify

for benchmark in (kernel, monte_carlo, startup, verify):
    benchmark.main()
