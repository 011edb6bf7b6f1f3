"""Start-up as a ratio to bare Python and to `import numpy`, from interleaved runs of whole processes."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from statistics import median

from tests.benchmarks.peers import usable
from tests.benchmarks.table import print_table

ROUNDS = 15
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "import numpy": ("-c", "import numpy"),
    "klcli --help": ("-m", "klcli", "--help"),
    "klcli compute": ("-m", "klcli", "compute", "--mu", "0.3", "--sigma", "1.2"),
    "klcli compute --json": ("-m", "klcli", "compute", "--mu", "0.3", "--sigma", "1.2", "--json"),
    "import torch.distributions": ("-c", "import torch.distributions"),
}


def seconds(arguments: tuple[str, ...]) -> float:
    """How long one process takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return time.perf_counter() - start


def run(arguments: tuple[str, ...]) -> bool:
    """Whether a process ends well; it raises what it says last if it does not."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError("".join(done.stderr.splitlines()[-1:]))
    return True


def rows() -> list[tuple[str, str, str]]:
    """For each command the median ratios of its time to that of the first two, round by round."""
    working = {
        name: arguments for name, arguments in COMMANDS.items() if usable(name, partial(run, arguments))
    }
    times: dict[str, list[float]] = {name: [] for name in working}
    for _ in range(ROUNDS):
        for name, arguments in working.items():
            times[name].append(seconds(arguments))
    bare, numpy = list(times.values())[:2]

    def ratio(values: list[float], to: list[float]) -> str:
        return f"{median(value / other for value, other in zip(values, to, strict=True)):.1f}"

    return [(name, ratio(values, bare), ratio(values, numpy)) for name, values in times.items()]


def main() -> None:
    """Print the table."""
    print_table("Start-up", ("", "to bare Python", "to import numpy"), rows())


if __name__ == "__main__":
    main()
