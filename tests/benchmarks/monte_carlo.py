"""Throughput of the Monte Carlo loop against the bare generator, and of torch against the same.

The generator is the limit: no loop can be faster than the normals that it draws.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy

from klcli.gaussian.distribution import Gaussian
from tests.benchmarks.peers import usable
from tests.benchmarks.table import print_table
from tests.witness.draws import monte_carlo

SAMPLES = 5_000_000
BLOCK = 8192
ROUNDS = 5


def generator() -> None:
    """Draw the normals and do nothing with them."""
    source, block = numpy.random.Generator(numpy.random.SFC64(0)), numpy.empty(BLOCK)
    for _ in range(SAMPLES // BLOCK):
        source.standard_normal(out=block)


def klcli() -> None:
    """The package's estimate."""
    monte_carlo(Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1), SAMPLES)


def torch_distributions() -> None:
    """The same average as one writes it with torch.distributions."""
    import torch
    from torch.distributions import Normal

    q, p = Normal(torch.tensor(0.3).double(), torch.tensor(1.2).double()), Normal(0.0, 1.0)
    x = q.sample((SAMPLES,))
    (q.log_prob(x) - p.log_prob(x)).mean().item()


def torch_with_one_thread() -> bool:
    """Let torch use as many threads as klcli does, and see whether it has the distribution."""
    import torch
    from torch.distributions import Normal

    torch.set_num_threads(1)
    Normal(0.0, 1.0).sample()
    return True


def seconds(work: Callable[[], None]) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rows() -> list[tuple[str, str]]:
    """For each contender the share of the generator's speed that it reaches, from interleaved runs."""
    contenders: dict[str, Callable[[], None]] = {"klcli": klcli}
    if usable("torch.distributions", torch_with_one_thread):
        contenders["torch.distributions"] = torch_distributions
    shares: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        limit = seconds(generator)
        for name, work in contenders.items():
            shares[name].append(limit / seconds(work))
    return [(name, f"{100 * median(values):.0f} %") for name, values in shares.items()]


def main() -> None:
    """Print the table."""
    print_table(
        f"Monte Carlo, {SAMPLES:,} samples: share of the bare generator's speed", ("", "speed"), rows()
    )


if __name__ == "__main__":
    main()
